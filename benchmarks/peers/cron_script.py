"""The same close without a scheduler: one process, box after box, step after step, as cron would start it."""

from datetime import date
from typing import Any

from benchmarks.measure import Watch, cents_of
from cierre.accounting_files.loader import cash_box
from cierre.ledger import session
from operators.derive import DeriveOperator
from operators.land import LandOperator
from operators.post import PostOperator
from operators.reconcile import ReconcileOperator
from operators.stage import StageOperator


def close(task: dict[str, Any]) -> dict[str, Any]:
    """Every step of every box, day by day, by the product's own operators."""
    days = [(box, date.fromisoformat(day)) for day in task["days"] for box in task["boxes"]]
    steps = (LandOperator, StageOperator, DeriveOperator, PostOperator, ReconcileOperator)
    with Watch() as watch:
        for box_id, day in days:
            box = cash_box(box_id)
            with session.connect(task["dsn"]) as ledger, session.box_day(ledger, box_id, day):
                for step in steps:
                    step(task_id="step", box=box_id).close(box, day, ledger)
    return watch.result(rows=len(days), cents=booked(task))


def booked(task: dict[str, Any]) -> int:
    """What the task's days came to, in cents."""
    asked = (
        "SELECT coalesce(sum(total), 0) FROM ledger.entry WHERE reverses IS NULL AND business_date = ANY(%s::date[])"
    )
    with session.connect(task["dsn"]) as ledger:
        return cents_of(ledger.execute(asked, (task["days"],)).fetchone()[0])
