"""
### Personal values that are not kept any longer

Every night, where `RETENTION_MONTHS` is set, erases the personal values (names, identity numbers, addresses) of what
sources sent for business dates that are older than so many whole months. Books, audit and board go on as before: they
need none of these values. Each erasure is a link of the ledger's chain of hashes and is told by `make audit`.

Without `RETENTION_MONTHS` the task is skipped and nothing is erased.

**When it fails**, its log says why; nothing was erased by halves. Clearing it is always safe.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from cierre.orchestration.watch import ONE_RUN, watched
from operators.retention import RetentionOperator

with DAG(
    dag_id="personal_retention",
    dag_display_name="Datos personales: plazo de conservación",
    description="Erases personal values that are older than RETENTION_MONTHS, every night.",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("45 9 * * *", timezone="UTC"),
    **ONE_RUN,
    tags=["ledger"],
    default_args=watched("personal_retention", timedelta(hours=2)),
):
    RetentionOperator(task_id="erase")
