"""
### Closed days, read again in their sources

Every night, closed days are read once more: the first day after their close, the third, the seventh, the thirtieth, and
the day before the ERP closes their month, or when the box's file says (`second_look:`). A payment that was voided
since, an invoice that was entered late, a discount that was moved: the day then counts as *changed since close* on the
board, which names each document and by how much it differs, and the company's people are told once.

What follows is the box's policy. **propose** (as long as its file says nothing else): the day's own DAG is started for
that date; it reads the day anew, prepares the correction, and waits for a person's approval, who sees before, after and
difference by account. **correct**: the same without asking, up to an amount, in a period that is open. **tell**:
nothing more.

It keeps out of the closes' way: its own hours, a pool of its own, one question at a time, each vendor's limits. Each
source is asked for the least that shows a change: its totals and counts, what it lists of the month, the day itself, or
nothing, where what it says of earlier days is landed with the later ones.

**To look at a range now**: Trigger, and fill in from, to, and a cash box or a company. **When it fails**, its log says
why (mostly a cash box's file that is wrong); the next run goes on. Clearing it is always safe: it books and posts
nothing itself.
"""

from datetime import time, timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from cierre.closing.names import SECOND_LOOK
from cierre.orchestration.watch import ONE_RUN, watched
from operators.second_look import CloseAgainOperator, SecondLookOperator, params

with DAG(
    dag_id="second_look",
    dag_display_name="Segunda mirada: días cerrados",
    description="Reads closed days again in their sources, and has corrected what is told otherwise since.",
    doc_md=__doc__,
    # After the closes of every zone that boxes are in, and before people begin to work there.
    schedule=CronTriggerTimetable("*/15 6-8 * * *", timezone="UTC"),
    **ONE_RUN,
    params=params(),
    tags=["cash close"],
    default_args=watched(SECOND_LOOK, timedelta(hours=1)) | {"pool": SECOND_LOOK, "priority_weight": 1},
):
    look = SecondLookOperator(task_id="look", until=time(9), every=timedelta(minutes=15))
    CloseAgainOperator.partial(task_id="close_again").expand_kwargs(look.output)
