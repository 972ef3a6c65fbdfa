"""One cash box, one DAG: land → stage → derive → post → reconcile."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, chain

from alerts.failure import FailureAlert
from bookkeeping.cash_box import CashBox
from cash_close.business_date import params
from operators.derive import DeriveOperator
from operators.land import LandOperator
from operators.post import PostOperator
from operators.reconcile import ReconcileOperator
from operators.stage import StageOperator
from timetables.business_day import BusinessDayTimetable

PREFIX = "cash_close__"

# Long past, so that a day typed by hand is never before it: Airflow calls such a run a success without running a task.
START = datetime(2000, 1, 1, tzinfo=UTC)

EVERY_STEP = {
    "retries": 3,
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=15),
    "execution_timeout": timedelta(minutes=30),
}
"""How each step fails; the first delay before a retry is Airflow's own setting, default_task_retry_delay."""

STEPS = {
    "land": LandOperator,
    "stage": StageOperator,
    "derive": DeriveOperator,
    "post": PostOperator,
    "reconcile": ReconcileOperator,
}


def cash_close(box: CashBox, runbook: str) -> DAG:
    """The DAG that closes the box's business dates, daily and for any date asked; ``runbook`` is shown in the UI."""
    with DAG(
        dag_id=PREFIX + box.id,
        dag_display_name=f"{box.name}: cierre de caja",
        description=f"Closes {box.name} ({box.company}) every day: {box.source} to journal to ERP, reconciled.",
        doc_md=runbook,
        schedule=BusinessDayTimetable(),
        start_date=START,
        catchup=False,
        params=params(),
        tags=["cash close", box.company, box.source],
        default_args=EVERY_STEP | {"owner": box.company, "on_failure_callback": FailureAlert(box.company, box.name)},
    ) as dag:
        chain(*(operator(task_id=name, box=box.id) for name, operator in STEPS.items()))
    return dag
