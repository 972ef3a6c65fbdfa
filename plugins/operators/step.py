"""What every step of a close shares: which box, which day, the ledger, the day's lock, and what a failure means."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, BaseOperatorLink
from airflow.sdk.exceptions import AirflowSkipException

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import say
from operators.links import DayLink

if TYPE_CHECKING:
    import psycopg

# Every task parses the DAG file, and so this one, first: what a step needs at work is in operators.at_work.box_day.


class CashCloseStep(BaseOperator):
    """One step of closing one box's business date; subclasses say what in ``close``.

    A step reads and writes only the ledger (and, where it is its job, a vendor), holds the lock of the box's day while
    it does, and may be run again at any time. ``box`` is the stem of the cash box's file, ``ledger_connection`` the
    Airflow connection of the ledger's database. Raises AirflowFailException where trying again cannot help (data,
    mapping, a refusal, a day that cannot be closed, an error that would come back); any other error is left to the
    task's retries. Where a vendor or the ledger is still down after those, it waits without a worker and asks again,
    until its deadline (operators.at_work.waiting).
    """

    template_fields: Collection[str] = ()
    operator_extra_links: Collection[BaseOperatorLink] = (DayLink(),)
    day: date | None = None
    about = "the step was at work"
    """What the step is about, for a sentence on an error that it met there."""
    books_stand = "Nothing was booked."
    """Where the books stand when it breaks off."""
    reads = False
    """Whether a day that the step cannot do is one that was never read; why is then kept for people."""
    asked_before = False
    """Whether the step waited already for what is down."""

    def __init__(self, *, box: str, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.box = box
        self.ledger_connection = ledger_connection

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """The step's own work; returns what it says of itself to people (no secrets, no personal data)."""
        raise NotImplementedError

    def rehearse(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """The step in a dry run, which leaves books and ERP as they are; a step without one is skipped."""
        raise AirflowSkipException(f"{box.name}, {day}: {say('this is a dry run, so nothing is done here.')}")

    def execute(self, context: Any) -> dict[str, Any]:
        """Runs the step for the business date that this run names; all that it says is in its company's language."""
        from operators.at_work.box_day import run

        return run(self, context)

    def at_day(self, context: Any) -> "AbstractContextManager[tuple[CashBox, date, psycopg.Connection]]":
        """The step's box, the day that the run closes, and the ledger with that day's lock."""
        from operators.at_work.box_day import at_day

        return at_day(self, context)

    def resume(self, context: Any, event: Any = None) -> dict[str, Any]:
        """Goes on once what was waited for is over."""
        return self.execute(context)

    def ask_again(self, context: Any, event: Any = None) -> dict[str, Any]:
        """Does the step again: what was down may answer now. By this method's name the board knows who waits so."""
        self.asked_before = True
        return self.execute(context)

    def vendor_connection(self, box: CashBox) -> str:
        """The connection of the vendor that the step calls; the ledger's where it calls none."""
        return self.ledger_connection

    def where_the_books_stand(self, box: CashBox | None) -> Sentence:
        """Where the books stand when the step breaks off; ``box`` is None where its file could not be read."""
        return Sentence(self.books_stand)
