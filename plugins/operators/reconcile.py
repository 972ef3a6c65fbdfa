"""Reconcile: source, staging, journal and ERP side by side, by form of payment and in all."""

from datetime import date
from typing import TYPE_CHECKING, Any

from bookkeeping.cash_box import CashBox
from bookkeeping.sentence import Sentence
from language.say import counted, listed, say
from operators.step import CashCloseStep, refusal

if TYPE_CHECKING:
    import psycopg

    from bookkeeping.reconcile import Comparison
    from posting.read_back import ReadBack
    from store.ledger import Revision

IN_THE_ERP = (
    "What was changed in the ERP must be put right there by its own people (ledger.line has the lines), and the day is"
    " read again by clearing the task reconcile; nothing is posted anew for it. "
)


class ReconcileOperator(CashCloseStep):
    """Compares every station of the day's money with the next and keeps each comparison with both figures.

    Fails where two differ in rows or money, naming the figures and the documents or entries behind them. Where a
    probe found that the ERP can be read, what stands there is a station too.
    """

    about = "the day's figures were being compared"
    books_stand = "What was booked and posted is as it was; this comparison is not kept."

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Compares, keeps, and says where the day stands: ``reconciled`` or ``no activity``."""
        from store import ledger as books
        from store import reconciliation

        revision = books.current(ledger, box.id, day)
        if revision is None:
            raise refusal(box, day, "nothing was derived yet; clear the task derive of this run")
        read_back = self._read_back(box, day, ledger)
        comparisons = reconciliation.compare_day(ledger, revision)
        if read_back:
            comparisons += read_back.comparisons
        differences = self._unaccepted([row for row in comparisons if not row.agrees], box, ledger, revision)
        active = any(row.left_rows or row.right_rows for row in comparisons)
        state = "discrepancy" if differences else "reconciled" if active else "no activity"
        run_id = reconciliation.keep(ledger, revision, state, comparisons)
        self._plan(run_id, box, day, ledger)
        for row in comparisons:
            if row.in_all:
                self.log.info(say("Agrees: {row}.", row=row) if row.agrees else say("DIFFERS: {row}.", row=row))
        if differences:
            suspects = [
                *((f"{row.document_key} ({row.place})", row.net) for row in books.unbooked_documents(ledger, revision)),
                *((row.entry_key, row.total) for row in books.unacknowledged_entries(ledger, revision)),
            ]
            changed = read_back.discrepancies if read_back else []
            told = [
                listed(differences),
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
        self.log.info(say("{box}, {day}: {state}.", box=box.name, day=day, state=Sentence(state)))
        return {"state": state, "comparisons": len(comparisons)}

    def _plan(self, run_id: int, box: CashBox, day: date, ledger: "psycopg.Connection") -> None:
        """Keeps and tells what was planned, issued and collected, where the source knows: no reason not to close."""
        from functools import partial

        from hooks.sources import LandedDay, knows_plans
        from store import landing, reconciliation

        # Reading a whole day back is worth it only where there is a plan in it.
        if not knows_plans(box) or (snapshot := landing.taken(ledger, box.id, day)) is None:
            return
        landed = LandedDay(box, day, snapshot.body, partial(landing.bodies_before, ledger, snapshot))
        plan = landed.plan()
        reconciliation.keep_plan(ledger, run_id, plan)
        items = counted(len(plan.lines), "{n} planned item", "{n} planned items")
        without = counted(len(plan.unplanned), "{n} invoice without one", "{n} invoices without one")
        self.log.info(say("The plan: {items}, {without}.", items=items, without=without))
        for sentence in plan.discrepancies:
            self.log.warning(say("Against the plan: {sentence}.", sentence=sentence))

    def _unaccepted(
        self, differences: "list[Comparison]", box: CashBox, ledger: "psycopg.Connection", revision: "Revision"
    ) -> "list[Comparison]":
        """The differences without those that a person accepted before posting: never one against the ERP."""
        from bookkeeping.approvals import Reason
        from store import approvals

        limit = box.approvals.discrepancy_up_to
        if limit is None or not differences or Reason.DISCREPANCY not in approvals.approved(ledger, revision):
            return differences
        return [row for row in differences if row.right == "ERP" or abs(row.left_net - row.right_net) > limit]

    def _read_back(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> "ReadBack | None":
        """What the ERP says it holds of the day; None where it cannot be asked."""
        from hooks.protheus import ProtheusHook
        from posting.read_back import verify
        from store import capabilities

        if not capabilities.of(ledger, box.erp.connection, box.erp.tenant).read_back:
            return None
        found = verify(ledger, ProtheusHook(box.erp.connection), box, day)
        if found is None:
            told = "The ERP can no longer be read, as a probe once found it could: its acknowledgements count alone."
            self.log.warning(say(told))
        return found
