"""
### Emptying addresses in the ERP that were given up

A posting whose answer was lost is never sent again to the same address: a fresh one is used, and the old one is made
empty. Since a request can execute long after it was given up, this DAG empties such addresses again after five
minutes, an hour and a day. It also gives up postings whose task was killed and that nobody ran again.

**When it fails**, its log names the addresses that the ERP would not let it empty, with the ERP's own words. It goes on
by itself every five minutes; nothing needs to be done unless the ERP's words ask for it (a closed period, a document
in use). Clearing it is always safe: it never touches a document that is confirmed.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from cierre.orchestration.watch import ONE_RUN
from operators.reap import ReapOperator

with DAG(
    dag_id="erp_reaper",
    dag_display_name="ERP: vaciado de direcciones abandonadas",
    description="Empties the ERP addresses of postings that were given up, again and again until none can be late.",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("*/5 * * * *", timezone="UTC"),
    **ONE_RUN,
    tags=["erp"],
    default_args={
        "owner": "cierre",
        "retries": 1,
        "retry_delay": timedelta(seconds=30),
        "execution_timeout": timedelta(minutes=10),
    },
):
    ReapOperator(task_id="reap")
