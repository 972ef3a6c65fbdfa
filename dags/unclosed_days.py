"""
### Days that are not closed by their deadline

Every hour, asks the ledger which days of which cash boxes should be closed by now and are not, and tells each
company's people once. It finds a day that was silently skipped, too: one that no run was ever made for, because a DAG
was paused or Airflow stood still. Of each day it says what stopped it, or whom it waits for. It also sends the digests
of companies' days whose own run is gone. The deadline is `close_within` hours (in `companies.yaml`) after the day may
be read.

**When it tells of a day**: do what is said of it; of a day without a word there was no run: trigger the day or backfill
the range. **When it fails**, its log says why: mostly a cash box's file that is wrong, of whose days nobody knows until
it is mended. The other boxes' days were told all the same; what was not, the next hour tells.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from cierre.orchestration.watch import ONE_RUN, watched
from operators.unclosed import UnclosedDaysOperator

with DAG(
    dag_id="unclosed_days",
    dag_display_name="Días sin cerrar",
    description="Tells each company, once, of days that are past their deadline and not closed.",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("15 * * * *", timezone="UTC"),
    **ONE_RUN,
    tags=["alerts"],
    default_args=watched("unclosed_days", timedelta(minutes=10)),
):
    UnclosedDaysOperator(task_id="look")
