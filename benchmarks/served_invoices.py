"""`make bench-served`: how long the SGE's interface takes for a page of 100,000 invoices, by HTTP and with a key.

The days are staged and booked inside PostgreSQL; what is served is then made of them by the product, once, and timed.
The server is a process of its own, as Airflow's API server would be; one client asks, one request after the other.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles

import psycopg
import requests

from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.ledger import landing, served_invoices, served_keys, session
from cierre.ledger.migrate import upgrade
from cierre.served_invoices.keeping import keep, served
from cierre.served_invoices.keys import hash_of, new_key
from local.postgres import Cluster
from local.settings import Ports

COMPANY, BOX = "universidad", "universidad_contratos"
DAYS, A_DAY, PROJECTS = 400, 250, 40
FIRST = date(2023, 1, 1)
ASKED = 200
"""Of each kind."""

INVOICES = f"""
INSERT INTO staging.day (box, business_date, snapshot_id)
SELECT %(box)s, DATE '{FIRST}' + day, %(snapshot)s FROM generate_series(0, {DAYS - 1}) AS day;

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


def main() -> None:
    """Generates, measures and prints."""
    folder = Path(tempfile.mkdtemp(prefix="served-invoices-"))
    cluster = Cluster(folder / "postgres", Ports.free().postgres, fast=True)
    cluster.start()
    try:
        cluster.create_database("ledger")
        dsn = cluster.dsn("ledger")
        upgrade(dsn)
        with session.connect(dsn) as ledger:
            _book(ledger)
            began = time.perf_counter()
            keep(ledger, served(COMPANY))
            took = time.perf_counter() - began
            print(f"{served_invoices.count(ledger, COMPANY)} invoices of {DAYS} days made in {took:.1f} s")
            key = new_key()
            served_keys.add(ledger, COMPANY, "bench", hash_of(key), "bench")
            ledger.execute("ANALYZE")
        with _serving(dsn) as address:
            _measure(address, key)
    finally:
        cluster.stop()
        shutil.rmtree(folder)


def _book(ledger: psycopg.Connection) -> None:
    box = cash_box(BOX)
    place = landing.Place(box.source, box.connection, box.key, FIRST)
    landed = landing.land(ledger, place, asked={}, received_at=datetime.now(UTC), body="[]", open_fields=NOTHING_OPEN)
    with ledger.transaction():
        # Past the triggers that keep the board and seal books: nothing of either is measured here.
        ledger.execute("SET LOCAL session_replication_role = 'replica'")
        for statement in INVOICES.split(";\n"):
            ledger.execute(statement, {"box": box.id, "snapshot": landed.snapshot_id})


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


def _measure(address: str, key: str) -> None:
    random, client = Random(7), requests.Session()
    client.trust_env = False
    headers = {"X-API-Key": key, "X-Page-Size": "100"}

    def ask(q: str, s: str = "", page: int = 0) -> requests.Response:
        return client.get(
            f"{address}/facturas-emitidas", params={"q": q, "s": s}, headers=headers | {"X-Page": str(page)}, timeout=60
        )

    def month() -> str:
        first = FIRST + timedelta(days=random.randrange(DAYS - 31))
        return f'fechaFactura=bt=("{first}","{first + timedelta(days=30)}")'

    def project() -> str:
        return f'proyectoId=="{random.randrange(PROJECTS)}"'

    kinds = {
        "a month of a project, newest first": lambda: ask(f"{project()};{month()}", "fechaFactura,desc"),
        "a project, any page of it": lambda: ask(project(), "numeroFactura,asc", random.randrange(25)),
        "a month of all projects, by number": lambda: ask(month(), "numeroFactura,desc", random.randrange(50)),
        "three projects or a day": lambda: ask(
            f"proyectoId=in=({','.join(str(random.randrange(PROJECTS)) for _ in range(3))}),fechaFactura==2023-05-05"
        ),
        "everything, first page": lambda: ask(""),
        "everything, any page": lambda: ask("", "", random.randrange(1000)),
    }
    _until_there(lambda: ask(""))
    print(f"{'a page of 100 of 100,000, ' + str(ASKED) + ' times each':50}  p50 ms  p95 ms  most ms")
    for name, once in kinds.items():
        times = []
        for _ in range(ASKED):
            began = time.perf_counter()
            answer = once()
            times.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.text
            # Within what a key may ask at once and a second.
            time.sleep(0.005)
        cut = quantiles(times, n=100)
        print(f"{name:50}  {cut[49]:6.1f}  {cut[94]:6.1f}  {max(times):7.1f}")


def _until_there(ask: Callable[[], requests.Response]) -> None:
    for _ in range(600):
        try:
            if ask().status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
