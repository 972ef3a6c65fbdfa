"""How quickly the close board answers, beside a listing of Airflow's own.

    .venv/bin/python -m benchmarks.board [--boxes 1000] [--requests 60]

Starts the system in a run folder of its own, with a cash box and a DAG for each of the boxes, a year of days in the
ledger's summaries and a month of runs in Airflow's database. Then asks in turn, as a logged-in browser would (one at
a time, compressed answers), for the board of a month with all boxes and for the first 50 DAGs of Airflow's API, and
prints the median and the 95th percentile of each; and for the board of a box that is not there, which is the summary
alone. Then searches, over the days that a search takes by itself, in a
month of books of all boxes: 40 documents, an entry of 4 lines and a document of the ERP a day. Before
all that it is stopped and started again, and the first look after it is printed apart. Takes some ten minutes, most of
them for Airflow to read the DAGs.
"""

import argparse
import shutil
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import quantiles

import psycopg
import requests

from local.settings import PROJECT, RUN, Ports
from local.stack import Stack

HOME = RUN / "benchmark"
LAST = datetime.now(UTC).date() - timedelta(days=2)
MONTH = date(LAST.year - (LAST.month == 1), LAST.month - 1 or 12, 1)
"""The month before, which is all in the past."""

YEAR_OF_DAYS = """
    INSERT INTO board.box_day (box, business_date, state, documents, booked, revision, staged_at, first_closed_at)
    SELECT box, day,
           CASE WHEN hashtext(box || day) %% 200 = 0 THEN 'discrepancy' WHEN hashtext(box || day) %% 97 = 0 THEN 'open'
                WHEN extract(isodow FROM day) = 7 THEN 'no activity' ELSE 'closed' END,
           40, CASE WHEN extract(isodow FROM day) = 7 THEN 0 ELSE abs(hashtext(day || box)) %% 900000 / 100.0 END,
           1, day, day
      FROM unnest(%s::text[]) AS box, generate_series(%s::date - 364, %s, interval '1 day') AS day
"""
MONTH_OF_RUNS = """
    INSERT INTO dag_run (dag_id, run_id, run_type, state, partition_key, run_after, clear_number, span_status)
    SELECT dag_id, 'benchmark__' || day::date, 'scheduled',
           CASE WHEN hashtext(dag_id || day) %% 50 = 0 THEN 'failed' ELSE 'success' END, day::date::text, day, 0,
           'not_started'
      FROM dag, generate_series(%s::date, %s, interval '1 day') AS day WHERE dag_id LIKE 'cash_close\\_\\_%%'
"""

MONTH_OF_BOOKS = (
    "SET LOCAL session_replication_role = replica",  # neither summaries nor seals: they are there, or not looked at
    """
    INSERT INTO staging.day (box, business_date, snapshot_id)
    SELECT box, day, 1
      FROM unnest(%(boxes)s::text[]) AS box, generate_series(%(first)s, %(last)s, interval '1 day') AS day
    """,
    """
    INSERT INTO staging.document (box, business_date, document_key, kind, form, currency, net, amounts, attributes,
                                  place, reference)
    SELECT box, business_date, 'sga:payment:' || n, 'payment', (n %% 3 + 1)::text, 'USD',
           abs(hashtext(box || business_date || n)) %% 90000 / 100.0, '{}', '{}', '0/PAGOS/' || n,
           format('001-%%s-%%s', right(box, 3), lpad((abs(hashtext(box || business_date)) + n)::text, 9, '0'))
      FROM staging.day, generate_series(1, 40) AS n
    """,
    """
    INSERT INTO ledger.revision (box, business_date, revision, snapshot_id, mapping, mapping_digest, digest)
    SELECT box, business_date, 1, 1, 'sga_ecuador', '', '' FROM staging.day
    """,
    """
    INSERT INTO ledger.entry (entry_key, revision_id, box, business_date, part, tenant, lot, entry_date, currency,
                              total, digest)
    SELECT concat_ws('|', box, business_date, 1), revision_id, box, business_date, 1, 'T1', right(box, 6),
           business_date, 'USD', abs(hashtext(box || business_date)) %% 900000 / 100.0 + 1, '' FROM ledger.revision
    """,
    """
    INSERT INTO ledger.line (entry_id, line, side, account, cost_centre, item, value_class, entities, amount, history)
    SELECT entry_id, line, CASE WHEN line > 2 THEN 'C' ELSE 'D' END, '1.1.01.00' || line, '', '', '', '{}',
           total / 2 + 0.01, format('Caja %%s %%s %%s', right(box, 3), business_date, line)
      FROM ledger.entry, generate_series(1, 4) AS line
    """,
    """
    INSERT INTO erp.attempt (entry_id, tenant, entry_date, lot, sublot, state, worker, claimed_at, lease_until,
                             decided_at, document)
    SELECT entry_id, tenant, entry_date, lot, '001', 'confirmed', '', now(), now(), now(), '000001' FROM ledger.entry
    """,
)
SEARCHES = {
    "a document of the ERP, lot/sublot/number": "x_0500/001/000001",
    "an invoice, by its end": "001-500-",
    "an amount": "123,45",
    "a part of a line's text": "Caja 500",
    "a text that is nowhere": "nowhere at all",
}
"""What is searched; each is asked for in turn."""


