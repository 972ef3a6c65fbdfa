"""An open question about a box's day, and whether the person who looks may answer it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from sqlalchemy.orm import Session

from cierre.board.access import Viewer
from cierre.board.boxes import dag_of
from cierre.board.runners import people_who_ran
from cierre.bookkeeping.approvals import Reason, objection
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.facts import Facts
from cierre.bookkeeping.identity import RetiredBox
from cierre.bookkeeping.sentence import Sentence, listing
from cierre.closing.facts import facts
from cierre.ledger import revisions
from cierre.ledger.month import Approval


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What a run asks a person about a day's books.

    ``facts`` is None where the day has other books by now, so that no answer would count. ``ran_by`` are the users who
    had triggered, cleared or backfilled the run. ``may_answer``: whether Airflow takes an answer of the person who
    looks; ``objection``: why their approval would not count, None where it would; ``who_may`` says who else may.
    """

    run_id: str
    since: datetime
    asked: Sequence[Approval]
    facts: Facts | None
    ran_by: Sequence[str]
    may_answer: bool
    objection: Sentence | None
    who_may: Sentence


def open_question(
    box: CashBox | RetiredBox,
    day: date,
    waiting: Mapping[str, datetime],
    asked: Sequence[Approval],
    viewer: Viewer,
    session: Session,
    ledger: psycopg.Connection,
) -> OpenQuestion | None:
    """The question that waits for an answer; None where none does. ``waiting`` are the runs of the day that wait for
    one, by since when (aware, oldest first); ``asked`` is all that was asked about the day."""
    open_in = {row.asked_in for row in asked if row.decision is None}
    run_id = next((run for run in waiting if run in open_in), None)
    if isinstance(box, RetiredBox) or run_id is None:
        return None
    questions = [row for row in asked if row.decision is None and row.asked_in == run_id]
    revision = revisions.current(ledger, box.id, day)
    same = revision is not None and {row.revision_id for row in questions} == {revision.revision_id}
    ran_by = people_who_ran(session.connection(), dag_of(box.id), run_id)
    return OpenQuestion(
        run_id=run_id,
        since=waiting[run_id],
        asked=questions,
        facts=facts(ledger, box, revision) if revision and same else None,
        ran_by=sorted(ran_by),
        may_answer=viewer.may_answer(box.id),
        objection=_objection(box, viewer.user.get_name(), questions, asked, ran_by),
        who_may=_who_may(box, questions, ran_by),
    )


def _objection(
    box: CashBox, who: str, questions: Sequence[Approval], asked: Sequence[Approval], ran_by: set[str]
) -> Sentence | None:
    revision = questions[0].revision_id
    approved_before = any(
        row.decision == "approved" and row.decided_by == who and row.revision_id == revision for row in asked
    )
    if approved_before and any(row.reason == Reason.SECOND_PERSON for row in questions):
        return Sentence("{who} has approved already, so another person must decide", who=who)
    return objection(box.approvals, who, ran_by, {Reason(row.reason) for row in questions})


def _who_may(box: CashBox, questions: Sequence[Approval], ran_by: set[str]) -> Sentence:
    rules, reasons = box.approvals, {Reason(row.reason) for row in questions}
    left_out = [who for who in sorted(ran_by) if objection(rules, who, ran_by, reasons)]
    if rules.by and (others := [name for name in rules.by if name not in left_out]):
        return Sentence("These may approve it: {names}.", names=listing(others))
    if left_out:
        return Sentence(
            "Everybody may approve it to whom Airflow gives the role approver or operator for these boxes, except who"
            " ran the run: {names}.",
            names=listing(left_out),
        )
    return Sentence("Everybody may approve it to whom Airflow gives the role approver or operator for these boxes.")
