"""`make probe`: the command, its table, and what it says where it cannot be done."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest

from cierre.ledger import capabilities
from cierre.ports.probe import Check
from cierre.posting.probe_report import ProbeReport
from cierre.reports.plain_console import PlainConsole
from hooks.protheus.probe import ASSUMPTIONS
from local.__main__ import main
from local.probe import table
from local.settings import PROJECT, RUN, Ports, surroundings
from support.spanish import not_spanish

SAID = {"tenant": "T9,TEST 01 ", "lot": "PROBE1", "day": "2024-09-06", "debit-account": "1.1.01.001",
        "credit-account": "2.1.01.002"}  # fmt: skip


Command = Callable[..., subprocess.CompletedProcess]


@pytest.fixture
def home() -> Iterator[tuple[str, Path]]:
    """A port that is free, and where a stack on it would lie."""
    port = str(Ports.free().api)
    yield port, (lies := RUN / f"stack-{port}")
    shutil.rmtree(lies, ignore_errors=True)


@pytest.fixture
def command(home) -> Command:
    """Runs the command with these options and variables, as make does."""
    port, _ = home

    def run(options: dict[str, str], **variables: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "local", *_arguments(options)],
            env=surroundings() | {"CIERRE_API_PORT": port} | variables,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture
def here(home, monkeypatch, capsys) -> Command:
    """The same in this process, which spares it the start of Airflow."""
    port, _ = home

    def run(options: dict[str, str], **variables: str) -> subprocess.CompletedProcess:
        monkeypatch.setattr(signal, "signal", lambda number, handler: None)
        monkeypatch.setattr(sys, "argv", ["local", *_arguments(options)])
        with patch.dict(os.environ, surroundings() | {"CIERRE_API_PORT": port} | variables, clear=True):
            status = main()
        return subprocess.CompletedProcess(sys.argv, status, *capsys.readouterr())

    return run


def _arguments(options: dict[str, str]) -> list[str]:
    return ["probe", *(part for name, value in options.items() for part in (f"--{name}", value))]


@pytest.fixture
def real(sandbox, ledger_dsn) -> dict[str, str]:
    """An ERP and a ledger of somebody's own, as the environment names them."""
    erp = {"conn_type": "protheus", "host": f"{sandbox.url}/protheus", "login": "cierre", "password": "sandbox"}
    return {
        "AIRFLOW_CONN_PROTHEUS": json.dumps(erp),
        "AIRFLOW_CONN_LEDGER_DB": ledger_dsn.replace("postgresql://", "postgres://"),
    }


def test_a_site_and_a_ledger_of_ones_own_are_probed_without_anything_being_started(
    command, home, real, sandbox, ledger
):
    done = command(SAID, **real)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Posting to this site is safe" in done.stdout
    assert all(assumption.says.split()[0] in done.stdout for assumption in ASSUMPTIONS.values())
    assert not (home[1] / "logs").exists()
    assert capabilities.of(ledger, "protheus", SAID["tenant"]).alphanumeric_sublots
    assert sandbox.protheus_ledger(live=True) == []
    assert {document.entry_date for document in sandbox.protheus_ledger()} == {date(2024, 9, 6)}


def test_a_site_that_is_not_safe_ends_with_status_1_and_says_why(here, real, sandbox):
    sandbox.set_protheus(first_number=701)
    done = here(SAID, **real)
    assert done.returncode == 1
    assert "Nothing is posted to this site" in done.stdout


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"lot": "008964"}, "belongs to the cash box itb_caja_164"),
        ({"debit-account": "9.9"}, "refuses a plain entry"),
    ],
)
def test_a_place_where_it_may_or_can_not_write_is_told_in_a_sentence(here, real, changes, told):
    done = here(SAID | changes, **real)
    assert done.returncode == 1
    assert told in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"tenant": ""}, "Say TENANT too"),
        ({"lot": "X"}, "lot of six"),
        ({"day": "yesterday"}, "is not a date"),
        ({"connection": "nowhere"}, "AIRFLOW_CONN_NOWHERE"),
    ],
)
def test_what_is_missing_or_cannot_be_used_is_told_before_anything_is_started(here, changes, told):
    done = here(SAID | changes)
    assert done.returncode == 1
    assert told in done.stdout


SPANISH = {"LC_ALL": "es_EC.UTF-8", "COLUMNS": "200"}
TYPED = {"probe", "not_found", "read_timeout"}
"""The name of the entry that is tried, and what a connection calls things."""


@pytest.mark.parametrize(
    "erp",
    [
        {},
        {"first_number": 701, "atomic_insert": False, "reversal_has_own_address": False},
        {"alphanumeric_sublots": False, "max_lines": 450, "generic_query": False},
    ],
)
def test_a_spanish_terminal_is_told_all_of_it_in_spanish(here, real, sandbox, erp):
    sandbox.set_protheus(**erp)
    done = here(SAID, **real, **SPANISH)
    assert "Supuesto" in done.stdout
    assert not_spanish(done.stdout, allowed=TYPED) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"lot": "008964"}, "es de la caja itb_caja_164"),
        ({"debit-account": "9.9"}, "rechaza un asiento sencillo"),
        ({"tenant": ""}, "Indique también TENANT"),
        ({"connection": "nowhere"}, "No hay ninguna conexión nowhere"),
    ],
)
def test_a_spanish_terminal_is_told_in_spanish_why_nothing_was_probed(here, real, changes, told):
    done = here(SAID | changes, **real, **SPANISH)
    assert done.returncode == 1
    assert told in done.stdout


def test_a_ledger_that_is_not_there_is_told_without_its_password(here, real):
    gone = "postgres://cierre:very-secret@127.0.0.1:9/ledger"
    done = here(SAID, **real | {"AIRFLOW_CONN_LEDGER_DB": gone})
    assert done.returncode == 1
    assert "AIRFLOW_CONN_LEDGER_DB" in done.stdout
    assert "very-secret" not in done.stdout + done.stderr


def test_the_table_has_a_row_for_each_check_with_what_posting_does_by_it():
    checks = (
        Check(ASSUMPTIONS["numbers_from_one"], True, "[seen] this"),
        Check(ASSUMPTIONS["alphanumeric_sublots"], False, "refused"),
        Check(ASSUMPTIONS["key_kept"], None, "unreadable"),
    )
    report = ProbeReport("protheus", "T9,TEST 01 ", "PROBE1", date(2024, 9, 6), checks, ())
    console = PlainConsole(width=200, record=True, file=StringIO())
    console.print(table(report))
    text = console.export_text()
    for part in ("[seen] this", "relies on it", "does not hold", "001 to 999 only", "could not be told", "2024-09-06"):
        assert part in text
