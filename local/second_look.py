"""`make second-look`: closed days of a range read again in their sources, as the DAG does every night."""

import time
from datetime import UTC, date, datetime
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from cierre.bookkeeping.days import refused_range
from cierre.closing.names import SECOND_LOOK
from cierre.closing.second_look import MOST_DAYS
from cierre.language.say import amount_of, say
from cierre.ledger import looks, session
from local.backfill import ENDED, failed_run, ready_airflow, wanted
from local.errors import LocalError
from local.stack import Stack


def second_look(stack: Stack, company: str, box: str, first: date, last: date, console: Console) -> int:
    """Has Airflow look at the closed days from ``first`` to ``last``, both inclusive, of a box or of a whole company,
    and shows what their newest looks found. Returns 0 if all is as it was booked.

    Works on the Airflow and the ledger that `make backfill` works on. Raises LocalError where there is no such box, or
    where Airflow refuses or could not look.
    """
    boxes = wanted(company, box)
    if refused := refused_range(first, last, datetime.now(UTC).date(), MOST_DAYS):
        raise LocalError(refused)
    with ready_airflow(stack, boxes, console) as (api, dsn):
        asked = {"from": str(first), "to": str(last), "box": box or None, "company": company or None}
        api.unpause(SECOND_LOOK)
        run_id = api.trigger_with(SECOND_LOOK, asked)
        with console.status(say("Looking")):
            while (state := api.run_state(SECOND_LOOK, run_id)) not in ENDED:
                time.sleep(1)
        with session.connect(dsn) as ledger:
            changed = looks.changed(ledger, [one.id for one in boxes.values()], first, last)
            headings = (say("Box"), say("Day"), say("Document"), say("Before"), say("After"))
            table = Table(*headings, title=say("Changed since close"))
            for (box_id, day), _ in sorted(changed.items()):
                newest = looks.newest(ledger, box_id, day)
                for one in newest.found if newest else ():
                    named = one.change.reference or one.change.document_key
                    table.add_row(box_id, str(day), named, _shown(one.change.before), _shown(one.change.after))
    if state != "success":
        raise failed_run(api, SECOND_LOOK, run_id)
    console.print(table if changed else say("All is as it was booked."))
    return 1 if changed else 0


def _shown(amount: Decimal | None) -> str:
    return "" if amount is None else amount_of(amount)
