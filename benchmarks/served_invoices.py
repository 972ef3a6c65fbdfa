"""P11: a page of 100,000 invoices that Cierre serves as an SGE, by HTTP and with a key."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from random import Random
from statistics import quantiles

import psycopg
import requests

from benchmarks.harness import Bench
from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.ledger import landing, served_keys, session
from cierre.served_invoices.keeping import keep, served
from cierre.served_invoices.keys import hash_of, new_key
from local.settings import Ports

NUMBER, TITLE = "P11", "a page of 100,000 served invoices"
INTRO = """
100,000 invoices of 400 days are staged and booked inside PostgreSQL; what is served is made of them by the product,
once, and timed. The server is a process of its own, as Airflow's API server is; one client asks for pages of 100, one
request after the other, each time another. Beside it stands what PostgreSQL takes for the same page by a plain
statement, without HTTP, key, bounds and JSON. Rows are the invoices of a page.
"""
COMPANY, BOX = "universidad", "universidad_contratos"
A_DAY, PROJECTS = 250, 40
FIRST = date(2023, 1, 1)
PAGE = 100
FLOOR = "a plain statement for the first of them"

INVOICES = f"""
INSERT INTO staging.day (box, business_date, snapshot_id)
SELECT %(box)s, DATE '{FIRST}' + day, %(snapshot)s FROM generate_series(0, %(days)s - 1) AS day;

INSERT INTO ledger.revision (box, business_date, revision, snapshot_id, mapping, mapping_digest, digest)
SELECT box, business_date, 1, snapshot_id, 'sge_spain', repeat('0', 64), repeat('0', 64) FROM staging.day;

INSERT INTO staging.document (box, business_date, document_key, kind, form, currency, net, amounts, attributes, place,
                              reference)
SELECT box, business_date, 'sge:sale:' || extract(year FROM business_date) || '/' || number, 'sale', '', 'EUR', net,
       jsonb_build_object('net', net::text, 'vat', (net * 0.21)::numeric(18, 2)::text,
                          'gross', (net + (net * 0.21)::numeric(18, 2))::text),
       jsonb_build_object('project', (number %% {PROJECTS})::text, 'year', extract(year FROM business_date)::text,
                          'vat_rate', '21'),
       '0', 'J' || extract(year FROM business_date) || '/' || number
  FROM (SELECT *, (100 + number %% 977)::numeric(18, 2) AS net
          FROM (SELECT box, business_date, (business_date - DATE '{FIRST}') * {A_DAY} + place AS number
                  FROM staging.day, generate_series(1, {A_DAY}) AS place) AS numbered) AS priced;
