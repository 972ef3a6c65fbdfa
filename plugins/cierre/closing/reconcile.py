"""Reconcile: source, staging, journal and ERP side by side, by form of payment and in all."""

import logging
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from cierre.accounting_files.companies import stale_after
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.evidence import evidence
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.erp_site import current_books
from cierre.closing.landed_day import LandedDay
from cierre.closing.refusal import Refused
from cierre.closing.stage import staged_landing
from cierre.closing.wiring import erp_hook, knows_plans
from cierre.language.say import counted, listed, money, say
from cierre.ledger import invoices, landing, read_back, reconciliation, revisions
from cierre.ledger.revisions import Revision
from cierre.posting.verification import Reconciled, reconcile as compare

log = logging.getLogger(__name__)

IN_THE_ERP = (
    "What was changed in the ERP must be put right there by its own people (ledger.line has the lines), and the day is"
    " read again by clearing the task reconcile; nothing is posted anew for it. "
)


def reconcile(box: CashBox, day: date, ledger: psycopg.Connection) -> dict[str, Any]:
    """Compares every two neighbouring stages of the day's money, keeps each comparison with both figures, and says
    where the day stands: ``reconciled`` or ``no activity``, and on what evidence.

    Raises Refused where two differ in rows or money, naming the figures and the documents or entries behind them; and
    before it compares anything, where the day was landed again since, or the ERP does not hold its books yet.
    """
    revision = current_books(box, day, ledger)
    staged_landing(box, day, ledger)
    _must_be_posted(box, day, ledger, revision)
    compared = compare(ledger, erp_hook(box), box, day, revision)
    if compared.run_id is not None:
        _keep_plan(compared.run_id, box, day, ledger)
    for row in compared.comparisons:
        if row.in_all:
            log.info(say("Agrees: {row}.", row=row) if row.agrees else say("DIFFERS: {row}.", row=row))
    if compared.differing:
        raise _differs(box, day, ledger, revision, compared)
    log.info(say("{box}, {day}: {state}.", box=box.name, day=day, state=Sentence(compared.state)))
    return {"state": compared.state, "comparisons": len(compared.comparisons)} | _evidence(box, day, ledger)


def _must_be_posted(box: CashBox, day: date, ledger: psycopg.Connection, revision: Revision) -> None:
    """Older books of the day may stand in the ERP meanwhile, of the same sums on other accounts: a comparison would
    take them for these."""
    if missing := revisions.unacknowledged_entries(ledger, revision):
        raise Refused(
            box,
            day,
            "nothing is compared: the ERP does not hold revision {revision} of the day yet ({entries}). Clear the task"
            " post of this run, with those after it; where post says that a person has to approve first, clear the"
            " task derive instead, with those after it, and answer what approve asks.",
            revision=revision.revision,
            entries=", ".join(row.entry_key for row in missing),
        )


def _differs(box: CashBox, day: date, ledger: psycopg.Connection, revision: Revision, compared: Reconciled) -> Refused:
    unbooked = revisions.unbooked_documents(ledger, revision)
    changed = compared.read_back.discrepancies if compared.read_back else []
    told = [
        listed(compared.differing),
        *(
            say(
                "  not carried over: {what}, {amount}",
                what=f"{row.document_key} ({row.place})",
                amount=money(row.net, row.currency),
            )
            for row in unbooked
        ),
        *(f"  {say(sentence)}" for sentence in changed),
    ]
    return Refused(
        box,
        day,
        "the day does not reconcile:\n{rows}\nEverything is kept. {in_the_erp}Clear the task land"
        " of this run to close the day again from the source.",
        rows="\n".join(told),
        in_the_erp=say(IN_THE_ERP) if changed else "",
    )


def _evidence(box: CashBox, day: date, ledger: psycopg.Connection) -> dict[str, str]:
    """How certain it is that the ERP holds the day; nothing where nothing of it stands there."""
    posted = read_back.posted_documents(ledger, [box.id], day, day).get(day, [])
    known = evidence(posted, datetime.now(UTC), stale_after(box.company))
    if known is None:
        return {}
    told = "The ERP: {grade} ({meaning})."
    log.info(say(told, grade=Sentence(known.grade), meaning=Sentence(known.grade.meaning)))
    return {"evidence": str(known.grade)}


def _keep_plan(run_id: int, box: CashBox, day: date, ledger: psycopg.Connection) -> None:
    """Keeps and tells what was planned, issued and collected, where the source knows: no reason not to close."""
    # Reading a whole day back is worth it only where there is a plan in it.
    if not knows_plans(box) or (snapshot := landing.taken(ledger, box.id, day)) is None:
        return
    plan = LandedDay(box, day, snapshot.body, invoices.seen_before(ledger, snapshot)).plan()
    if plan is None:
        told = "The plan of this day is left out: the source's service of planned items failed when it was landed."
        log.warning(say(told))
        return
    reconciliation.keep_plan(ledger, run_id, plan)
    items = counted(len(plan.lines), "{n} planned item", "{n} planned items")
    without = counted(len(plan.unplanned), "{n} invoice without one", "{n} invoices without one")
    log.info(say("The plan: {items}, {without}.", items=items, without=without))
    for sentence in plan.discrepancies:
        log.warning(say("Against the plan: {sentence}.", sentence=sentence))
