"""What is told when a DAG that looks after the closes could not do its work: what stays wrong, once a day."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException

from cierre.accounting_files.companies import language_of
from cierre.alerts.alert import Alert
from cierre.alerts.failure import FailureAlert
from cierre.alerts.new_finding import NewFinding, StillWrong
from cierre.language.say import in_language, say
from cierre.ledger.connection import open_ledger
from cierre.ports.errors import VendorError

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger(__name__)

KEEPERS = "cierre"
"""Those who look after Cierre itself, by their entry in companies.yaml."""

FAILED = "watch failed"
LOST = (
    "{watch} could not do its work: its task was ended from outside at each of {tries} tries, killed, lost, or without"
    " an answer of Airflow's API server. No day is closed or posted by it."
)
LOOK_AT = (
    "If a later run went well, nothing: it did what this one could not. Otherwise look at the machine, at Airflow's"
    " scheduler and at its API server; what {watch} tells of is not told meanwhile."
)


class WatchAlert(FailureAlert):
    """Tells of a failure that stayed through all retries: the first of its kind in a day (of a run's own day, where it
    has one); and of each that its task says to be new (NewFinding).

    What the DAG itself found wrong is told its people; what went wrong with Airflow or the program, only those who look
    after Cierre.
    """

    def notify(self, context: Any) -> None:
        """Tells it, unless that was told already."""
        error = context.get("exception")
        if isinstance(error, NewFinding):
            self._tell_new(context, error)
        else:
            self._tell_once_a_day(context)

    def _tell_new(self, context: Any, found: NewFinding) -> None:
        from cierre.alerts.people import deliver

        with in_language(language_of(self.company)):
            delivery = deliver(self.alert(context))
        if delivery.told or not delivery.failed:
            found.settle()

    def _tell_once_a_day(self, context: Any) -> None:
        from cierre.alerts.people import tell

        dag_id, day, what = context["ti"].dag_id, _day(context), _kind(context)
        if _told_before(dag_id, day, what):
            return
        # Where nobody looks after Cierre, its company is told rather than nobody.
        companies = [self.company] if _is_finding(context.get("exception")) else [KEEPERS, self.company]
        for company in dict.fromkeys(companies):
            with in_language(language_of(company)):
                if tell(replace(self.alert(context), company=company)):
                    _note(dag_id, day, what)
                    return

    def alert(self, context: Any) -> Alert:
        """What people are told."""
        if context.get("exception") is not None:
            return super().alert(context)
        task = context["ti"]
        values = {"watch": self.box, "tries": getattr(task, "try_number", "?")}
        return Alert(
            company=KEEPERS,
            subject=say("{watch}: its task was lost", **values),
            happened=say(LOST, **values),
            to_do=say(LOOK_AT, **values),
            link=task.log_url,
            boxes=[],
        )


def _is_finding(error: BaseException | None) -> bool:
    """Whether an error was written for people, and so by the DAG itself."""
    return isinstance(error, (VendorError, AirflowException))


def _kind(context: Any) -> str:
    """What tells a failure from others of its day: the task, and what the DAG itself found wrong (the subjects of a
    StillWrong). A vendor, Airflow and the program say the same in other words each time: theirs are told apart by their
    kind alone."""
    error = context.get("exception")
    said = type(error.__cause__ or error).__name__ if error else "lost"
    if isinstance(error, StillWrong):
        said = "\n".join(sorted(error.subjects))
    elif isinstance(error, AirflowException) and not isinstance(error.__cause__, VendorError):
        said = str(error)
    return f"{FAILED} {context['ti'].task_id} {hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _day(context: Any) -> date:
    try:
        return date.fromisoformat(context["dag_run"].partition_key or "")
    except ValueError:
        return datetime.now(UTC).date()


def _told_before(dag_id: str, day: date, what: str) -> bool:
    """Whether such a failure of a DAG was told that day; no, where the ledger cannot be asked: twice is better than
    never."""
    from cierre.ledger import overview

    return bool(_of_the_ledger(lambda ledger: (dag_id, day) in overview.told(ledger, what, day)))


def _note(dag_id: str, day: date, what: str) -> None:
    from cierre.ledger import overview

    _of_the_ledger(lambda ledger: overview.note_told(ledger, what, [(dag_id, day)]))


def _of_the_ledger(ask: "Callable[[psycopg.Connection], Any]") -> Any:
    """What the ledger answers; None, with a line in the log, where it does not."""
    try:
        with open_ledger("ledger_db") as ledger:
            return ask(ledger)
    except Exception as error:  # whatever is wrong there, it must not keep people from being told
        log.warning(say("The ledger does not answer ({kind}).", kind=type(error).__name__))
        return None
