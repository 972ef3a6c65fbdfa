"""Approve: a person looks at what will be posted, where a rule of the box asks for one."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param
from airflow.sdk.definitions.param import ParamsDict
from airflow.sdk.exceptions import AirflowException

from cierre.alerts.addresses import decision_page
from cierre.alerts.request import ApprovalRequest
from cierre.bookkeeping.answers import LONGEST_COMMENT, PATIENCE, Answer, on_one_line
from cierre.bookkeeping.cash_box import CashBox
from cierre.closing.names import COMMENT, RAN_BY
from cierre.language.say import say
from operators.answer import AnswerKept
from operators.step import CashCloseStep

if TYPE_CHECKING:
    from collections.abc import Collection

    import psycopg

    from cierre.bookkeeping.approvals import Reason

LOOKS_FOR = timedelta(minutes=5)
"""How long the triggerer may take to look for an answer to an earlier try; then the step is tried again."""


ANOTHER = "{who} approved, and a second person must approve, too: they are asked in a moment. Nothing was posted."
MORE = "{who} approved what was asked, and more is to be decided since: it is asked in a moment. Nothing was posted."


class AnotherPersonIsAsked(AirflowException):
    """An approval was taken and another is needed. Airflow keeps one question a try, so the next try asks."""


def _must_be_asked_again(by: str, reasons: "Collection[Reason]") -> AnotherPersonIsAsked:
    """``by`` approved, and for these reasons it is asked once more: of a second person, or since more has come up."""
    from cierre.bookkeeping.approvals import Reason

    return AnotherPersonIsAsked(say(ANOTHER if Reason.SECOND_PERSON in reasons else MORE, who=by))


class ApproveOperator(CashCloseStep, ApprovalOperator):
    """Asks in Airflow's web UI (Required Actions) whether the day's current revision may be posted.

    Rejected, or without an answer in time, the step fails and nothing is posted; cleared, it asks again. The step post
    goes by the record (cierre.closing.approve), not by this one's colour. A later try first looks for an answer that
    the one before did not come to take: to the question as it stands it is taken, any other is put on the record as
    not taken.
    """

    about = "the request for approval was being prepared"
    books_stand = "Nothing was posted."
    run = ""
    looks_first = False
    began: datetime | None = None
    started_by: str | None = None
    answer: dict[str, Any] | None = None

    def __init__(self, **kwargs: Any) -> None:
        settings: dict[str, Any] = {"subject": "", "defaults": self.REJECT, "response_timeout": PATIENCE}
        super().__init__(**settings, **kwargs)

    def execute(self, context: Any) -> dict[str, Any]:
        """Goes on at once where there is nothing to ask; else waits, without a worker, for a person's answer."""
        self.looks_first = getattr(context.get("ti"), "try_number", 1) > 1
        self.began = _began(context) if self.looks_first else None
        return self._ask(context)

    def take_answer(self, context: Any, event: dict[str, Any]) -> dict[str, Any]:
        """Goes on once it is known what the try before was answered."""
        self.answer, self.began = event["answer"], _began(context)
        return self._ask(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> dict[str, Any]:
        """Puts the answer on the record, and goes on or fails by it."""
        from cierre.closing import approve

        answer = super(ApprovalOperator, self).execute_complete(context, event)
        with self.at_day(context) as (box, day, ledger):
            request = approve.request(box, day, ledger)
            by = approve.decide(request, ledger, context["dag_run"].run_id, self._given(answer))
            outcome = {"revision": request.revision.revision, "approved_by": by}
            if left := approve.request(box, day, ledger).reasons:
                raise _must_be_asked_again(by, left)
            return outcome

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Takes the answer that there is; else puts the questions on the record, and writes the request."""
        from cierre.closing import approve
        from cierre.closing.facts import facts
        from cierre.reports.approval_request import started_by, worded

        request = approve.request(box, day, ledger)
        outcome = {"revision": request.revision.revision, "questions": []}
        if not request.reasons:
            return outcome
        if self.began:
            approve.hold_to_refusal(request, ledger, self.run, self.began)
        if self.answer:
            by = approve.take(request, ledger, self.run, self._given(self.answer))
            if left := approve.request(box, day, ledger).reasons:
                raise _must_be_asked_again(by, left)
            return outcome | {"approved_by": by}
        if self.looks_first and approve.was_asked(request, ledger, self.run):
            return outcome | {"asked_before": True}
        entries = approve.ask(request, ledger, self.run)
        known, who = facts(ledger, box, request.revision), started_by(self.started_by)
        self.subject, self.body = worded(request, entries, known, who)
        self.params = _form()
        questions = [say(reason) for reason in request.reasons.values()]
        told = [*questions, say(who)]
        self.notifiers = [ApprovalRequest(self.box, self.subject, told, known, decision_page(self.box, day))]
        return outcome | {"questions": questions}

    def _ask(self, context: Any) -> dict[str, Any]:
        self.run, self.started_by = context["dag_run"].run_id, context["dag_run"].triggering_user_name
        outcome = CashCloseStep.execute(self, context)
        if outcome.pop("asked_before", False):
            self._look_for_an_answer(context)
        if outcome["questions"]:
            ApprovalOperator.execute(self, context)
        return outcome

    def _look_for_an_answer(self, context: Any) -> NoReturn:
        trigger = AnswerKept(context["ti"].id)
        self.defer(trigger=trigger, method_name="take_answer", timeout=LOOKS_FOR)
        raise AssertionError  # defer never returns

    def _given(self, answer: dict[str, Any]) -> Answer:
        """An answer as Airflow hands it on."""
        by = (answer["responded_by_user"] or {}).get("name")
        said = answer.get("params_input") or {}
        comment = on_one_line(said.get(COMMENT))[:LONGEST_COMMENT] if by else ""
        return Answer(
            by,
            answer["chosen_options"] == [self.APPROVE],
            answer["responded_at"],
            frozenset(said.get(RAN_BY, ())),
            comment,
        )


def _began(context: Any) -> datetime | None:
    """Since when the run goes, which a person who clears its step begins anew."""
    began: datetime | None = getattr(context["dag_run"], "start_date", None)
    return began


def _form() -> ParamsDict:
    """What Airflow's own page asks besides the two buttons, in the language that is spoken now."""
    comment = Param(
        "",
        type=["null", "string"],
        maxLength=LONGEST_COMMENT,
        title=say("Comment"),
        description=say("Needed to reject: say what is wrong and what is to be done."),
    )
    return ParamsDict({COMMENT: comment})
