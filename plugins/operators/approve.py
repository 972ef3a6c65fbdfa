"""Approve: a person looks at what will be posted, where a rule of the box asks for one."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk.exceptions import AirflowFailException

from alerts.request import ApprovalRequest
from bookkeeping.cash_box import CashBox
from operators.step import CashCloseStep, open_ledger

if TYPE_CHECKING:
    import psycopg

PATIENCE = timedelta(days=3)
"""How long an answer is waited for; then the request counts as refused and the day stays open."""


class ApproveOperator(CashCloseStep, ApprovalOperator):
    """Asks in Airflow's web UI (Required Actions) whether the day's current revision may be posted.

    Question and answer are kept in ``ledger.approval``; a revision that was approved is not asked about again.
    Rejected, or without an answer in time, the step fails and nothing is posted; cleared, it asks again. The step post
    goes by the record, not by this one's colour.
    """

    def __init__(self, **kwargs: Any) -> None:
        settings = {"subject": "", "defaults": self.REJECT, "response_timeout": PATIENCE}
        super().__init__(**settings, **kwargs)
        self.run = ""

    def execute(self, context: Any) -> dict[str, Any]:
        """Goes on at once where there is nothing to ask; else waits, without a worker, for a person's answer."""
        self.run = context["dag_run"].run_id
        said = CashCloseStep.execute(self, context)
        if said["questions"]:
            self.notifiers = [ApprovalRequest(self.box, self.subject, said["questions"])]
            ApprovalOperator.execute(self, context)
        return said

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Puts the questions on the record and writes the request: reasons, and the journal that would be posted."""
        from bookkeeping.approvals import markdown
        from store import approvals
        from store import ledger as books

        revision = books.current(ledger, box.id, day)
        if revision is None:
            raise AirflowFailException(f"{box.name}, {day}: nothing was derived yet; clear the task derive of this run")
        questions = approvals.unapproved(ledger, box, revision)
        if not questions:
            self.log.info("Revision %d needs nobody's approval.", revision.revision)
            return {"revision": revision.revision, "questions": []}
        approvals.ask(ledger, revision, questions, self.run)
        entries = [books.journal_entry(ledger, entry) for entry in books.bookings(ledger, revision)]
        total = sum(entry.debit for entry in entries)
        self.subject = f"{box.name}, {day}: post {total:,} {box.currency}?"
        reasons = "\n".join(f"- {text}." for text in questions.values())
        self.body = f"{reasons}\n\nApproved, this is posted (revision {revision.revision}):\n\n{markdown(entries)}"
        self.log.info("A person must approve revision %d (Browse, Required Actions):\n%s", revision.revision, reasons)
        return {"revision": revision.revision, "questions": list(questions.values())}

    def execute_complete(self, context: Any, event: dict[str, Any]) -> dict[str, Any]:
        """Puts the answer on the record, and goes on or fails by it."""
        from store import approvals
        from store import ledger as books
        from store.session import box_day

        answer = super(ApprovalOperator, self).execute_complete(context, event)
        who = (answer["responded_by_user"] or {}).get("name")
        yes = answer["chosen_options"] == [self.APPROVE]
        box = self._cash_box()
        day = self.day = self._business_date(box, context)
        with open_ledger(self.ledger_connection) as ledger, box_day(ledger, box.id, day):
            revision = books.current(ledger, box.id, day)
            decision = "timed out" if not who else "approved" if yes else "rejected"
            same = approvals.decide(ledger, revision, context["dag_run"].run_id, decision, by=who)
        if decision == "approved" and same:
            self.log.info("%s, %s: %s approved revision %d.", box.name, day, who, revision.revision)
            return {"revision": revision.revision, "approved_by": who}
        told = {
            "approved": f"the books changed after {who} was asked, so the approval is of other books than these",
            "rejected": f"{who} rejected it",
            "timed out": f"nobody answered within {PATIENCE.days} days",
        }[decision]
        raise AirflowFailException(
            f"{box.name}, {day}: revision {revision.revision} is not approved: {told}. Nothing was posted, and the day"
            " stays open. Correct source or mapping and clear the task land; or clear this task to ask again."
        )
