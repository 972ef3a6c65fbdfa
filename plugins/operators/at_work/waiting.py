"""A step that waits without holding a worker: until an instant, or for a vendor or a ledger that is down."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import psycopg
from airflow.providers.standard.triggers.temporal import DateTimeTrigger
from airflow.sdk.exceptions import AirflowException

from cierre.bookkeeping.cash_box import CashBox
from cierre.closing.names import ASK_AGAIN
from cierre.language.say import say
from cierre.ledger import outages
from cierre.ledger.connection import open_ledger
from cierre.ports.errors import RetriableError, UncertainError, VendorError
from operators.outage import Outage, again_at, deadline, is_last_try
from operators.step_broke import StepBroke

if TYPE_CHECKING:
    from airflow.sdk.types import Logger


class Deferring(Protocol):
    """A task that can give its worker back."""

    def defer(self, *, trigger: Any, method_name: str) -> NoReturn:
        """Goes on by a method of its own once the trigger fires."""


class WaitingStep(Deferring, Protocol):
    """A step that asks a vendor, and keeps in the ledger for whom it waits."""

    ledger_connection: str
    asked_before: bool
    task_id: str
    day: date | None

    @property
    def log(self) -> "Logger":
        """The task's log."""

    def vendor_connection(self, box: CashBox) -> str:
        """Of the vendor that the step asks."""


def wait_until(moment: datetime, task: Deferring, method_name: str = "resume") -> NoReturn:
    """Gives the task's worker and pool back until ``moment`` (aware); then the task goes on by one of its methods."""
    task.defer(trigger=DateTimeTrigger(moment=moment), method_name=method_name)


def is_outage(error: BaseException) -> bool:
    """Whether an error says that a vendor or the ledger is down, so that asking again later may work."""
    return isinstance(error, (RetriableError, UncertainError)) or (isinstance(error, StepBroke) and error.of_the_ledger)


@contextmanager
def asked_again(step: WaitingStep, box: CashBox, context: Any) -> Iterator[None]:
    """A vendor or a ledger that is down after the last try is asked again later, until the deadline."""
    try:
        yield
    except Exception as error:
        if step.day and is_outage(error) and is_last_try(context):
            _wait_until_asked_again(step, box, step.day, error, context)
        raise


def _wait_until_asked_again(step: WaitingStep, box: CashBox, day: date, error: Exception, context: Any) -> None:
    """Gives worker and pool back until it is asked again; returns where the deadline is over."""
    connection = step.vendor_connection(box) if isinstance(error, VendorError) else step.ledger_connection
    now = datetime.now(UTC)
    until = deadline(box, day, context["ti"].start_date or now)
    wait = outages.Wait(
        box=box.id,
        business_date=day,
        step=step.task_id,
        company=box.company,
        name=box.name,
        connection=connection,
        vendor=getattr(error, "vendor", "PostgreSQL"),
        again_at=again_at(error, now, until),
        until=until,
    )
    _note(step, wait)
    end = f"{until.astimezone(box.zone):%Y-%m-%d %H:%M}"
    if wait.again_at is None:
        text = "{vendor} (connection {connection}) was asked again until {until}: the step fails now."
        step.log.error(say(text, vendor=wait.vendor, connection=connection, until=end))
        # An error of any kind carries it to the alert (cierre.alerts.outage).
        error.outage = Outage(box.company, connection, step.ledger_connection)  # type: ignore[attr-defined]
        return
    when = f"{wait.again_at.astimezone(box.zone):%Y-%m-%d %H:%M:%S}"
    text = "{why} It is asked again at {when}, and so on until {until} ({zone}); nobody needs to do anything."
    step.log.warning(say(text, why=error, when=when, until=end, zone=box.timezone))
    wait_until(wait.again_at, step, ASK_AGAIN)


def _note(step: WaitingStep, wait: outages.Wait) -> None:
    """Keeps the wait for the board and for whoever is told; where the ledger is down, the log alone has it."""
    try:
        with open_ledger(step.ledger_connection) as ledger:
            outages.note(ledger, wait, first=not step.asked_before)
    except (psycopg.Error, AirflowException) as error:
        text = "The ledger cannot be told that this step waits ({kind})."
        step.log.warning(say(text, kind=type(error).__name__))
