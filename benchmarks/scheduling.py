"""P6: a thousand boxes: reading their DAGs, storing them, a task's start; and a 30-day backfill of one."""

import time
from datetime import date, timedelta
from functools import partial
from typing import Any

from benchmarks.boxes import make_boxes
from benchmarks.harness import Bench, Contender
from benchmarks.stacks import CLOSE, EMPTY, System, system
from cierre.ledger import session
from local.settings import PROJECT, RUN

NUMBER, TITLE = "P6", "1,000 boxes, and a backfill of 30 days"
INTRO = """
A DAG for each of 1,000 boxes, beside 1,000 DAGs with the same graph of tasks that do nothing and import nothing but
Airflow. A task reads the file for its own DAG alone; the DAG processor reads it whole. Both are read in a fresh
process with Airflow imported, by Airflow's own DagBag, so the product's modules are imported within the time. Then,
in a running system with all of these boxes, a close of one, and a backfill of 30 days of it; rows are DAGs, or runs.
"""
FIRST, LAST = date(2024, 8, 1), date(2024, 8, 30)
CLOSE_FILE, EMPTY_FILE = PROJECT / "dags" / "cash_close.py", PROJECT / "benchmarks" / "peers" / "empty_boxes.py"


def run(bench: Bench) -> None:
    """Without a system, then with one."""
    boxes = bench.size(1000, 3)
    mappings = bench.folder / "mappings"
    one = make_boxes(mappings, boxes)[boxes // 2]

    def task(asked: dict[str, str], contender: Contender) -> dict[str, Any]:
        return {"mappings": str(mappings), "asked": asked.get(contender.name, "")}

    works = (
        ("a task's parse", "parse", {"Cierre": CLOSE + one, "empty tasks": EMPTY + one}),
        (f"parsing {boxes:,} boxes", "parse", {}),
        (f"serialising {boxes:,} boxes", "serialize", {}),
    )
    for title, function, asked in works[: bench.size(3, 1)]:
        contenders = [
            Contender("Cierre", f"benchmarks.parsing:{function}", settings={"file": str(CLOSE_FILE)}),
            Contender("empty tasks", f"benchmarks.parsing:{function}", settings={"file": str(EMPTY_FILE)}),
        ]
        case = bench.rounds(title, contenders, partial(task, asked), times=3, same="DAGs")
        if asked:
            seconds = case.median("Cierre") or float("inf")
            bench.holds(
                title,
                f"{seconds * 1000:.0f} ms",
                "≤ 50 ms",
                seconds <= 0.05,
                "Nearly all of it is importing the product's own modules and pydantic's models, once a process.",
            )
        else:
            bench.at_most(
                f"{title}, × empty tasks",
                case,
                "Cierre",
                "empty tasks",
                1.25,
                "Each box's file is read and checked, and there is more to store of it: a form, a runbook, pools,"
                " retries, links and alerts.",
            )
    if bench.full:
        with system(RUN / "benchmarks" / "scheduling", boxes, open_boxes=1) as here:
            _in_a_system(bench, here)


def _in_a_system(bench: Bench, here: System) -> None:
    box = here.boxes[0]
    bench.note(f"The system stood with {len(here.boxes):,} boxes' DAGs read after {here.seconds_until_read:.0f} s.")
    started = bench.case("one box's close among 1,000")
    here.run(CLOSE, [box], date(2024, 9, 2))
    for day in (date(2024, 9, 3), date(2024, 9, 4), date(2024, 9, 5)):
        started.add("Cierre", here.run(CLOSE, [box], day))
    last = started.last("Cierre")
    bench.note(
        f"A task's process began {last['task_queued_s']} s after it was queued, and lasted {last['task_runs_s']} s."
    )
    days = (LAST - FIRST).days + 1
    with bench.bar("P6 backfill", days) as advance:
        began = time.perf_counter()
        here.stack.api.backfill(CLOSE + box, FIRST, LAST, at_once=4)
        seen = 0
        while seen < days:
            time.sleep(0.2)
            ended = here.metadata.execute(
                "SELECT count(*) FROM dag_run WHERE dag_id = %s AND backfill_id IS NOT NULL AND end_date IS NOT NULL",
                (CLOSE + box,),
            ).fetchone()[0]
            for _ in range(ended - seen):
                advance()
            seen = ended
            if time.perf_counter() - began > 900:
                raise TimeoutError(f"only {seen} of {days} days of the backfill ended")
        seconds = time.perf_counter() - began
    backfill = bench.case("a backfill of 30 days of one box, four at once")
    backfill.add("Cierre", {"seconds": seconds, "rows": days, "cents": 0})
    closed = {FIRST + timedelta(days=number) for number in range(days)} - _open_days(here, box)
    bench.holds(
        "backfill: days closed", f"{len(closed)} of {days}", f"{days}", len(closed) == days, "Some days failed."
    )


def _open_days(here: System, box: str) -> set[date]:
    """The days of the range that are not closed, by the ledger."""
    with session.connect(here.stack.ledger_dsn) as ledger:
        closed = {
            row.business_date
            for row in ledger.execute(
                "SELECT business_date FROM board.box_day WHERE box = %s AND state IN ('closed', 'no activity')", (box,)
            )
        }
    return {FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)} - closed
