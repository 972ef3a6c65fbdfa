"""A company of Zeta, its ledger and one clock for both, for tests; and rows as Zeta answers them, to bend."""

import json
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from cierre.closing.wiring import hook_behind
from cierre.ledger import session
from hooks.zeta.hook import ZetaHook
from hooks.zeta.snapshot import body
from hooks.zeta.words import invoice_id
from sandbox.server import SandboxServer
from sandbox.zeta.settings import Profile

COMPANY = "ITBUY"
DAY = date(2024, 9, 6)
NIGHT = datetime(2024, 9, 7, 5, tzinfo=UTC)
"""02:00 in Montevideo, when the day is over."""
LOGIN = {"developer_code": "cierre", "developer_password": "sandbox"}


class ZetaSite:
    """The sandbox's Zeta and a ledger. ``at`` moves the clock of both."""

    def __init__(
        self, sandbox: SandboxServer, ledger_dsn: str, admin_dsn: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.sandbox, self.monkeypatch = sandbox, monkeypatch
        self.ledger_dsn, self.admin_dsn = ledger_dsn, admin_dsn
        self.zeta, self.faults = sandbox.zeta, sandbox.faults
        self.zeta.set_profile(Profile(sales=(1, 2)))
        self.at(NIGHT)

    def at(self, instant: datetime) -> None:
        """It is this instant, in Zeta and for the ledger."""
        self.zeta.set(now=instant)
        known = conninfo_to_dict(self.ledger_dsn)
        ledger = {
            "conn_type": "postgres",
            "host": known["host"],
            "port": int(known["port"]),
            "login": known["user"],
            "password": known.get("password", ""),
            "schema": known["dbname"],
            "extra": {"options": f"-c cierre.now={instant.isoformat()}"},
        }
        self.monkeypatch.setenv("AIRFLOW_CONN_LEDGER_DB", json.dumps(ledger))

    def hook(
        self, connection: str = "zeta", company: str = COMPANY, override_by: str | None = None, **extra: Any
    ) -> ZetaHook:
        """A hook of a process that has just begun."""
        settings = {**LOGIN, "trust_env": False, "read_timeout": 10, **extra}
        fields = {"conn_type": "zeta", "host": f"{self.sandbox.url}/zeta", "login": company, "password": "sandbox"}
        self.monkeypatch.setenv(f"AIRFLOW_CONN_{connection.upper()}", json.dumps({**fields, "extra": settings}))
        return hook_behind("zeta", connection, override_by=override_by)

    def asked(self, method: str = "", **keys: str) -> int:
        """How many calls of a method arrived."""
        return self.sandbox.calls("zeta", method, **keys)

    def record(self, columns: str = "method, subject, outcome") -> list[tuple]:
        """What the ledger recorded of the calls, in their order."""
        with session.connect(self.ledger_dsn) as ledger:
            return [tuple(row) for row in ledger.execute(f"SELECT {columns} FROM vendor.call ORDER BY call_id")]

    def run(self, statement: str) -> psycopg.Cursor:
        """Runs a statement in the ledger, whatever the application may do there."""
        with session.connect(self.admin_dsn) as ledger:
            return ledger.execute(statement)


def sale(id: int = 1, total: Any = "122.00", **fields: Any) -> dict[str, Any]:
    """A row of Ventas, as far as it is looked at: a cash sale in pesos with 22 % of VAT."""
    row = {
        "FacturaId": id,
        "FacturaFecha": "2024-09-06T00:00:00",
        "MonedaCodigo": 1,
        "Cotizacion": "1.0000000",
        "ComprobanteCodigo": 703,
        "ComprobanteTipo": 3,
        "ComprobanteCFE": "S",
        "FacturaSigno": 1,
        "FacturaSerieNumero": f"A-{id}",
        "LocalCodigo": 1,
        "CajaCodigo": 2,
        "CondicionPagoCodigo": 1,
        "CentroCostosCodigo": "ADM",
        "FacturaSubtotal": "100.00",
        "FacturaIVA": "22.00",
        "FacturaTotal": total,
        "FacturaEmitida": "S",
    }
    return row | fields


def line(id: int = 1, rate: Any = "22.00", base: Any = "100.00", vat: Any = "22.00", **fields: Any) -> dict[str, Any]:
    """A row of VentasDetalladas, as far as it is looked at."""
    row = {"FacturaId": id, "MonedaCodigo": 1, "IVATasa": rate, "LineaSubtotal": base, "LineaIVA": vat}
    return row | {"LineaTotal": "122.00"} | fields


def queried(id: Any = 1, total: str = "122.00", **fields: Any) -> dict[str, Any]:
    """A row of QueryVentas, as far as it is looked at."""
    row = {
        "RegistroId": id,
        "Fecha": "2024-09-06",
        "MonedaCodigo": 1,
        "LocalCodigo": 1,
        "CajaCodigo": 2,
        "TotalSigno": total,
        "IVASigno": "22.00",
        "Notas": "",
    }
    return row | fields


def landed(*sales: dict, lines: list[dict] | None = None, query: list[list[dict]] | None = None, **fields: Any) -> str:
    """A landed day; where they are not given, the lines of one plain sale, and a row of the query for each sale."""
    parts = {
        "day": DAY,
        "asked": {},
        "currencies": {"1": "UYU", "2": "USD"},
        "of_month": len(sales),
        "sales": list(sales),
        "pages": [[queried(invoice_id(row) or 1) for row in sales]] if query is None else query,
        "lines": [line()] if lines is None else lines,
        "snapshot": 1,
        "singly": [],
        "single_lines": [],
    }
    return body(**(parts | fields))
