"""What a person must decide before books of what arrived are posted. No run of theirs waits for an answer, as that of a
close does: a person decides on the board's page of the arrivals, or triggers the DAG with the company and the day."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.answers import Answer
from cierre.bookkeeping.approvals import Reason
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence, one_after_the_other
from cierre.closing.erp_site import current_books
from cierre.closing.refusal import Refused
from cierre.ledger import approvals, arrivals, revisions
from cierre.ledger.revisions import Revision
from cierre.ledger.session import box_day

ASKED = (
    "nothing is posted before a person approves: {questions}. Whoever looked at it approves it on the board's page of"
    " what arrived, or triggers the DAG arrivals with the company {company} and the approved day {approved_day}"
)
SIGNED = (
    "its month is signed, and what arrived is not booked into a signed month: have the signature taken back on the"
    " board, and the next hour books it"
)


class ApprovedDay(NamedTuple):
    """A day of a company's books of what arrived, and a person's answer in a DAG run, which approves it."""

    company: str
    day: date
    run: str
    answer: Answer


def must_be_approved(ledger: psycopg.Connection, box: CashBox, day: date, approved: ApprovedDay | None) -> bool:
    """Puts a person's approval on record, where it is of this day, and says whether that was so. Raises Refused as long
    as anything is to be asked about the day's current books."""
    revision = current_books(box, day, ledger)
    questions = approvals.unapproved(ledger, box, revision)
    if Reason.SIGNED_MONTH in questions:
        raise Refused(box, day, SIGNED)
    taken = False
    if questions and approved and (approved.company, approved.day) == (box.company, day):
        questions, taken = _put_on_record(ledger, box, revision, questions, approved), True
    if questions:
        asked = one_after_the_other(questions.values())
        raise Refused(box, day, ASKED, questions=asked, company=box.company, approved_day=day)
    return taken


class WaitingDay(NamedTuple):
    """A day of books of what arrived that waits for a person, and what is ``asked``. ``seen`` tells these questions
    from others; empty where no approval helps."""

    day: date
    asked: list[Sentence]
    seen: str


def waiting(ledger: psycopg.Connection, box: CashBox) -> list[WaitingDay]:
    """The days of a company's books of arrivals that wait for a person, oldest first."""
    found = []
    for day in arrivals.open_books(ledger, box.id):
        if (revision := revisions.current(ledger, box.id, day)) is None:
            continue
        questions = approvals.unapproved(ledger, box, revision)
        if Reason.SIGNED_MONTH in questions:
            found.append(WaitingDay(day, [Sentence(SIGNED)], ""))
        elif questions:
            found.append(WaitingDay(day, list(questions.values()), _seen(questions)))
    return found


def is_approved(ledger: psycopg.Connection, box: CashBox, day: date) -> bool:
    """Whether a day's books are still to be sent, and on record as approved with nothing left to be asked."""
    revision = revisions.current(ledger, box.id, day)
    return (
        revision is not None
        and bool(approvals.approved(ledger, box, revision))
        and not approvals.unapproved(ledger, box, revision)
        and approvals.standing(ledger, box, revision).sends
    )


def approve(ledger: psycopg.Connection, box: CashBox, approved: ApprovedDay, seen: str) -> Sentence | None:
    """Puts a person's approval of what they have ``seen`` on record; the next run books the day. Gives why it was not
    taken, if so. Raises BoxDayBusy while the day is being booked."""
    with box_day(ledger, box.id, approved.day, wait="5s"):
        revision = revisions.current(ledger, box.id, approved.day)
        questions = approvals.unapproved(ledger, box, revision) if revision else {}
        if revision is None or not questions:
            return Sentence("nothing is asked about it any more")
        if Reason.SIGNED_MONTH in questions:
            return Sentence(SIGNED)
        if _seen(questions) != seen:
            return Sentence("what is asked changed meanwhile; look at it again")
        left = _put_on_record(ledger, box, revision, questions, approved)
        return one_after_the_other(left.values()) if left else None


def _put_on_record(
    ledger: psycopg.Connection,
    box: CashBox,
    revision: Revision,
    questions: Mapping[Reason, Sentence],
    approved: ApprovedDay,
) -> dict[Reason, Sentence]:
    """What is still to be asked then."""
    with ledger.transaction():
        approvals.ask(ledger, revision, questions, approved.run)
        approvals.decide(ledger, revision, approved.run, approved.answer)
    return approvals.unapproved(ledger, box, revision)


def _seen(questions: Mapping[Reason, Sentence]) -> str:
    said = "\n".join(f"{reason}: {sentence}" for reason, sentence in sorted(questions.items()))
    return hashlib.sha256(said.encode()).hexdigest()
