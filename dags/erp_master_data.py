"""
### The ERP as it is

Every night, where the ERP answers queries, its chart of accounts, cost centres, items, value classes, currencies and
calendars are read into the ledger, of every tenant, and whether the login may post. What differs from the files
(`charts/*.csv`, `periods.yaml`) is on the board's work lists and told once: an account that is new, blocked, renamed or
missing, a period that is closed or closes soon while days of it are not closed, a field that the login may not see.

What was read serves every close: at *derive* it is told what the ERP would refuse, before anything is sent. Where the
files lack, the newest reading stands for them; where both are there, the stricter of the two counts.

It only reads. **To read now** (the ERP was set right): Trigger. A close asks the ERP anew by itself before it holds a
day back. **When it fails**, its log says why (mostly a file that is wrong); the next run goes on.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from cierre.orchestration.watch import ONE_RUN, watched
from operators.master_data import MasterDataOperator

with DAG(
    dag_id="erp_master_data",
    dag_display_name="El ERP tal como está: datos maestros",
    description="Reads the ERP's chart of accounts, dimensions and calendars, and tells what differs from the files.",
    doc_md=__doc__,
    # Before the closes of the western zones: what was blocked in the evening is known by then.
    schedule=CronTriggerTimetable("20 3 * * *", timezone="UTC"),
    **ONE_RUN,
    tags=["erp"],
    default_args=watched("erp_master_data", timedelta(hours=1)),
):
    MasterDataOperator(task_id="read")
