"""One cash box, one DAG: land → stage → derive → approve → post → reconcile."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Asset, BaseOperator, TriggerRule, chain

from cierre.alerts.failure import FailureAlert
from cierre.bookkeeping.cash_box import CashBox
from cierre.closing.names import PREFIX, TITLE
from cierre.orchestration.business_day import BusinessDayTimetable
from cierre.orchestration.owner import write_to
from cierre.orchestration.priority import BackfillsGiveWay
from cierre.orchestration.retries import RetryByKind
from cierre.orchestration.roles import access_control
from operators.approve import ApproveOperator
from operators.derive import DeriveOperator
from operators.form import params
from operators.land import LandOperator
from operators.post import PostOperator
from operators.reconcile import ReconcileOperator
from operators.stage import StageOperator

# Long past, so that a day typed by hand is never before it: Airflow calls such a run a success without running a task.
START = datetime(2000, 1, 1, tzinfo=UTC)

# One for all boxes: it keeps nothing, and describing its hour in words takes a while.
SCHEDULE = BusinessDayTimetable()

EVERY_STEP = {
    "retries": 3,
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=15),
    "retry_policy": RetryByKind(),
    "execution_timeout": timedelta(minutes=30),
    # By its name: the object itself would be stored as another one each time the file is read.
    "weight_rule": f"{BackfillsGiveWay.__module__}.{BackfillsGiveWay.__qualname__}",
}
"""How each step fails; the first delay before a retry is Airflow's own setting, default_task_retry_delay."""


STEPS: dict[str, Callable[..., BaseOperator]] = {
    "land": LandOperator,
    "stage": StageOperator,
    "derive": DeriveOperator,
    "approve": ApproveOperator,
    "post": PostOperator,
    "reconcile": ReconcileOperator,
}


def closed_days(box: CashBox) -> Asset:
    """What a close makes: the box's closed days, one partition each, which the company's day waits for."""
    return Asset(name=f"closed_days__{box.file}", group="closed_days")


def cash_close(box: CashBox, runbook: str) -> DAG:
    """The DAG that closes the box's business dates, daily and for any date asked; ``runbook`` is shown in the UI."""
    told = FailureAlert(box.company, box.name)
    # Made before their DAG, and given their form after it: each task made in a DAG copies the parameters it has then.
    steps = [_step(name, box, told) for name in STEPS]
    dag = DAG(
        dag_id=PREFIX + box.file,
        dag_display_name=box.name + TITLE,
        description=f"Closes {box.name} ({box.company}) every day: {box.source} to journal to ERP, reconciled.",
        doc_md=runbook,
        schedule=SCHEDULE,
        start_date=START,
        catchup=False,
        tags=["cash close", box.company, box.source],
        owner_links=write_to(box.company),
        access_control=access_control(box.company),
    )
    dag.add_tasks(steps)
    chain(*steps)
    dag.params.update(params(box))
    return dag


def _step(name: str, box: CashBox, told: FailureAlert) -> BaseOperator:
    """A step of the box. Those that call a vendor share a pool with all others that call the same connection."""
    # Not as the DAG's default_args, which Airflow would store beside them, an alert with its whole source.
    settings = EVERY_STEP | {"owner": box.company, "on_failure_callback": told}
    own = _OWN.get(name)
    return STEPS[name](task_id=name, box=box.file, **settings, **(own(box) if own else {}))


_OWN: dict[str, Callable[[CashBox], dict[str, Any]]] = {
    "land": lambda box: {"pool": box.connection},
    # Where nobody has to approve, derive has approve skipped.
    "post": lambda box: {"pool": box.erp.connection, "trigger_rule": TriggerRule.NONE_FAILED},
    "reconcile": lambda box: {"pool": box.erp.connection, "outlets": [closed_days(box)]},
}
"""What a step has that the others do not."""
