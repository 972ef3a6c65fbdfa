"""
### Reading again what the ERP holds

Every night, where the ERP can be read, the lines that it holds of closed days are compared with what was posted once
more: a document that somebody changed or deleted there, one that nobody posted, one that came late. A day that differs
gets the sign of a discrepancy on the board, with the lines and amounts, and its company's people are told once. A day
that is not read again for `stale_after` days (in `companies.yaml`) shows its evidence as stale.

Days of the last two months are read whose period is open, those first that wait longest, and those of the books of
what arrived; nothing is written.

**When it fails**, its log names the days that could not be read, with the ERP's own words; they are read the next
night. Clearing it is always safe.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from cierre.orchestration.watch import ONE_RUN, watched
from operators.read_again import ReadAgainOperator

with DAG(
    dag_id="erp_read_back",
    dag_display_name="ERP: relectura de lo registrado",
    description="Compares what the ERP holds of closed days with what was posted, every night.",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("30 8 * * *", timezone="UTC"),
    **ONE_RUN,
    tags=["erp"],
    default_args=watched("erp_read_back", timedelta(hours=2)),
):
    ReadAgainOperator(task_id="read_again")
