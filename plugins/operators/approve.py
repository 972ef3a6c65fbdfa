"""Approve: a person looks at what will be posted, where a rule of the box asks for one."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.providers.standard.operators.hitl import ApprovalOperator

from cierre.accounting_files.companies import language_of
from cierre.alerts.not_approved import NotApproved
from cierre.alerts.request import ApprovalRequest
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.refusal import Refused
from cierre.language.say import in_language, listed, money, say
from cierre.ledger.connection import open_ledger
from operators.step import CashCloseStep

if TYPE_CHECKING:
    import psycopg

    from cierre.ledger.approvals import Decision
    from cierre.ledger.revisions import Revision

PATIENCE = timedelta(days=3)
"""How long an answer is waited for; then the request counts as refused and the day stays open."""

LOOKS_FOR = timedelta(minutes=30)
"""How long the triggerer may take to look for an answer to an earlier try; then the step is tried again."""


class ApproveOperator(CashCloseStep, ApprovalOperator):
    """Asks in Airflow's web UI (Required Actions) whether the day's current revision may be posted.

    Question and answer are kept in ``ledger.approval``; a revision that was approved is not asked about again.
    Rejected, or without an answer in time, the step fails and nothing is posted; cleared, it asks again. The step post
    goes by the record, not by this one's colour. A later try first looks for an answer that the one before did not come
    to take: to the question as it stands it is taken, any other is put on the record as not taken.
    """

    about = "the request for approval was being prepared"
    books_stand = "Nothing was posted."

    def __init__(self, **kwargs: Any) -> None:
        settings: dict[str, Any] = {"subject": "", "defaults": self.REJECT, "response_timeout": PATIENCE}
        super().__init__(**settings, **kwargs)
        self.run = ""
        self.may_hold_an_answer = False
        self.answer: dict[str, Any] | None = None

    def execute(self, context: Any) -> dict[str, Any]:
        """Goes on at once where there is nothing to ask; else waits, without a worker, for a person's answer."""
        self.may_hold_an_answer = getattr(context.get("ti"), "try_number", 1) > 1
        return self._ask(context)

    def take_answer(self, context: Any, event: dict[str, Any]) -> dict[str, Any]:
        """Goes on once it is known what the try before was answered."""
        self.answer = event["answer"]
        return self._ask(context)

    def _ask(self, context: Any) -> dict[str, Any]:
        self.run = context["dag_run"].run_id
        said = CashCloseStep.execute(self, context)
        if said.pop("asked_before", False):
            self._look_for_an_answer(context)
        if said["questions"]:
            self.notifiers = [ApprovalRequest(self.box, self.subject, said["questions"])]
            ApprovalOperator.execute(self, context)
        return said

    def _look_for_an_answer(self, context: Any) -> NoReturn:
        from operators.answer import AnswerKept

        trigger = AnswerKept(context["ti"].id)
        self.defer(trigger=trigger, method_name="take_answer", timeout=LOOKS_FOR)
        raise AssertionError  # defer never returns

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Puts the questions on the record and writes the request: reasons, and the journal that would be posted."""
        from cierre.closing.erp_site import current_books
        from cierre.ledger import approvals, revisions

        revision = revisions.current(ledger, box.id, day)
        if revision is None:
            raise Refused(box, day, "nothing was derived yet; clear the task derive of this run")
        revision = current_books(box, ledger, revision)
        questions = approvals.unapproved(ledger, box, revision)
        if not questions:
            self.log.info(say("Revision {revision} needs nobody's approval.", revision=revision.revision))
            return {"revision": revision.revision, "questions": []}
        if self.may_hold_an_answer and approvals.last_asked(ledger, box.id, day, self.run):
            return {"revision": revision.revision, "questions": [], "asked_before": True}
        if self.answer:
            return self._take(box, day, ledger, revision, self.answer) | {"questions": []}
        approvals.ask(ledger, revision, questions, self.run)
        self._word(box, day, ledger, revision, list(questions.values()))
        return {"revision": revision.revision, "questions": [say(question) for question in questions.values()]}

    def _word(
        self, box: CashBox, day: date, ledger: "psycopg.Connection", revision: "Revision", questions: list[Sentence]
    ) -> None:
        """The request as people read it."""
        from cierre.ledger import revisions
        from cierre.reports.journal_table import markdown

        entries = [revisions.journal_entry(ledger, entry) for entry in revisions.bookings(ledger, revision)]
        currency = entries[0].currency if entries else box.currency
        total = money(sum((entry.debit for entry in entries), ZERO), currency)
        self.subject = say("{box}, {day}: post {total}?", box=box.name, day=day, total=total)
        told = {"revision": revision.revision, "reasons": listed(questions)}
        self.body = say(
            "{reasons}\n\nApproved, this is posted (revision {revision}):\n\n{journal}",
            **told,
            journal=markdown(entries),
        )
        self.log.info(say("A person must approve revision {revision} (Browse, Required Actions):\n{reasons}", **told))

    def _take(
        self, box: CashBox, day: date, ledger: "psycopg.Connection", revision: "Revision", answer: dict[str, Any]
    ) -> dict[str, Any]:
        """What an answer decides that was given to an earlier try.

        Where it decides nothing, that is put on the record and the step fails: asked over it, Airflow would show the
        new question with the old one's text. Cleared, it asks anew.
        """
        from cierre.ledger import approvals

        asked = approvals.last_asked(ledger, box.id, day, self.run)
        who, yes = self._said(answer)
        if asked is not None and asked.revision_id == revision.revision_id:
            if asked.decision in ("rejected", "timed out"):
                # It was put on the record already; only its task came to no end.
                raise self._not_approved(box, day, ledger, revision, asked.decision, asked.decided_by)
            if asked.decision is None and answer["responded_at"] >= asked.asked_at:
                return self._decide(box, day, ledger, revision, who, yes)
        if who:
            approvals.leave(ledger, box.id, day, self.run, by=who)
        raise self._not_approved(box, day, ledger, revision, "not taken", who)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> dict[str, Any]:
        """Puts the answer on the record, and goes on or fails by it."""
        from cierre.closing.erp_site import current_books
        from cierre.ledger import revisions
        from cierre.ledger.session import box_day

        answer = super(ApprovalOperator, self).execute_complete(context, event)
        self.run = context["dag_run"].run_id
        box = self._cash_box()
        with in_language(language_of(box.company)), self._what_a_failure_means(box):
            day = self.day = self._business_date(box, context)
            with open_ledger(self.ledger_connection) as ledger, box_day(ledger, box.id, day):
                revision = revisions.current(ledger, box.id, day)
                if revision is None:
                    raise Refused(box, day, "nothing was derived yet; clear the task derive of this run")
                return self._decide(box, day, ledger, current_books(box, ledger, revision), *self._said(answer))

    def _said(self, answer: dict[str, Any]) -> tuple[str | None, bool]:
        """Who answered, None where time was up, and whether it was a yes."""
        return (answer["responded_by_user"] or {}).get("name"), answer["chosen_options"] == [self.APPROVE]

    def _decide(
        self,
        box: CashBox,
        day: date,
        ledger: "psycopg.Connection",
        revision: "Revision",
        who: str | None,
        yes: bool,
    ) -> dict[str, Any]:
        from cierre.ledger import approvals

        decision: Decision = "timed out" if not who else "approved" if yes else "rejected"
        same = approvals.decide(ledger, revision, self.run, decision, by=who)
        if decision != "approved" or not same:
            raise self._not_approved(box, day, ledger, revision, decision, who)
        told = {"box": box.name, "day": day, "who": who, "revision": revision.revision}
        self.log.info(say("{box}, {day}: {who} approved revision {revision}.", **told))
        return {"revision": revision.revision, "approved_by": who}

    def _not_approved(
        self,
        box: CashBox,
        day: date,
        ledger: "psycopg.Connection",
        revision: "Revision",
        decision: str,
        who: str | None,
    ) -> NotApproved:
        from cierre.ledger import board

        why = {
            "approved": Sentence("the books changed after {who} was asked, so the approval is of other books", who=who),
            "rejected": Sentence("{who} rejected it", who=who),
            "timed out": Sentence("nobody answered within {days} days", days=PATIENCE.days),
            "not taken": Sentence(
                "{who} answered when other books were asked about, so the answer was NOT taken", who=who or "?"
            ),
        }[decision]
        told = Refused(
            box,
            day,
            "revision {revision} is not approved: {why}. Nothing was posted, and the day stays open. Correct source or"
            " mapping and clear the task land; or clear this task to ask again.",
            revision=revision.revision,
            why=why,
        )
        attempts = board.Day(ledger, box.id, day).attempts()
        held = [f"{row.lot}/{row.sublot}/{row.document}" for row in attempts if row.state == "confirmed"]
        return NotApproved(str(told), decision=decision, who=who, in_the_erp=held)
