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
    """Every step of every box, by the product's own operators."""
    day = date.fromisoformat(task["day"])
    steps = (LandOperator, StageOperator, DeriveOperator, PostOperator, ReconcileOperator)
    with Watch() as watch:
        for box_id in task["boxes"]:
            box = cash_box(box_id)
            with session.connect(task["dsn"]) as ledger, session.box_day(ledger, box_id, day):
                for step in steps:
                    step(task_id="step", box=box_id).close(box, day, ledger)
    with session.connect(task["dsn"]) as ledger:
        asked = "SELECT sum(total) FROM ledger.entry WHERE reverses IS NULL AND business_date = %s"
        (total,) = ledger.execute(asked, (day,)).fetchone()
    return watch.result(rows=len(task["boxes"]), cents=cents_of(total))
