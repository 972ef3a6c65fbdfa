"""What every step of a close shares: which box, which day, the ledger, the day's lock, and what a failure means."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, BaseOperatorLink
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from cierre.accounting_files.companies import language_of
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.business_date import BusinessDateError, DayNotOver, business_date
from cierre.closing.names import ASK_AGAIN
from cierre.closing.refusal import Refused
from cierre.language.say import in_language, say
from cierre.ledger.connection import open_ledger
from cierre.ports.errors import DataError, FatalError, VendorError
from operators.form import DRY_RUN, params
from operators.links import DayLink
from operators.outage import Outage, is_last_try, is_outage, wait_for
from operators.parameters import UnknownParameters, refuse_unknown
from operators.trouble import StepBroke, cut_chain, is_ours, is_told, may_pass, note_details, what_happened, why

if TYPE_CHECKING:
    import psycopg

    from cierre.ledger.outages import Wait

# What a step needs beyond these is imported inside it: every task parses the DAG file, and so this one, first.


class CashCloseStep(BaseOperator):
    """One step of closing one box's business date; subclasses say what in ``close``.

    A step reads and writes only the ledger (and, where it is its job, a vendor), holds the lock of the box's day while
    it does, and may be run again at any time. ``box`` is the stem of the cash box's file, ``ledger_connection`` the
    Airflow connection of the ledger's database. Raises AirflowFailException where trying again cannot help (data,
    mapping, a refusal, a day that cannot be closed, an error that would come back); any other error is left to the
    task's retries. Where a vendor or the ledger is still down after those, it waits without a worker and asks again,
    until its deadline (operators.outage).
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
    ui_color = "#e8f0e4"
    _asked_before = False

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
        from cierre.ledger import outages
        from cierre.ledger.session import box_day

        with self._what_a_failure_means(None):
            box = self._cash_box()
        language = in_language(language_of(box.company))
        with language, self._asked_again(box, context), self._what_a_failure_means(box):
            refuse_unknown(box.name, context, params(box))
            day = self.day = self._business_date(box, context)
            self.log.info(say("{box}, business date {day}: step {step}.", box=box.name, day=day, step=self.task_id))
            dry_run = bool(context["params"].get(DRY_RUN))
            work = self.rehearse if dry_run else self.close
            with (
                open_ledger(self.ledger_connection) as ledger,
                box_day(ledger, box.id, day),
                nullcontext() if dry_run else self._why_kept(box, day, ledger),
            ):
                said = {"box": box.id, "business_date": str(day)} | work(box, day, ledger)
                outages.over(ledger, box.id, day, self.task_id)
        for asset in self.outlets:
            # A run by parameter has no partition key of its own to hand on.
            context["outlet_events"][asset].add_partitions(str(day))
        return said

    def _cash_box(self) -> CashBox:
        return cash_box(self.box)

    def _business_date(self, box: CashBox, context: Any) -> date:
        run = context["dag_run"]
        try:
            return business_date(
                partition_key=run.partition_key,
                params=context["params"],
                run_type=str(getattr(run.run_type, "value", run.run_type)),
                box=box,
                now=datetime.now(UTC),
            )
        except DayNotOver as early:
            from airflow.providers.standard.triggers.temporal import DateTimeTrigger

            self.log.info(str(early))
            self.defer(trigger=DateTimeTrigger(moment=early.closes_at), method_name="resume")

    @contextmanager
    def _what_a_failure_means(self, box: CashBox | None) -> Iterator[None]:
        """Ours go on as what they ask for: to fail for good, or to be tried again; all others are told plainly."""
        from cierre.ledger.attempts import NoSublotLeft
        from cierre.posting.proof import NotOursError

        told_whole = (FatalError, DataError, NotOursError, NoSublotLeft)
        try:
            yield
        except Refused as refused:
            cut_chain(refused)
            failure = AirflowException if refused.may_pass else AirflowFailException
            raise failure(str(refused)) from refused.__cause__
        except (*told_whole, MappingError, BusinessDateError, UnknownParameters) as error:
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
                raise AirflowFailException(f"{box.name if box else self.box}, {self.day}: {say(error)}") from None
            if is_ours(error):
                raise
            raise self._told_plainly(error, box) from None

    def _told_plainly(self, error: Exception, box: CashBox | None) -> AirflowException:
        """What people are told of an error of the database or of a library: nothing that it says itself."""
        import psycopg

        note_details(self.log, error)
        values = {
            "box": box.name if box else self.box,
            "day": self.day or "?",
            "about": Sentence(self.about),
            "what": what_happened(error),
            "books": self._where_the_books_stand(box),
        }
        if may_pass(error):
            broke = StepBroke(say("{box}, {day}: {about}, and {what}. {books} The step is tried again.", **values))
            broke.of_the_ledger = isinstance(error, psycopg.Error)
            return broke
        told = (
            "{box}, {day}: {about}, and {what}. {books} The same would happen again, so it is not tried again: have the"
            " cause looked for; the log at level debug has the details, without contents of rows. Then clear this task."
        )
        return AirflowFailException(say(told, **values))

    @contextmanager
    def _why_kept(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> Iterator[None]:
        """Where a step that reads fails, keeps why: a day that was never read is known all the same."""
        try:
            yield
        except Exception as error:
            if self.reads:
                self._keep_why(box, day, ledger, error)
            raise

    def _keep_why(self, box: CashBox, day: date, ledger: "psycopg.Connection", error: Exception) -> None:
        import psycopg

        from cierre.ledger import landing

        try:
            landing.note_stopped(ledger, box.id, day, self.task_id, why(error, self.about))
        except psycopg.Error as lost:
            told = "Why the day is not read could not be kept in the ledger ({kind})."
            self.log.warning(say(told, kind=type(lost).__name__))

    def _where_the_books_stand(self, box: CashBox | None) -> Sentence:
        return Sentence(self.books_stand)

    def vendor_connection(self, box: CashBox) -> str:
        """The connection of the vendor that the step calls; the ledger's where it calls none."""
        return self.ledger_connection

    @contextmanager
    def _asked_again(self, box: CashBox, context: Any) -> Iterator[None]:
        """A vendor or a ledger that is down after the last try is asked again later, until the deadline."""
        try:
            yield
        except Exception as error:
            if self.day and is_outage(error) and is_last_try(context):
                self._wait_until_asked_again(box, self.day, error, context)
            raise

    def _wait_until_asked_again(self, box: CashBox, day: date, error: Exception, context: Any) -> None:
        """Gives worker and pool back until it is asked again; returns where the deadline is over."""
        from airflow.providers.standard.triggers.temporal import DateTimeTrigger

        connection = self.vendor_connection(box) if isinstance(error, VendorError) else self.ledger_connection
        wait = wait_for(error, box, day, self.task_id, connection, context)
        self._note(wait)
        until = f"{wait.until.astimezone(box.zone):%Y-%m-%d %H:%M}"
        if wait.again_at is None:
            told = "{vendor} (connection {connection}) was asked again until {until}: the step fails now."
            self.log.error(say(told, vendor=wait.vendor, connection=connection, until=until))
            # An error of any kind carries it to the alert (cierre.alerts.outage).
            error.outage = Outage(box.company, connection, self.ledger_connection)  # type: ignore[attr-defined]
            return
        when = f"{wait.again_at.astimezone(box.zone):%Y-%m-%d %H:%M:%S}"
        told = "{why} It is asked again at {when}, and so on until {until} ({zone}); nobody needs to do anything."
        self.log.warning(say(told, why=error, when=when, until=until, zone=box.timezone))
        self.defer(trigger=DateTimeTrigger(moment=wait.again_at.astimezone(UTC)), method_name=ASK_AGAIN)

    def _note(self, wait: "Wait") -> None:
        """Keeps the wait for the board and for whoever is told; where the ledger is down, the log alone has it."""
        from psycopg import Error

        from cierre.ledger import outages

        try:
            with open_ledger(self.ledger_connection) as ledger:
                outages.note(ledger, wait, first=not self._asked_before)
        except (Error, AirflowException) as error:
            told = "The ledger cannot be told that this step waits ({kind})."
            self.log.warning(say(told, kind=type(error).__name__))

    def resume(self, context: Any, event: Any = None) -> dict[str, Any]:
        """Goes on once what was waited for is over."""
        return self.execute(context)

    def ask_again(self, context: Any, event: Any = None) -> dict[str, Any]:
        """Does the step again: what was down may answer now. By this method's name the board knows who waits so."""
        self._asked_before = True
        return self.execute(context)
