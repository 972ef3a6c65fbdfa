"""Which connection counts, on the running system: a person's choice, however it was made, before the sandbox's."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest

from e2e.conftest import System
from local.sandbox_connections import keep_connections
from local.settings import PROJECT
from sandbox.connections import MADE, connections

BOX = "educacion_continua_caja_7"
FINDS = """
from airflow.models.connection import Connection
print(Connection.get_connection_from_secrets("protheus").host)
"""
"""How Airflow itself finds a connection."""


def keep(system: System) -> bool:
    """What each start of the stack does."""
    return keep_connections(system.api, system.stack.sandbox_url, "sandbox", {})


def python(system: System, *command: str, **variables: str) -> str:
    """What a command says that runs in the stack's environment."""
    environment = system.stack.environment | {"PYTHONPATH": f"{PROJECT}:{PROJECT / 'plugins'}"} | variables
    done = subprocess.run([sys.executable, *command], env=environment, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


@pytest.fixture
def own_erp(system: System, boxes: list[str]) -> Iterator[str]:
    """A person writes another address over the sandbox's on the page: another name of it, as no other ERP is here."""
    address = system.stack.sandbox_url.replace("127.0.0.1", "localhost") + "/protheus"
    body = {"connection_id": "protheus", "conn_type": "protheus", "host": address}
    mask = {"update_mask": ["host"]}
    system.api.call("PATCH", "/connections/protheus", params=mask, json=body)
    try:
        yield address
    finally:
        body["host"] = f"{system.stack.sandbox_url}/protheus"
        system.api.call("PATCH", "/connections/protheus", params=mask, json=body)


def note_of(system: System, run: str) -> str:
    return system.api.call("GET", f"/dags/cash_close__{BOX}/dagRuns/{run}")["note"]


def test_what_the_page_says_counts_for_the_next_close_and_stays_whatever_is_started_anew(system, own_erp):
    assert not keep(system)
    run = system.trigger(BOX, date(2024, 9, 23))
    assert system.finished(BOX, run) == "success"
    assert note_of(system, run).endswith(f"ERP: {own_erp}")
    (task,) = [task for task in system.api.tasks([run]) if task.task_id == "post"]
    assert f"El ERP: {own_erp} (conexión protheus)." in str(system.api.log(task))


def test_a_run_into_the_sandbox_says_so_in_its_note(system, boxes):
    run = system.trigger(BOX, date(2024, 9, 24))
    assert system.finished(BOX, run) == "success"
    assert note_of(system, run).endswith(f"SANDBOX (pruebas): {system.stack.sandbox_url}/protheus")


@pytest.mark.more
def test_the_environment_counts_before_the_page(system, boxes):
    real = {"AIRFLOW_CONN_PROTHEUS": json.dumps({"conn_type": "protheus", "host": "https://erp.example"})}
    assert python(system, "-c", FINDS) == f"{system.stack.sandbox_url}/protheus"
    assert python(system, "-c", FINDS, **real) == "https://erp.example"


@pytest.mark.more
def test_one_that_was_deleted_is_not_made_again_by_either_way_unless_it_is_asked_for(system, boxes):
    again = ("-m", "sandbox.connections", system.stack.sandbox_url)
    known = {one["connection_id"] for one in system.api.connections()}
    assert known >= connections("").keys()
    system.api.call("DELETE", "/connections/sge")
    assert keep(system)
    assert python(system, *again) == "Made: nothing, all were made before"
    assert known - {one["connection_id"] for one in system.api.connections()} == {"sge"}
    system.api.call("DELETE", f"/variables/{MADE}")
    assert python(system, *again) == "Made: sge"
    assert {one["connection_id"] for one in system.api.connections()} == known
    assert keep(system)
