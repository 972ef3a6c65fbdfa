"""
### Closing the day of a cash box

Each run closes **one business date** of one box: what the cashiers' system holds of that day is booked by the
accountants' mapping, posted to the ERP exactly once, and compared at every stage, to the cent.

**To close a date by hand**: Trigger, and pick the *business date* (or give it as partition key, `2024-09-06`).
**To close many**: Backfill, and choose the range; leave the parameter empty. **To look first**: Trigger with *dry run*;
the step *derive* then shows the journal in its log, and nothing is booked or posted.
Running a date again is always safe: nothing is sent to the ERP unless the day's books changed.

When a step fails, its log says what happened and what to do; most often:

- **land** asks the source for the day and keeps its answer whole. A source that is down is asked again by itself. If
  it answers with a message, correct it there and clear *land*.
- **stage** reads the answer's rows, and quarantines with its reason what cannot be booked. Correct the rows that the
  log lists in the source and clear *land*.
- **derive** books the documents by the mapping. The log lists every key that is not mapped, with counts and amounts:
  mend the mapping and clear *derive*.
- **approve** is skipped where nobody has to approve. It waits for a person where the box's file asks for one, and where
  the day's books would be of another till, lot or currency than before: Browse, Required Actions. Rejected or without
  an answer, nothing was posted: correct and clear *land*, or clear *approve* to be asked again.
- **post** brings the ERP to what the journal says. If the ERP refuses, its own words stand in the log: correct it
  there or in the mapping and clear *derive*. Where somebody changed in the ERP what a correction reverses, nothing is
  sent: have the lines that the log names set back there, and clear *post*. "Uncertain" is cleared up by the next try,
  by itself: never enter the journal by hand meanwhile.
- **reconcile** compares source, staging, journal and ERP by form of payment. The log names the figures and the
  documents that differ: clear *land* to close the day again.

Clearing any step, with the steps after it, is safe at any time.
"""

from airflow.sdk import get_parsing_context

from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import cash_box, cash_box_ids
from cierre.bookkeeping.collector import collector_at_rest
from cierre.closing.names import PREFIX
from cierre.orchestration.builder import cash_close

# A task parses this file for its own DAG alone; with a thousand boxes that is most of a task's start.
asked = get_parsing_context().dag_id

with collector_at_rest():
    for box_id in [asked.removeprefix(PREFIX)] if asked else cash_box_ids():
        try:
            globals()[PREFIX + box_id] = cash_close(cash_box(box_id), __doc__)
        except MappingError:
            if asked:
                raise
            # The other boxes go on; check_cash_boxes.py tells people what is wrong with this one.
