"""`make tie-out`: months of a company beside what the ERP holds of them, as the DAG does every night."""

import time
from datetime import date

from rich.console import Console
from rich.table import Table

from cierre.bookkeeping.tie_out import AccountTotal, State
from cierre.closing.names import TIE_OUT
from cierre.closing.tie_out import of_company
from cierre.ledger import session, tie_outs
from local.backfill import ENDED, ready_airflow, wanted
from local.errors import LocalError
from local.stack import Stack


def tie_out(stack: Stack, company: str, first: date, last: date, console: Console) -> int:
    """Has Airflow tie out a company's months from that of ``first`` to that of ``last``, and shows each by account,
    with the documents that are otherwise. Returns 0 if every month is tied out.

    Works on the Airflow and the ledger that `make backfill` works on. Raises LocalError where there is no such company,
    or where Airflow refuses or could not read.
    """
    boxes = wanted(company, "")
    if first > last:
        raise LocalError(f"MONTH={first:%Y-%m} is after TO={last:%Y-%m}.")
    with ready_airflow(stack, boxes, console) as (api, dsn):
        api.unpause(TIE_OUT)
        run_id = api.trigger_with(TIE_OUT, {"from": f"{first:%Y-%m}", "to": f"{last:%Y-%m}", "company": company})
        with console.status("Reading"):
            while (state := api.run_state(TIE_OUT, run_id)) not in ENDED:
                time.sleep(1)
        if state != "success":
            raise LocalError(f"The run {run_id} of {TIE_OUT} failed: {api.url}/dags/{TIE_OUT}/runs/{run_id}")
        with session.connect(dsn) as ledger:
            months = of_company(ledger, company, [first, last])
            for one in months:
                title = f"{one.month.tenant}, {one.month.first:%Y-%m}: {one.state.word}"
                console.print(_accounts(title, tie_outs.accounts(ledger, one.tie_out_id)))
                for found in tie_outs.findings(ledger, one.tie_out_id):
                    console.print(str(found.finding))
    return 0 if all(one.state is State.TIED_OUT for one in months) else 1


def _accounts(title: str, totals: list[AccountTotal]) -> Table:
    table = Table("Account", "Currency", "Posted", "ERP, our lots", "Difference", "Other lots", title=title)
    for one in totals:
        other = "" if one.other_lots is None else str(one.other_lots)
        table.add_row(one.account, one.currency, str(one.posted), str(one.erp), str(one.difference), other)
    return table
