"""Reconcile: source, staging, journal and ERP side by side, by form of payment and in all."""

from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import counted, listed, say
from operators.step import CashCloseStep, refusal

if TYPE_CHECKING:
    import psycopg

    from cierre.ledger.revisions import Revision
    from cierre.posting.verification import Reconciled

IN_THE_ERP = (
    "What was changed in the ERP must be put right there by its own people (ledger.line has the lines), and the day is"
    " read again by clearing the task reconcile; nothing is posted anew for it. "
)


class ReconcileOperator(CashCloseStep):
    """Compares every station of the day's money with the next and keeps each comparison with both figures.

    Fails where two differ in rows or money, naming the figures and the documents or entries behind them. Where the
    ERP can be read, what stands there is a station too.
    """

    about = "the day's figures were being compared"
    books_stand = "What was booked and posted is as it was; this comparison is not kept."

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Compares, keeps, and says where the day stands: ``reconciled`` or ``no activity``, and on what evidence."""
        from cierre.closing.wiring import erp_hook
        from cierre.ledger import revisions
        from cierre.posting.verification import reconcile

        revision = revisions.current(ledger, box.id, day)
        if revision is None:
            raise refusal(box, day, "nothing was derived yet; clear the task derive of this run")
        found = reconcile(ledger, erp_hook(box.erp.connection), box, day, revision)
        self._plan(found.run_id, box, day, ledger)
        for row in found.comparisons:
            if row.in_all:
                self.log.info(say("Agrees: {row}.", row=row) if row.agrees else say("DIFFERS: {row}.", row=row))
        if found.differing:
            self._fail(box, day, ledger, revision, found)
        said = {"state": found.state, "comparisons": len(found.comparisons)}
        self.log.info(say("{box}, {day}: {state}.", box=box.name, day=day, state=Sentence(found.state)))
        return said | self._evidence(box, day, ledger)

    def vendor_connection(self, box: CashBox) -> str:
        """The ERP's."""
        return box.erp.connection

    def _fail(
        self, box: CashBox, day: date, ledger: "psycopg.Connection", revision: "Revision", found: "Reconciled"
    ) -> NoReturn:
        from cierre.ledger import revisions

        suspects = [
            *((f"{row.document_key} ({row.place})", row.net) for row in revisions.unbooked_documents(ledger, revision)),
            *((row.entry_key, row.total) for row in revisions.unacknowledged_entries(ledger, revision)),
        ]
        changed = found.read_back.discrepancies if found.read_back else []
        told = [
            listed(found.differing),
            *(say("  not carried over: {what}, {amount}", what=what, amount=amount) for what, amount in suspects),
            *(f"  {say(sentence)}" for sentence in changed),
        ]
        raise refusal(
            box,
            day,
            "the day does not reconcile:\n{rows}\nEverything is kept. {in_the_erp}Clear the task land"
            " of this run to close the day again from the source.",
            rows="\n".join(told),
            in_the_erp=say(IN_THE_ERP) if changed else "",
        )

    def _evidence(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, str]:
        """How certain it is that the ERP holds the day; nothing where nothing of it stands there."""
        from datetime import UTC, datetime

        from cierre.accounting_files.companies import stale_after
        from cierre.bookkeeping.evidence import evidence
        from cierre.ledger import read_back

        posted = read_back.posted_documents(ledger, [box.id], day, day).get(day, [])
        found = evidence(posted, datetime.now(UTC), stale_after(box.company))
        if found is None:
            return {}
        told = "The ERP: {grade} ({meaning})."
        self.log.info(say(told, grade=Sentence(found.grade), meaning=Sentence(found.grade.meaning)))
        return {"evidence": str(found.grade)}

    def _plan(self, run_id: int, box: CashBox, day: date, ledger: "psycopg.Connection") -> None:
        """Keeps and tells what was planned, issued and collected, where the source knows: no reason not to close."""
        from cierre.closing.landed_day import LandedDay
        from cierre.closing.wiring import knows_plans
        from cierre.ledger import invoices, landing, reconciliation

        # Reading a whole day back is worth it only where there is a plan in it.
        if not knows_plans(box) or (snapshot := landing.taken(ledger, box.id, day)) is None:
            return
        plan = LandedDay(box, day, snapshot.body, invoices.seen_before(ledger, snapshot)).plan()
        if plan is None:
            told = "The plan of this day is left out: the source's service of planned items failed when it was landed."
            self.log.warning(say(told))
            return
        reconciliation.keep_plan(ledger, run_id, plan)
        items = counted(len(plan.lines), "{n} planned item", "{n} planned items")
        without = counted(len(plan.unplanned), "{n} invoice without one", "{n} invoices without one")
        self.log.info(say("The plan: {items}, {without}.", items=items, without=without))
        for sentence in plan.discrepancies:
            self.log.warning(say("Against the plan: {sentence}.", sentence=sentence))
