"""Approve: a person looks at what will be posted, where a rule of the box asks for one."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator

from alerts.request import ApprovalRequest
from bookkeeping.cash_box import CashBox
from bookkeeping.money import ZERO
from bookkeeping.sentence import Sentence
from language.say import in_language, listed, money, say
from mappings.companies import language_of
from operators.step import CashCloseStep, open_ledger, refusal

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

    about = "the request for approval was being prepared"
    books_stand = "Nothing was posted."

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
        from operators.erp_site import current_books
        from operators.journal_table import markdown
        from store import approvals
        from store import ledger as books

        revision = books.current(ledger, box.id, day)
        if revision is None:
            raise refusal(box, day, "nothing was derived yet; clear the task derive of this run")
        revision = current_books(box, ledger, revision)
        questions = approvals.unapproved(ledger, box, revision)
        if not questions:
            self.log.info(say("Revision {revision} needs nobody's approval.", revision=revision.revision))
            return {"revision": revision.revision, "questions": []}
        approvals.ask(ledger, revision, questions, self.run)
        entries = [books.journal_entry(ledger, entry) for entry in books.bookings(ledger, revision)]
        currency = entries[0].currency if entries else box.currency
        total = money(sum((entry.debit for entry in entries), ZERO), currency)
        self.subject = say("{box}, {day}: post {total}?", box=box.name, day=day, total=total)
        told = {"revision": revision.revision, "reasons": listed(questions.values())}
        self.body = say(
            "{reasons}\n\nApproved, this is posted (revision {revision}):\n\n{journal}",
            **told,
            journal=markdown(entries),
        )
        self.log.info(say("A person must approve revision {revision} (Browse, Required Actions):\n{reasons}", **told))
        return {"revision": revision.revision, "questions": [say(question) for question in questions.values()]}

    def execute_complete(self, context: Any, event: dict[str, Any]) -> dict[str, Any]:
        """Puts the answer on the record, and goes on or fails by it."""
        answer = super(ApprovalOperator, self).execute_complete(context, event)
        who = (answer["responded_by_user"] or {}).get("name")
        yes = answer["chosen_options"] == [self.APPROVE]
        box = self._cash_box()
        with in_language(language_of(box.company)), self._what_a_failure_means(box):
            return self._decide(box, context, who, yes)

    def _decide(self, box: CashBox, context: Any, who: str | None, yes: bool) -> dict[str, Any]:
        from operators.erp_site import current_books
        from store import approvals
        from store import ledger as books
        from store.session import box_day

        day = self.day = self._business_date(box, context)
        with open_ledger(self.ledger_connection) as ledger, box_day(ledger, box.id, day):
            revision = current_books(box, ledger, books.current(ledger, box.id, day))
            decision = "timed out" if not who else "approved" if yes else "rejected"
            same = approvals.decide(ledger, revision, context["dag_run"].run_id, decision, by=who)
        if decision == "approved" and same:
            told = {"box": box.name, "day": day, "who": who, "revision": revision.revision}
            self.log.info(say("{box}, {day}: {who} approved revision {revision}.", **told))
            return {"revision": revision.revision, "approved_by": who}
        why = {
            "approved": Sentence("the books changed after {who} was asked, so the approval is of other books", who=who),
            "rejected": Sentence("{who} rejected it", who=who),
            "timed out": Sentence("nobody answered within {days} days", days=PATIENCE.days),
        }[decision]
        raise refusal(
            box,
            day,
            "revision {revision} is not approved: {why}. Nothing was posted, and the day stays open. Correct source or"
            " mapping and clear the task land; or clear this task to ask again.",
            revision=revision.revision,
            why=why,
        )
