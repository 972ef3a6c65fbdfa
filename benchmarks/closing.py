"""P5: a day's close of 40 boxes by the real scheduler, and the same day again."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from benchmarks.boxes import make_boxes
from benchmarks.harness import Bench, Contender
from benchmarks.measure import cents_of
from benchmarks.stacks import CLOSE, EMPTY, System, system
from cierre.ledger import session
from cierre.ledger.migrate import upgrade
from local.environment import ledger_connection, libpq_dsn
from local.postgres import USER as POSTGRES_USER
from local.settings import RUN
from sandbox.connections import as_variables, connections

NUMBER, TITLE = "P5", "a day's close of 40 boxes by the scheduler"
INTRO = """
The whole system on this machine (Airflow with eight tasks at a time, PostgreSQL, the vendors' sandbox, which answers
at once), 40 boxes whose day is let loose at once, until the last has ended. *Empty tasks* are the same graphs of
tasks that do nothing; like the product's, their approval is one that Airflow passes by. The cron script does the same
with the product's own steps, in one process, one box after the other, into a ledger of its own and other lots of the
same ERP. Memory is the most that all processes of the system held at one time, PostgreSQL and sandbox included,
shared pages counted once. Rows are boxes. A round is one day, of 200 tasks.
"""
DAYS = (date(2024, 9, 4), date(2024, 9, 5))
AGAIN = "Cierre, the same day again"
OTHER_LOTS = 500_000


def run(bench: Bench) -> None:
    """Two days: empty tasks, the close, the close again, the script; on the second day the close comes first."""
    with system(RUN / "benchmarks" / "closing", bench.size(40, 2), empty=True) as here:
        case = bench.case(f"{len(here.boxes)} boxes")
        # So that neither begins with pools to make, or with modules to compile.
        here.run(EMPTY, here.boxes[:2], date(2024, 9, 2))
        here.run(CLOSE, here.boxes[:2], date(2024, 9, 2))
        script = _script(bench, here)
        empty = []
        with bench.bar(NUMBER, 4 * len(DAYS)) as advance:

            def alone() -> None:
                empty.append(here.run(EMPTY, here.boxes, day))
                advance()

            for day in DAYS:
                here.metadata.execute("CHECKPOINT")
                if day is DAYS[0]:
                    alone()
                for name in ("Cierre", AGAIN):
                    before = here.erp_writes()
                    closed = here.run(CLOSE, here.boxes, day)
                    calls = here.erp_writes() - before
                    case.add(name, closed | {"cents": _cents(here, day), "erp_calls": calls})
                    advance()
                if day is not DAYS[0]:
                    alone()
                case.add("one cron script", script(day))
                advance()
    bench.check_cents(case)
    for result in empty:
        case.add("empty tasks", result)
    bench.at_most(
        "× empty tasks",
        case,
        "Cierre",
        "empty tasks",
        1.15,
        "By py-spy, on 2026-11-29, four fifths of a task's time are the step itself, a sixth of that waiting for"
        " PostgreSQL and a tenth for the vendors; its start, which is all that an empty task has, is a tenth.",
    )
    repeated = sum(result["erp_calls"] for result in case.results[AGAIN])
    bench.holds("ERP calls when repeated", str(repeated), "0", repeated == 0, "The repeated close was no repetition.")
    held = max(result["peak_bytes"] for result in case.results["Cierre"])
    bench.note(f"The stack held at most {held / 2**20:,.0f} MiB during the close.")


def _cents(here: System, day: date) -> int:
    """What was posted for a day."""
    asked = "SELECT sum(total) FROM ledger.entry WHERE reverses IS NULL AND business_date = %s"
    with session.connect(here.stack.ledger_dsn) as ledger:
        return cents_of(ledger.execute(asked, (day,)).fetchone()[0])


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
        task = {"boxes": here.boxes, "day": str(day), "dsn": dsn}
        return bench.round(contender, task, environ=surroundings)

    return close
