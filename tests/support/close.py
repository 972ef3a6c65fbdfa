"""A close as Airflow's tasks do it, in this process: real operators, real ledger, real HTTP to the sandbox."""

import json
from datetime import date
from types import SimpleNamespace

import pytest

from cierre.orchestration.builder import STEPS
from sandbox.connections import connections
from sandbox.protheus.connections import CURRENCIES
from sandbox.server import SandboxServer


class Close:
    """Runs the steps of one box's day, as a run of its DAG would."""

    def __init__(self, box: str, day: date, **params: object) -> None:
        self.box = box
        self.day = day
        self.params = params
        self.run = SimpleNamespace(
            partition_key=str(day), run_type="manual", run_id=f"manual__{day}", triggering_user_name="ana"
        )

    def step(self, name: str) -> dict:
        """One step, by its task id."""
        return STEPS[name](task_id=name, box=self.box).execute({"dag_run": self.run, "params": self.params})

    def all(self) -> dict:
        """Every step in order; returns what the last one says."""
        return [self.step(name) for name in STEPS][-1]


def connect(ledger_dsn: str, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives this process Airflow's connections to the sandbox and to this test's ledger."""

    def connection(conn_id: str, **fields: object) -> None:
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(fields))

    for conn_id, fields in connections(sandbox.url).items():
        connection(conn_id, **fields)
    for tenant in ("itb", "itb_online", "conduce_ecuador", "educacion_continua"):
        extra = {"retries": 0, "read_timeout": 60}
        connection(f"sga_{tenant}", conn_type="sga", host=f"{sandbox.url}/sga/{tenant}", extra=extra)
    login = {"login": "ITBUY", "password": "sandbox"}
    # At whatever hour the tests run: for the hook, and for the stand-in, which counts what it is asked at work time.
    sandbox.zeta.set(queries_in_hours=10_000)
    extra = {"developer_code": "cierre", "developer_password": "sandbox", "business_hours": "00:00-00:00"}
    connection("zeta", conn_type="zeta", host=f"{sandbox.url}/zeta", **login, extra=extra)
    connection("bsale", conn_type="bsale", host=f"{sandbox.url}/bsale", password="sandbox", extra={"retries": 0})
    connection("sge", conn_type="sge", host=f"{sandbox.url}/sge", password="sandbox", extra={"retries": 0})
    erp = {"conn_type": "protheus", "host": f"{sandbox.url}/protheus", "login": "cierre", "password": "sandbox"}
    connection("protheus", **erp, extra={"read_timeout": 10, "currencies": CURRENCIES})
    monkeypatch.setenv("AIRFLOW_CONN_LEDGER_DB", ledger_dsn.replace("postgresql://", "postgres://"))
