"""
### The month's tie-out with the ERP

Every night, where the ERP can be read, this month and the last one of each of its companies and branches are tied out:
by account, what Cierre posted (net of reversals) beside what the ERP holds of our lots. Whoever changed a line there by
a cent, deleted a document or entered one into our lots is found, with account, document and amount. On the accounts of
money, entries of other lots are named too: they may be right (a deposit, a payment to a supplier), and nobody but an
accountant knows.

The month's state stands on the board: *tied out*, *does not tie out*, *posted to since*, or *not known* where the ERP
does not say what it holds. People are told once of each thing that is new. A month that is tied out and whose period is
closed (`periods.yaml`) is not read again. A branch that a box has left, or whose box has no file any more, is tied out
as the others are, in the months into which something was posted there.

**To tie out months now**: Trigger, and fill in from, to, and a company. **When it fails**, its log names the months
that could not be read, with the ERP's own words; they are read the next night. Clearing it is always safe: it only
reads.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from cierre.closing.names import TIE_OUT
from cierre.orchestration.watch import ONE_RUN, watched
from operators.tie_out import TieOutOperator, params

with DAG(
    dag_id="tie_out",
    dag_display_name="ERP: cuadre del mes",
    description="Compares what was posted into each month with what the ERP holds of it, by account, every night.",
    doc_md=__doc__,
    # After closed days were read again in the ERP.
    schedule=CronTriggerTimetable("10 9 * * *", timezone="UTC"),
    **ONE_RUN,
    params=params(),
    tags=["erp"],
    default_args=watched(TIE_OUT, timedelta(hours=2)),
):
    TieOutOperator(task_id="tie_out")
