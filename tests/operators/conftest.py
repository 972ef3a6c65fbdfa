"""A close as Airflow's tasks do it, in this process: real operators, real ledger, real HTTP to the sandbox."""

import json
import shutil
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

from cierre.orchestration.builder import STEPS
from sandbox.connections import connections
from sandbox.protheus.connections import CURRENCIES
from sandbox.server import SandboxServer

ROOT = Path(__file__).parents[2]


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


@pytest.fixture
def mappings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of include/mappings of this test's own, in use; its companies speak English (see test_languages.py)."""
    folder = tmp_path / "mappings"
    shutil.copytree(ROOT / "include" / "mappings", folder)
    companies = folder / "companies.yaml"
    spanish = companies.read_text().replace("    language: en\n", "")
    companies.write_text(spanish.replace("    name:", "    language: en\n    name:"))
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(folder))
    return folder


@pytest.fixture
def two_forms_unmapped(mappings: Path) -> None:
    """The schools' mapping without the forms of payment 16 and 17, which the sandbox's days have."""
    accounts = mappings / "accounts" / "sga_ecuador.yaml"
    kept = [line for line in accounts.read_text().splitlines() if not line.startswith(("      16:", "      17:"))]
    accounts.write_text("\n".join(kept))


@pytest.fixture
def close(ledger_dsn: str, sandbox: SandboxServer, mappings: Path, monkeypatch: pytest.MonkeyPatch):
    """``close(box, day)``: a Close against this test's ledger and the sandbox."""

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
    return Close


@pytest.fixture
def protheus_insert(sandbox: SandboxServer):
    """``protheus_insert(lot, sublot, amount)``: an entry in the ERP that somebody else made on 6 September 2024, or by
    its ``key`` one of ours."""

    def insert(lot: str, sublot: str, amount: str, key: str = "") -> None:
        line = {"CT2_VALOR": float(amount), "CT2_HIST": "Manual", "CT2_KEY": key}
        items = [
            {"CT2_DC": "1", "CT2_DEBITO": "1.1.01.001", **line},
            {"CT2_DC": "2", "CT2_CREDIT": "2.1.01.002", **line},
        ]
        answer = requests.post(
            f"{sandbox.url}/protheus/api/ctb/accountingentry/insert",
            json={"CT2_DATA": "06/09/2024", "CT2_LOTE": lot, "CT2_SBLOTE": sublot, "ITENS": items},
            headers={"tenantId": "T1,D MG 01 "},
            auth=("cierre", "sandbox"),
            timeout=10,
        )
        assert answer.json()["error"] == ""

    return insert
