"""
### The daily audit

Reads all books again, every night, as somebody who may only read: whether every snapshot, decision, entry, posting and
comparison is still what was sealed, and whether the chains go on from what was noted the last time. Where the variable
`ledger_heads` names a folder (`s3://…`, `file://…`), the heads are noted there, a file each day; digests carry them,
too. What it found is kept in the ledger (`ledger.audit`), by the login that closes days: a month's checklist asks for
it.

**When it fails**, its log names what was changed, and of which day. Nothing is repaired by it, and nothing is noted
until it is explained: keep the database as it is, and compare with a backup of before. Clearing it is always safe.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from cierre.orchestration.watch import ONE_RUN, watched
from operators.audit import AuditOperator

with DAG(
    dag_id="audit_books",
    dag_display_name="Auditoría de los libros",
    description="Verifies every day that the books are what was sealed, and notes the heads of the chains elsewhere.",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("40 9 * * *", timezone="UTC"),
    **ONE_RUN,
    tags=["audit"],
    default_args=watched("audit_books", timedelta(hours=2)),
):
    AuditOperator(task_id="audit")
