"""What a person must decide before books of what arrived are posted. No run of theirs waits for an answer, as that of a
close does: whoever triggers the DAG with the company and the day decides."""

from datetime import date
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.answers import Answer
from cierre.bookkeeping.approvals import Reason
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import one_after_the_other
from cierre.closing.erp_site import current_books
from cierre.closing.refusal import Refused
from cierre.ledger import approvals

ASKED = (
    "nothing is posted before a person approves: {questions}. Whoever looked at it triggers the DAG arrivals with the"
    " company {company} and the approved day {approved_day}, and so approves it"
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
        approvals.ask(ledger, revision, questions, approved.run)
        approvals.decide(ledger, revision, approved.run, approved.answer)
        questions, taken = approvals.unapproved(ledger, box, revision), True
    if questions:
        asked = one_after_the_other(questions.values())
        raise Refused(box, day, ASKED, questions=asked, company=box.company, approved_day=day)
    return taken
