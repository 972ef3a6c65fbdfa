"""Approve: a person decides on what will be posted, where a rule of the box asks for one.

Question and answer are kept in ``ledger.approval``; a revision that was approved is not asked about again.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from cierre.bookkeeping.answers import Answer, Outcome
from cierre.bookkeeping.approvals import Reason, asked_first, objection
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.journal import JournalEntry
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.erp_site import books_to_post
from cierre.closing.refusal import NotApproved
from cierre.language.say import say
from cierre.ledger import approvals, board, revisions
from cierre.ledger.revisions import Revision

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """Whether a day's books may be posted: what a person is asked, for these reasons; without any, nobody is."""

    box: CashBox
    day: date
    revision: Revision
    reasons: dict[Reason, Sentence]


def request(box: CashBox, day: date, ledger: psycopg.Connection) -> Request:
    """What a person must decide before the day's current books are posted. Raises Refused where there are none."""
    revision = books_to_post(box, day, ledger)
    reasons = approvals.unapproved(ledger, box, revision)
    if not reasons:
        log.info(say("Revision {revision} needs nobody's approval.", revision=revision.revision))
    return Request(box, day, revision, reasons)


def was_asked(request: Request, ledger: psycopg.Connection, run: str) -> bool:
    """Whether this DAG run has asked about the day before, so that there may be an answer; not where a person has
    approved since, and a second is to be asked."""
    asked = approvals.last_asked(ledger, request.box.id, request.day, run)
    return asked is not None and asked.decision != "approved"


def hold_to_refusal(request: Request, ledger: psycopg.Connection, run: str, since: datetime) -> None:
    """Raises NotApproved where these very books were refused in a DAG run since it last began (aware).

    Nobody cleared the step then, which begins the run anew: Airflow runs it once more where an answer came so soon that
    its scheduler took the task for lost.
    """
    asked = approvals.last_asked(ledger, request.box.id, request.day, run)
    if not (asked and asked.decision and asked.decided_at and asked.was_refused(request.revision.revision_id)):
        return
    if asked.decided_at >= since:
        raise _not_approved(request, ledger, asked.decision, asked.decided_by, asked.comment)


def ask(request: Request, ledger: psycopg.Connection, run: str) -> list[JournalEntry]:
    """Puts the questions on the record, asked in a DAG run; returns the entries that would be posted."""
    approvals.ask(ledger, request.revision, asked_first(request.reasons), run)
    return [revisions.journal_entry(ledger, entry) for entry in revisions.bookings(ledger, request.revision)]


def decide(request: Request, ledger: psycopg.Connection, run: str, answer: Answer) -> str:
    """Puts the answer to what a DAG run asked on the record, and returns who approved the day's books.

    Raises NotApproved for any other answer, where the books have changed since it was asked, and for an approval by
    somebody who may not give it. What a second person is asked stays open: ``request`` tells of it again.
    """
    if answer.by and answer.decision == "approved":
        why = objection(request.box.approvals, answer.by, answer.ran_by, request.reasons)
        if why:
            approvals.leave(ledger, request.box.id, request.day, run, answer)
            raise _not_approved(request, ledger, "not taken", answer.by, answer.comment, why)
    same = approvals.decide(ledger, request.revision, run, answer)
    if answer.decision != "approved" or not same or answer.by is None:
        raise _not_approved(request, ledger, answer.decision, answer.by, answer.comment)
    box, day, revision = request.box.name, request.day, request.revision.revision
    log.info(
        say("{box}, {day}: {who} approved revision {revision}.", box=box, day=day, who=answer.by, revision=revision)
    )
    return answer.by


def take(request: Request, ledger: psycopg.Connection, run: str, answer: Answer) -> str:
    """What an answer to an earlier try of the step decides: as ``decide``, if it is to the question as it stands.

    Where it decides nothing, that is put on the record and NotApproved is raised: asked over it, Airflow would show the
    new question with the old one's text. Done again, the step asks anew.
    """
    asked = approvals.last_asked(ledger, request.box.id, request.day, run)
    revision_id = request.revision.revision_id
    if asked and asked.decision and asked.was_refused(revision_id):
        # It was put on the record already; only its task came to no end.
        raise _not_approved(request, ledger, asked.decision, asked.decided_by, asked.comment)
    if asked and asked.is_answered_by(answer, revision_id):
        return decide(request, ledger, run, answer)
    if answer.by:
        approvals.leave(ledger, request.box.id, request.day, run, answer)
    raise _not_approved(request, ledger, "not taken", answer.by, answer.comment)


def _not_approved(
    request: Request,
    ledger: psycopg.Connection,
    outcome: Outcome,
    by: str | None,
    comment: str,
    why: Sentence | None = None,
) -> NotApproved:
    attempts = board.Day(ledger, request.box.id, request.day).attempts()
    confirmed = [f"{row.lot}/{row.sublot}/{row.document}" for row in attempts if row.state == "confirmed"]
    return NotApproved(
        request.box, request.day, request.revision.revision, outcome, by, confirmed, comment=comment, why=why
    )
