"""P5: a day's close of 40 boxes by the real scheduler, and the same day again."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg

from benchmarks.boxes import make_boxes
from benchmarks.harness import Bench, Contender
from benchmarks.results import Case
from benchmarks.stacks import CLOSE, EMPTY, PLAIN, System, system
from cierre.ledger.migrate import upgrade
from local.environment import ledger_connection, libpq_dsn
from local.postgres import USER as POSTGRES_USER
from local.settings import RUN
from sandbox.connections import as_variables, connections

NUMBER, TITLE = "P5", "a day's close of 40 boxes by the scheduler"
INTRO = """
The whole system on this machine (Airflow with eight tasks at a time, PostgreSQL, the vendors' sandbox, which answers
at once), 40 boxes whose day is let loose at once, until the last has ended. *Empty tasks* are the same graphs of
tasks that do nothing; like the product's, their approval is one that Airflow passes by. *Plain tasks* are the same five
steps as they are first written, by the hooks of Airflow's providers: they ask the same vendors the same, keep the
answer, and book a line for each form of payment; they have no mapping, no lock, no certificate, no seal, and prove
nothing. The cron script does the same as the product with the product's own steps, in one process, one box after the
other, into a ledger of its own and other lots of the same ERP. Then one box alone. Memory is the most that all
processes of the system held at one time, PostgreSQL and sandbox included, shared pages counted once. Rows are boxes. A
round is one day, of 200 tasks.
"""
DAYS = (date(2024, 9, 4), date(2024, 9, 5))
AGAIN = "Cierre, the same day again"
OTHER_LOTS = 500_000
ONE_BOX_SECONDS = 0.8
BOOKS = "plain_books"
"""The database of the plain tasks, and its connection in Airflow."""

TABLES = """
CREATE TABLE answer (box int, day date, body text, PRIMARY KEY (box, day));
CREATE TABLE payment (box int, day date, form text, amount numeric);
CREATE TABLE journal (box int, day date, form text, amount numeric, document text);
"""


def run(bench: Bench) -> None:
    """Two days of all boxes, then a box alone."""
    with system(RUN / "benchmarks" / "closing", bench.size(40, 2), peers=(EMPTY, PLAIN)) as here:
        _books_of_plain_tasks(here)
        # So that none begins with pools to make, or with modules to compile.
        for prefix in (EMPTY, PLAIN, CLOSE):
            here.run(prefix, here.boxes[:2], date(2024, 9, 2))
        case = _all_boxes(bench, here)
        alone = _one_box(bench, here)
    _judge(bench, case, alone)
    repeated = sum(result["erp_calls"] for result in case.results[AGAIN])
    bench.holds("ERP calls when repeated", str(repeated), "0", repeated == 0, "The repeated close was no repetition.")
    held = max(result["peak_bytes"] for result in case.results["Cierre"])
    bench.note(f"The stack held at most {held / 2**20:,.0f} MiB during the close.")


def _all_boxes(bench: Bench, here: System) -> Case:
    """Two days: the others' tasks, the close, the close again, the script; on the second day the close comes first."""
    case = bench.case(f"{len(here.boxes)} boxes")
    script = _script(bench, here)
    others: dict[str, list[dict[str, Any]]] = {"empty tasks": [], "plain tasks": []}
    with bench.bar(NUMBER, 5 * len(DAYS)) as advance:

        def beside() -> None:
            for results, prefix in zip(others.values(), (EMPTY, PLAIN), strict=True):
                results.append(here.run(prefix, here.boxes, day))
                advance()

        for day in DAYS:
            here.write_down(day)
            here.metadata.execute("CHECKPOINT")
            if day is DAYS[0]:
                beside()
            for name in ("Cierre", AGAIN):
                before = here.erp_writes()
                closed = here.run(CLOSE, here.boxes, day)
                calls = here.erp_writes() - before
                case.add(name, closed | {"cents": here.posted_cents(day), "erp_calls": calls})
                advance()
            if day is not DAYS[0]:
                beside()
            case.add("one cron script", script(day))
            advance()
    bench.check_cents(case)
    # Only now: they book other cents, or none.
    for name, results in others.items():
        for result in results:
            case.add(name, result)
    return case


