"""P5: a day's close of 40 boxes by the real scheduler, and the same day again."""

import json
from datetime import date

from benchmarks.boxes import make_boxes
from benchmarks.harness import Bench, Contender
from benchmarks.measure import cents_of
from benchmarks.stacks import CLOSE, EMPTY, System, system
from local.environment import libpq_dsn
from local.settings import RUN
from store import session
from store.migrate import upgrade

NUMBER, TITLE = "P5", "a day's close of 40 boxes by the scheduler"
INTRO = """
The whole system on this machine (Airflow with eight tasks at a time, PostgreSQL, the vendors' sandbox, which answers
at once), 40 boxes whose day is let loose at once, until the last has ended. *Empty tasks* are the same graphs of
tasks that do nothing; like the product's, their approval is one that Airflow passes by. The cron script does the same
with the product's own steps, in one process, one box after the other, into a ledger of its own and other lots of the
same ERP. Memory is the most that all processes of the system held at one time, PostgreSQL and sandbox included,
shared pages counted once. Rows are boxes. One round each, of 200 tasks.
"""
DAY = date(2024, 9, 4)
OTHER_LOTS = 500_000


def run(bench: Bench) -> None:
    """Empty tasks, the close, the close again, the script."""
    with system(RUN / "benchmarks" / "closing", bench.size(40, 2), empty=True) as here:
        case = bench.case(f"{len(here.boxes)} boxes")
        with bench.bar(NUMBER, 4) as advance:
            # So that neither begins with pools to make, or with modules to compile.
            here.run(EMPTY, here.boxes[:2], date(2024, 9, 2))
            here.run(CLOSE, here.boxes[:2], date(2024, 9, 2))
            _clean(here)
            empty = here.run(EMPTY, here.boxes, DAY)
            advance()
            before = here.erp_writes()
            closed = here.run(CLOSE, here.boxes, DAY)
            writes = here.erp_writes() - before
            advance()
            before = here.erp_writes()
            again = here.run(CLOSE, here.boxes, DAY)
            repeated = here.erp_writes() - before
            advance()
            script = _script(bench, here)
            advance()
        with session.connect(here.stack.ledger_dsn) as ledger:
            asked = "SELECT sum(total) FROM ledger.entry WHERE reverses IS NULL AND business_date = %s"
            cents = cents_of(ledger.execute(asked, (DAY,)).fetchone()[0])
    case.add("Cierre", closed | {"cents": cents, "erp_calls": writes})
    case.add("Cierre, the same day again", again | {"cents": cents, "erp_calls": repeated})
    case.add("one cron script", script)
    bench.check_cents(case)
    case.add("empty tasks", empty)
    bench.at_most(
        "× empty tasks",
        case,
        "Cierre",
        "empty tasks",
        1.25,
        "Each task is a process that imports a hook and PostgreSQL's driver before it does its work.",
    )
    bench.holds("ERP calls when repeated", str(repeated), "0", repeated == 0, "The repeated close was no repetition.")
    bench.note(f"The stack held at most {closed['peak_bytes'] / 2**20:,.0f} MiB during the close.")


def _clean(here: System) -> None:
    here.metadata.execute("CHECKPOINT")


def _script(bench: Bench, here: System) -> dict:
    mappings = bench.folder / "script_mappings"
    make_boxes(mappings, len(here.boxes), first_lot=OTHER_LOTS)
    here.stack.cluster.create_database("script")
    own = json.loads(here.stack.environment["AIRFLOW_CONN_LEDGER_DB"]) | {"schema": "script"}
    dsn = libpq_dsn(json.dumps(own))
    upgrade(dsn)
    surroundings = here.stack.environment | {
        "CIERRE_MAPPINGS_DIR": str(mappings),
        "AIRFLOW_CONN_LEDGER_DB": json.dumps(own),
    }
    task = {"boxes": here.boxes, "day": str(DAY), "dsn": dsn}
    contender = Contender("one cron script", "benchmarks.peers.cron_script:close")
    return bench.round(contender, task, environ=surroundings)
