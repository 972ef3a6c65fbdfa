"""
### What arrived at the bank

Every hour, takes the statements and settlement reports that were left in the folder, matches them with what was
booked, and books what arrived. Closes wait for none of it. People may upload the same files on the board; then this
DAG finds only the booking to do. Companies are those of `arrivals.yaml`.

**When it fails** in *take*, a file was refused: it stands in `refused`, beside a text that says why; leave a
corrected file in the folder. Or a place that files are fetched from could not be read. In *book*, the ERP did not
answer, or an account is missing in `arrivals.yaml`, which its log says. Or a person has to approve a day, such as
where documents in the books' lot may be somebody else's: its log and the board's page of the arrivals say what to
look at; approve it there, or trigger it with the company and that day. All but a refused file is tried again each
hour, and told at once, then once a day while it lasts: a run in between ends well, and its log and its result say
what is left. Clearing it is always safe: a file is taken once, and nothing is booked twice.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from cierre.orchestration.watch import ONE_RUN, watched
from operators.arrivals import BookArrivalsOperator, TakeStatementsOperator, params

with DAG(
    dag_id="arrivals",
    dag_display_name="Lo que llegó: extractos y tarjetas",
    description="Takes statements of banks and reports of acquirers, matches what arrived, and books it.",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("5 * * * *", timezone="UTC"),
    **ONE_RUN,
    params=params(),
    tags=["arrivals"],
    default_args=watched("arrivals", timedelta(minutes=30)),
):
    # What was refused keeps nothing else from being booked.
    TakeStatementsOperator(task_id="take") >> BookArrivalsOperator(task_id="book", trigger_rule="all_done")