def _judge(bench: Bench, case: Case, alone: Case) -> None:
    bench.at_most(
        "× plain tasks",
        case,
        "Cierre",
        "plain tasks",
        1.25,
        "Of the processor's time that a close takes beyond plain tasks, a third went to PostgreSQL on 2026-11-29, which"
        " plans some 180 statements in five new sessions, three tenths to the steps, a quarter to Airflow's API and an"
        " eighth to the tasks' supervisors, for results, links and connections.",
    )
    bench.at_most(
        "× empty tasks",
        case,
        "Cierre",
        "empty tasks",
        1.15,
        "The vendors and PostgreSQL work on the same cores, and each question to Airflow for a connection, each result"
        " kept there, is a request to its API.",
        less="plain tasks",
    )
    seconds, empty = (alone.median(name) or float("inf") for name in ("Cierre", "empty tasks"))
    bench.holds(
        "one box, everything warm",
        f"{seconds:.2f} s",
        f"≤ {ONE_BOX_SECONDS} s",
        seconds <= ONE_BOX_SECONDS,
        f"Plain tasks take {alone.median('plain tasks'):.2f} s. Each task is forked, and told of to Airflow's API.",
        beyond=f"Five tasks that do nothing take {empty:.2f} s." if empty > ONE_BOX_SECONDS else "",
    )


def _one_box(bench: Bench, here: System) -> Case:
    """One box's day with nothing else going on, from the run's start to its end as Airflow notes them."""
    case = bench.case("one box alone, everything warm")
    for day in (date(2024, 9, 10), date(2024, 9, 11), date(2024, 9, 12))[: bench.size(3, 1)]:
        here.write_down(day)
        for name, prefix in (("Cierre", CLOSE), ("plain tasks", PLAIN), ("empty tasks", EMPTY)):
            result = here.run(prefix, here.boxes[:1], day)
            case.add(name, result | {"seconds": result["run_s"]})
    return case


def _books_of_plain_tasks(here: System) -> None:
    """A database for the plain tasks, and their connections in Airflow."""
    cluster = here.stack.cluster
    cluster.create_database(BOOKS)
    with psycopg.connect(cluster.dsn(BOOKS)) as books:
        books.execute(TABLES)
    own = ledger_connection(cluster.port, POSTGRES_USER, cluster.password()) | {"schema": BOOKS}
    vendors = connections(here.stack.sandbox_url)
    made = {BOOKS: own, "plain_school": vendors["sga_itb"], "plain_erp": vendors["protheus"]}
    for name, fields in made.items():
        # Airflow's own hook sends every extra as a header.
        plain = {"conn_type": "http"} | fields | {"extra": None}
        here.stack.api.call("POST", "/connections", json={"connection_id": name, **plain})


def _script(bench: Bench, here: System) -> Callable[[date], dict[str, Any]]:
    """What closes a day as one script, in a ledger of its own."""
    mappings = bench.folder / "script_mappings"
    make_boxes(mappings, len(here.boxes), first_lot=OTHER_LOTS)
    cluster = here.stack.cluster
    cluster.create_database("script")
    own = ledger_connection(cluster.port, POSTGRES_USER, cluster.password()) | {"schema": "script"}
    dsn = libpq_dsn(json.dumps(own))
    upgrade(dsn)
    vendors = as_variables(connections(here.stack.sandbox_url))
    surroundings = (
        here.stack.environment
        | vendors
        | {
            "CIERRE_MAPPINGS_DIR": str(mappings),
            "AIRFLOW_CONN_LEDGER_DB": json.dumps(own),
        }
    )
    contender = Contender("one cron script", "benchmarks.peers.cron_script:close")

    def close(day: date) -> dict[str, Any]:
        task = {"boxes": here.boxes, "days": [str(day)], "dsn": dsn}
        return bench.round(contender, task, environ=surroundings)

    return close
