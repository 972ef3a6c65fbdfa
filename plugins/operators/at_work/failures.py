"""What a failure of a step means: whether Airflow tries it again, and what people are told of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Protocol

import psycopg
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from cierre.accounting_files.findings import MappingError
from cierre.alerts import not_approved
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.business_date import BusinessDateError
from cierre.closing.refusal import NotApproved, Refused
from cierre.language.say import say
from cierre.ledger import landing
from cierre.ledger.attempts import NoSublotLeft
from cierre.ports.errors import DataError, FatalError, VendorError
from cierre.posting.proof import NotOursError
from operators.at_work.trouble import cut_chain, is_ours, is_told, may_pass, note_details, what_happened, why
from operators.parameters import UnknownParameters
from operators.step_broke import StepBroke

if TYPE_CHECKING:
    from airflow.sdk.types import Logger

NEVER_AGAIN = (
    FatalError,
    DataError,
    NotOursError,
    NoSublotLeft,
    MappingError,
    BusinessDateError,
    UnknownParameters,
)
"""Errors of ours that the same try would meet again; each says all that people need."""


class FailingStep(Protocol):
    """What is told of a step that fails: its box (by the stem of its file) and day, what it was about, whether it
    ``reads`` a source, and where the books stand."""

    box: str
    day: date | None
    task_id: str
    about: str
    reads: bool

    @property
    def log(self) -> "Logger":
        """The task's log."""

    def where_the_books_stand(self, box: CashBox | None) -> Sentence:
        """When the step breaks off."""


@contextmanager
def what_a_failure_means(step: FailingStep, box: CashBox | None) -> Iterator[None]:
    """Ours go on as what they ask for: to fail for good, or to be tried again; all others are told plainly."""
    try:
        yield
    except Refused as refused:
        cut_chain(refused)
        raise _failure_of(refused) from refused.__cause__
    except NEVER_AGAIN as error:
        cut_chain(error)
        raise AirflowFailException(say(error)) from error
    except VendorError as error:
        # Goes on as it is, for the retries to be decided by its kind; what it says ends the log.
        error.message, error.advice = say(error.message), say(error.advice)
        cut_chain(error)
        raise
    except Exception as error:
        cut_chain(error)
        if is_told(error) and not may_pass(error):
            raise AirflowFailException(f"{box.name if box else step.box}, {step.day}: {say(error)}") from None
        if is_ours(error):
            raise
        raise _told_plainly(error, step, box) from None


@contextmanager
def why_kept(step: FailingStep, box: CashBox, day: date, ledger: psycopg.Connection) -> Iterator[None]:
    """Where a step that reads fails, keeps why: a day that was never read is known all the same."""
    try:
        yield
    except Exception as error:
        if step.reads:
            _keep_why(step, box, day, ledger, error)
        raise


def _failure_of(refused: Refused) -> AirflowException:
    if isinstance(refused, NotApproved):
        return not_approved.NotApproved(
            str(refused),
            decision=refused.outcome,
            who=refused.by,
            in_the_erp=refused.in_the_erp,
            comment=refused.comment,
        )
    return AirflowException(str(refused)) if refused.may_pass else AirflowFailException(str(refused))


def _told_plainly(error: Exception, step: FailingStep, box: CashBox | None) -> AirflowException:
    """What people are told of an error of the database or of a library: nothing that it says itself."""
    note_details(step.log, error)
    values = {
        "box": box.name if box else step.box,
        "day": step.day or "?",
        "about": Sentence(step.about),
        "what": what_happened(error),
        "books": step.where_the_books_stand(box),
    }
    if may_pass(error):
        broke = StepBroke(say("{box}, {day}: {about}, and {what}. {books} The step is tried again.", **values))
        broke.of_the_ledger = isinstance(error, psycopg.Error)
        return broke
    text = (
        "{box}, {day}: {about}, and {what}. {books} The same would happen again, so it is not tried again: have the"
        " cause looked for; the log at level debug has the details, without contents of rows. Then clear this task."
    )
    return AirflowFailException(say(text, **values))


def _keep_why(step: FailingStep, box: CashBox, day: date, ledger: psycopg.Connection, error: Exception) -> None:
    try:
        landing.note_stopped(ledger, box.id, day, step.task_id, why(error, step.about))
    except psycopg.Error as lost:
        text = "Why the day is not read could not be kept in the ledger ({kind})."
        step.log.warning(say(text, kind=type(lost).__name__))
