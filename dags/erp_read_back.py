"""
### Reading again what the ERP holds

Every night, where the ERP can be read, the lines that it holds of closed days are compared with what was posted once
more: a document that somebody changed or deleted there, one that nobody posted, one that came late. A day that differs
gets the sign of a discrepancy on the board, with the lines and amounts, and its company's people are told once. A day
that is not read again for `stale_after` days (in `companies.yaml`) shows its evidence as stale.

Days of the last two months are read whose period is open, those first that wait longest; nothing is written.

**When it fails**, its log names the days that could not be read, with the ERP's own words; they are read the next
night. Clearing it is always safe.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from cierre.alerts.watch import WatchAlert
from cierre.orchestration.retries import PATIENT, RetryByKind
from operators.read_again import ReadAgainOperator

with DAG(
    dag_id="erp_read_back",
    dag_display_name="ERP: relectura de lo registrado",
    description="Compares what the ERP holds of closed days with what was posted, every night.",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("30 8 * * *", timezone="UTC"),
    start_date=datetime(2000, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["erp"],
    default_args=PATIENT
    | {
        "owner": "cierre",
        "retry_policy": RetryByKind(),
        "execution_timeout": timedelta(hours=2),
        "on_failure_callback": WatchAlert("cierre", "erp_read_back"),
    },
):
    ReadAgainOperator(task_id="read_again")