"""


def run(bench: Bench) -> None:
    """Makes the invoices, then asks for each kind of page in turn."""
    dsn, days = bench.database("benchmark_served"), bench.size(400, 40)
    with session.connect(dsn) as ledger:
        _book(ledger, days)
        made = bench.case("the invoices made")
        began = time.perf_counter()
        keep(ledger, served(ledger, COMPANY))
        seconds = time.perf_counter() - began
        made.add("Cierre", {"seconds": seconds, "rows": days * A_DAY, "cents": 0})
        key = new_key()
        served_keys.add(ledger, COMPANY, "bench", hash_of(key), "bench")
        ledger.execute("ANALYZE")
    case = bench.case("pages of 100")
    with _serving(dsn) as address, psycopg.connect(dsn, autocommit=True) as direct:
        pages = Pages(address, key, days)
        pages.wait()
        times = bench.size(200, 2)
        with bench.bar(NUMBER, times) as advance:
            for _ in range(times):
                for name, ask in pages.kinds.items():
                    case.add(name, _timed(ask))
                    time.sleep(0.005)  # within what a key may ask a second
                case.add(FLOOR, _timed(lambda: pages.directly(direct)))
                advance()
    for name in pages.kinds:
        seconds = [result["seconds"] for result in case.results[name]]
        slowest = 1000 * quantiles(seconds, n=20)[-1]
        limit = 100 if name == WHOLE else 50
        what = f"{name}: 95 of 100 within"
        bench.holds(what, f"{slowest:.0f} ms", f"≤ {limit} ms", slowest <= limit, "All pages before it are counted.")


def _timed(ask: Callable[[], object]) -> dict[str, float]:
    began = time.perf_counter()
    ask()
    return {"seconds": time.perf_counter() - began, "rows": PAGE, "cents": 0}


WHOLE = "everything, any page"

PATIENCE_SECONDS = 120
"""For how long the server may start, and its ledger be too busy for it."""


class Pages:
    """A client that asks for pages, each time another one."""

    def __init__(self, address: str, key: str, days: int) -> None:
        self._days, self._address, self._random, self._client = days, address, Random(7), requests.Session()
        self._client.trust_env = False
        self._headers = {"X-API-Key": key, "X-Page-Size": str(PAGE)}
        some = self._random.randrange
        self.kinds: dict[str, Callable[[], requests.Response]] = {
            "a month of a project, newest first": lambda: self._ask(
                f"{self._project()};{self._month()}", "fechaFactura,desc"
            ),
            "a project, any page of it": lambda: self._ask(self._project(), "numeroFactura,asc", some(25)),
            "a month of all projects, by number": lambda: self._ask(self._month(), "numeroFactura,desc", some(50)),
            "three projects or a day": lambda: self._ask(
                f"proyectoId=in=({','.join(str(some(PROJECTS)) for _ in range(3))}),fechaFactura==2023-05-05"
            ),
            "everything, first page": lambda: self._ask(""),
            WHOLE: lambda: self._ask("", "", some(1000)),
        }

    def wait(self) -> None:
        """Until the server and its ledger answer. Raises TimeoutError."""
        patience = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < patience:
            try:
                self._ask("")
                return
            except requests.ConnectionError:
                pass
            except requests.HTTPError as error:
                if error.response.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
            time.sleep(0.1)
        raise TimeoutError("the server did not start")

    def directly(self, direct: psycopg.Connection) -> None:
        """The rows of a month of a project, newest first, as they stand."""
        first = FIRST + timedelta(days=self._random.randrange(self._days - 31))
        direct.execute(
            "SELECT * FROM served.invoice WHERE company = %s AND issued_on BETWEEN %s AND %s AND project = %s"
            " ORDER BY issued_on DESC LIMIT 100",
            (COMPANY, first, first + timedelta(days=30), str(self._random.randrange(PROJECTS))),
        ).fetchall()

    def _ask(self, q: str, s: str = "", page: int = 0) -> requests.Response:
        answer = self._client.get(
            f"{self._address}/facturas-emitidas",
            params={"q": q, "s": s},
            headers=self._headers | {"X-Page": str(page)},
            timeout=60,
        )
        answer.raise_for_status()
        return answer

    def _month(self) -> str:
        first = FIRST + timedelta(days=self._random.randrange(self._days - 31))
        return f'fechaFactura=bt=("{first}","{first + timedelta(days=30)}")'

    def _project(self) -> str:
        return f'proyectoId=="{self._random.randrange(PROJECTS)}"'


def _book(ledger: psycopg.Connection, days: int) -> None:
    box = cash_box(BOX)
    place = landing.Place(box.source, box.connection, box.key, FIRST)
    landed = landing.land(ledger, place, asked={}, received_at=datetime.now(UTC), body="[]", open_fields=NOTHING_OPEN)
    with ledger.transaction():
        # Past the triggers that keep the board and seal books: nothing of either is measured here.
        ledger.execute("SET LOCAL session_replication_role = 'replica'")
        for statement in INVOICES.split(";\n"):
            ledger.execute(statement, {"box": box.id, "snapshot": landed.snapshot_id, "days": days})


@contextmanager
def _serving(dsn: str) -> Iterator[str]:
    port = Ports.free().api
    environment = os.environ | {"AIRFLOW_CONN_LEDGER_DB": dsn.replace("postgresql://", "postgres://")}
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "cierre.served_invoices.app:app",
        "--port",
        str(port),
        "--log-level",
        "error",
    ]
    server = subprocess.Popen(command, env=environment)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()
