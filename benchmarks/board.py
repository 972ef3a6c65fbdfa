"""P10: the close board of 1,000 boxes, beside a listing of Airflow's own, and a company's month as a package."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import requests

from benchmarks.harness import Bench
from benchmarks.results import Case
from benchmarks.stacks import System, system
from local.settings import RUN

NUMBER, TITLE = "P10", "the board of 1,000 boxes and a month"
INTRO = """
The whole system with 1,000 boxes in ten companies, a year of days in the ledger's summaries and a month of runs in
Airflow's database, stopped and started again. A logged-in browser asks for each page in turn, one at a time, for
compressed answers, until the last byte; the first three rounds make caches and connections and do not count. *The
summary* is the board of a box that is not there. Beside it stands what Airflow's own page of 50 DAGs asks for. Then,
with a month of books of one company (100 boxes, 40 documents, an entry of 4 lines and a document of the ERP a day),
its month as a package, and searches. Rows are boxes.
"""
LAST = datetime.now(UTC).date() - timedelta(days=2)
MONTH = date(LAST.year - (LAST.month == 1), LAST.month - 1 or 12, 1)
"""The month before, which is all in the past."""

COMPANIES = 10
BOARD, SUMMARY, TRENDS = "this month's board", "the summary alone", "trends of all boxes"
AIRFLOW_PAGE = "Airflow's page, 50 DAGs"
PACKAGE = "a company's month as a package"
OTHER_WORK = (
    "With other work beside, all of them take two to four times as long; each statement is planned anew each time"
    " (decision 0111)."
)

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


def run(bench: Bench) -> None:
    """Starts a system, fills it, starts it again, and asks."""
    with system(RUN / "benchmarks" / "board", bench.size(1000, 10), open_boxes=0, companies=COMPANIES) as here:
        _fill(here)
        here.stack.down()
        here.stack.up()
        asked = Asked(here)
        first = bench.case("the first look after a restart")
        first.add("the board", asked.once(asked.page("")))
        looks = bench.case("looks")
        subjects = {
            BOARD: asked.page(""),
            "the month before": asked.page("", month=f"{MONTH:%Y-%m}"),
            SUMMARY: asked.page("", q="nobody"),
            AIRFLOW_PAGE: asked.of_airflow("/ui/dags?limit=50"),
            "Airflow's API, 50 DAGs": asked.of_airflow("/api/v2/dags?limit=50"),
        }
        _in_turn(bench, looks, asked, subjects, times=60)
        # By itself: an answer of this size drives what the others keep out of the processor's caches.
        _in_turn(bench, bench.case("trends"), asked, {TRENDS: asked.page("trends")}, times=20)
        _fill_books(here, here.boxes[::COMPANIES])
        package = asked.page(f"months/{LAST - timedelta(days=30):%Y-%m}/companies/company_0/books.zip")
        _in_turn(bench, bench.case("a month of books"), asked, {PACKAGE: package}, times=2, uncounted=1)
        searches = {what: asked.search(text) for what, text in SEARCHES.items()}
        _in_turn(bench, bench.case("searches in a company's month of books"), asked, searches, times=10)
    _below(bench, "the first look after a restart", first.median("the board"), 500)
    _below(bench, SUMMARY, looks.median(SUMMARY), 50)
    bench.at_most(f"{BOARD}, × {AIRFLOW_PAGE}", looks, BOARD, AIRFLOW_PAGE, 1, OTHER_WORK)


def _below(bench: Bench, what: str, seconds: float | None, milliseconds: int) -> None:
    measured = 1000 * (seconds or 0)
    bench.holds(what, f"{measured:.1f} ms", f"≤ {milliseconds} ms", measured <= milliseconds, OTHER_WORK)


Ask = Callable[[], requests.Response]


class Asked:
    """A browser of the person who may see all boxes."""

    def __init__(self, here: System) -> None:
        self.url, self.boxes = here.stack.api_url, len(here.boxes)
        self._browser = requests.Session()
        self._browser.trust_env = False
        login = {"username": here.stack.user, "password": here.stack.password}
        token = self._browser.post(f"{self.url}/auth/token", json=login, timeout=60).json()["access_token"]
        self._browser.cookies.set("_token", token)

    def page(self, path: str, **query: str) -> Ask:
        """A page of the board, when it is called."""
        return lambda: self._browser.get(f"{self.url}/cierre/{path}", params=query, timeout=120, stream=True)

    def of_airflow(self, path: str) -> Ask:
        """An answer of Airflow's."""
        return lambda: self._browser.get(self.url + path, timeout=60, stream=True)

    def search(self, text: str) -> Ask:
        """A search on the board."""
        return lambda: self._browser.post(f"{self.url}/cierre/search", data={"q": text}, timeout=60, stream=True)

    def once(self, ask: Ask) -> dict[str, Any]:
        """One request: seconds until its last byte, its size as sent."""
        began = time.perf_counter()
        answer = ask()
        if not answer.ok:
            raise RuntimeError(f"{answer.url}: {answer.status_code} {answer.text[:500]}")
        sent = answer.raw.read(decode_content=False)
        seconds = time.perf_counter() - began
        return {"seconds": seconds, "rows": self.boxes, "cents": 0, "kib_on_the_wire": round(len(sent) / 1024)}


def _in_turn(
    bench: Bench, case: Case, asked: Asked, subjects: dict[str, Ask], *, times: int, uncounted: int = 3
) -> None:
    times = bench.size(times, 1)
    with bench.bar(f"{NUMBER} {case.title}", uncounted + times) as advance:
        for count in range(uncounted + times):
            for name, ask in subjects.items():
                result = asked.once(ask)
                if count >= uncounted:
                    case.add(name, result)
            advance()


def _fill(here: System) -> None:
    """A year of days in the ledger's summaries, a month of runs in Airflow."""
    with psycopg.connect(here.stack.cluster.dsn("ledger"), autocommit=True) as ledger:
        ledger.execute(YEAR_OF_DAYS, (here.boxes, LAST, LAST))
        ledger.execute("VACUUM ANALYZE board.box_day")
        ledger.execute("VACUUM ANALYZE board.box_month")
    here.metadata.execute(MONTH_OF_RUNS, (MONTH, LAST))
    here.metadata.execute("VACUUM ANALYZE dag_run")


def _fill_books(here: System, boxes: Sequence[str]) -> None:
    """A month of books of some boxes."""
    month = {"boxes": list(boxes), "first": LAST - timedelta(days=30), "last": LAST}
    with psycopg.connect(here.stack.cluster.dsn("ledger"), autocommit=True) as ledger:
        with ledger.transaction():
            for statement in MONTH_OF_BOOKS:
                ledger.execute(statement, month)
        ledger.execute("VACUUM ANALYZE")