def main() -> None:
    """Sets up, measures, prints, and stops what it started."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--boxes", type=int, default=1000, help="how many cash boxes (1000)")
    parser.add_argument("--requests", type=int, default=60, help="how often each is asked (60)")
    asked = parser.parse_args()
    boxes = make_boxes(HOME / "mappings", asked.boxes)
    given = {
        "CIERRE_MAPPINGS_DIR": str(HOME / "mappings"),
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
        "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "900",
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "900",
        # Read once: what is measured is the server, not the parser beside it.
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "7200",
    }
    stack = Stack(HOME, Ports.free(), given=given)
    try:
        stack.up()
        wait_for_dags(stack, asked.boxes)
        fill(stack, boxes)
        stack.down()
        stack.up()
        measure(stack, boxes, asked.requests)
    finally:
        stack.down()


def make_boxes(folder: Path, number: int) -> list[str]:
    """A mappings folder with so many copies of a demo box in ten companies; their ids."""
    shutil.rmtree(HOME, ignore_errors=True)
    shutil.copytree(PROJECT / "include" / "mappings", folder)
    pattern = (folder / "cash_boxes" / "itb_caja_164.yaml").read_text(encoding="utf-8")
    for file in (folder / "cash_boxes").glob("*.yaml"):
        file.unlink()
    ids = [f"box_{count:04}" for count in range(number)]
    for count, box_id in enumerate(ids):
        text = pattern.replace("008964", f"{count:06}").replace("key: 164", f"key: {count}")
        text = text.replace("company: itb\n", f"company: company_{count % 10}\n").replace("Caja 164", f"Caja {count}")
        (folder / "cash_boxes" / f"{box_id}.yaml").write_text(text, encoding="utf-8")
    (folder / "companies.yaml").unlink()
    return ids


def wait_for_dags(stack: Stack, number: int) -> None:
    """Until Airflow has read every box's DAG."""
    with psycopg.connect(stack.cluster.dsn("airflow"), autocommit=True) as airflow:
        while True:
            known = airflow.execute("SELECT count(*) FROM dag WHERE dag_id LIKE 'cash_close\\_\\_%'").fetchone()[0]
            if known >= number:
                return
            print(f"\r{known} of {number} DAGs read …", end="", flush=True)
            time.sleep(2)


def fill(stack: Stack, boxes: list[str]) -> None:
    """A year of days in the ledger's summaries, a month of runs in Airflow."""
    with psycopg.connect(stack.cluster.dsn("ledger"), autocommit=True) as ledger:
        ledger.execute(YEAR_OF_DAYS, (boxes, LAST, LAST))
        ledger.execute("VACUUM ANALYZE board.box_day")
        ledger.execute("VACUUM ANALYZE board.box_month")
    with psycopg.connect(stack.cluster.dsn("airflow"), autocommit=True) as airflow:
        airflow.execute(MONTH_OF_RUNS, (MONTH, LAST))
        airflow.execute("VACUUM ANALYZE dag_run")


def fill_books(stack: Stack, boxes: list[str]) -> None:
    """A month of books, for searches."""
    month = {"boxes": boxes, "first": LAST - timedelta(days=30), "last": LAST}
    with psycopg.connect(stack.cluster.dsn("ledger"), autocommit=True) as ledger:
        with ledger.transaction():
            for statement in MONTH_OF_BOOKS:
                ledger.execute(statement, month)
        ledger.execute("VACUUM ANALYZE")


def measure(stack: Stack, boxes: list[str], times: int) -> None:
    """Asks for both in turn, then searches, and prints what each took."""
    session = requests.Session()
    session.trust_env = False
    login = {"username": stack.user, "password": stack.password}
    token = session.post(f"{stack.api_url}/auth/token", json=login, timeout=60).json()["access_token"]
    session.cookies.set("_token", token)
    board = f"{stack.api_url}/cierre/"
    subjects = {
        f"the board, {len(boxes)} boxes × a month": f"{board}?month={MONTH:%Y-%m}",
        "the board, this month": board,
        "the summary": f"{board}?q=nobody",
        "Airflow's API, 50 DAGs": f"{stack.api_url}/api/v2/dags?limit=50",
        "Airflow's UI, 50 DAGs": f"{stack.api_url}/ui/dags?limit=50",
    }
    first, _ = one(lambda: session.get(board, timeout=60, stream=True))
    print(f"\r{'the first look at the board':40}{first:>7.0f} ms")
    report(
        {name: lambda url=address: session.get(url, timeout=60, stream=True) for name, address in subjects.items()},
        times,
    )
    fill_books(stack, boxes)
    report(
        {
            name: lambda text=text: session.post(f"{board}search", data={"q": text}, timeout=60, stream=True)
            for name, text in SEARCHES.items()
        },
        min(times, 20),
    )


def report(subjects: dict[str, Callable[[], requests.Response]], times: int) -> None:
    """Asks for each in turn, so often, and prints a row of each."""
    took: dict[str, list[float]] = {name: [] for name in subjects}
    sizes: dict[str, tuple[int, int]] = {}
    for count in range(times + 3):
        for name, ask in subjects.items():
            milliseconds, sizes[name] = one(ask)
            if count >= 3:  # the first few make caches and connections
                took[name].append(milliseconds)
    print(f"\r{'':40}\n{'':40}{'median':>10}{'p95':>10}{'answer':>12}{'on the wire':>14}")
    for name, all_of_them in took.items():
        cuts = quantiles(all_of_them, n=100)
        size, wire = sizes[name]
        print(f"{name:40}{cuts[49]:>7.0f} ms{cuts[94]:>7.0f} ms{size / 1024:>9.0f} KiB{wire / 1024:>11.0f} KiB")


def one(ask: Callable[[], requests.Response]) -> tuple[float, tuple[int, int]]:
    """One request: milliseconds until its last byte, its size as a page and as sent."""
    began = time.perf_counter()
    answer = ask()
    answer.raise_for_status()
    sent = answer.raw.read(decode_content=False)
    milliseconds = (time.perf_counter() - began) * 1000
    plain = answer.raw._decode(sent, True, True) if answer.headers.get("Content-Encoding") else sent
    return milliseconds, (len(plain), len(sent))


if __name__ == "__main__":
    main()
