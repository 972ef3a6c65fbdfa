"""`make tie-out`: months of a company beside what the ERP holds of them, as the DAG does every night."""

import time
from datetime import UTC, date, datetime

from rich.console import Console
from rich.table import Table

from cierre.bookkeeping.tie_out import AccountTotal, State, refused_months
from cierre.closing.names import TIE_OUT
from cierre.closing.tie_out import of_company
from cierre.language.say import amount_of, say
from cierre.ledger import session, tie_outs
from local.backfill import ENDED, failed_run, ready_airflow, wanted
from local.errors import LocalError
from local.stack import Stack


def tie_out(stack: Stack, company: str, first: date, last: date, console: Console) -> int:
    """Has Airflow tie out a company's months from that of ``first`` to that of ``last``, and shows each by account,
    with the documents that are otherwise. Returns 0 if every month is tied out.

    Works on the Airflow and the ledger that `make backfill` works on. Raises LocalError where there is no such company,
    or where Airflow refuses or could not read.
    """
    boxes = wanted(company, "")
    if refused := refused_months(first, last, datetime.now(UTC).date()):
        raise LocalError(refused)
    with ready_airflow(stack, boxes, console) as (api, dsn):
        api.unpause(TIE_OUT)
        run_id = api.trigger_with(TIE_OUT, {"from": f"{first:%Y-%m}", "to": f"{last:%Y-%m}", "company": company})
        with console.status(say("Reading")):
            while (state := api.run_state(TIE_OUT, run_id)) not in ENDED:
                time.sleep(1)
        if state != "success":
            raise failed_run(api, TIE_OUT, run_id)
        with session.connect(dsn) as ledger:
            months = of_company(ledger, company, [first, last])
            for one in months:
                title = f"{one.month.tenant}, {one.month.first:%Y-%m}: {say(one.state.word)}"
                console.print(_accounts(title, tie_outs.accounts(ledger, one.tie_out_id)))
                for found in tie_outs.findings(ledger, one.tie_out_id):
                    console.print(say(found.finding))
    return 0 if all(one.state is State.TIED_OUT for one in months) else 1


def _accounts(title: str, totals: list[AccountTotal]) -> Table:
    headings = (say("Account"), say("Currency"), say("Posted"), say("ERP, our lots"), say("Difference"))
    table = Table(*headings, say("Other lots"), title=title)
    for one in totals:
        amounts = (one.posted, one.erp, one.difference, one.other_lots)
        figures = ("" if amount is None else amount_of(amount) for amount in amounts)
        table.add_row(one.account, one.currency, *figures)
    return table
