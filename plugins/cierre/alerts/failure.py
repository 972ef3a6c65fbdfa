"""What is told when a step of a close has failed for good: once, after its last retry; where a vendor is down, once for
all days that wait for it (cierre.alerts.outage)."""

import logging
from dataclasses import dataclass
from datetime import date
from typing import Any

from airflow.sdk import BaseNotifier
from airflow.sdk.exceptions import AirflowException

from cierre.accounting_files.companies import language_of
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import cash_box
from cierre.alerts.addresses import day_page
from cierre.alerts.alert import UNCERTAIN, Alert
from cierre.alerts.not_approved import NotApproved
from cierre.closing.names import PREFIX
from cierre.language.say import in_language, say
from cierre.ledger.connection import open_ledger
from cierre.ports.errors import FatalError, UncertainError, VendorError

log = logging.getLogger(__name__)

RUN_AGAIN = "Do what the last sentence says. Clearing the step, with those after it, is safe at any time."
SHOW_THE_LOG = (
    "What happened stands in the step's log: show it to who operates Airflow. Clearing the step, with those after it,"
    " is safe at any time."
)
LOCKED_OUT = (
    "Do not run it again: each call may prolong the lockout. Have the vendor's support lift it, try the Test button of"
    " the connection, then clear the step. Days that were missed meanwhile are closed by a backfill."
)

ENDED_FROM_OUTSIDE = (
    "The step {task} was ended from outside, by Airflow or by the machine, and left no word of its own: its process was"
    " killed, lost or stuck."
)
SAFE = "Clear the step, with those after it: that is safe at any time. Nothing is sent twice."
NOT_KNOWN = (
    "The ledger could not be asked what had begun. Do not enter the journal by hand before the day's page on the close"
    " board says where it stands. Clearing the step, with those after it, is safe."
)

REJECTED = (
    "Nobody is asked again by itself. Correct the source or the mapping and clear the step land; or clear the step"
    " approve to be asked about the same journal again. Until the day is closed it is listed as not closed."
)


class FailureAlert(BaseNotifier):
    """Tells a company's people that a step failed: a DAG's ``on_failure_callback``."""

    template_fields = ()

    def __init__(self, company: str, box: str) -> None:
        super().__init__()
        self.company = company
        self.box = box

    def notify(self, context: Any) -> None:
        """Tells what failed; whatever goes wrong with that is noted in the task's log and changes nothing else."""
        from cierre.alerts.outage import told_together
        from cierre.alerts.people import tell

        with in_language(language_of(self.company)):
            if not told_together(context.get("exception"), context["ti"].log_url):
                tell(self.alert(context))

    def alert(self, context: Any) -> Alert:
        """What people are told of a failed task, from its context, in the language that is spoken now."""
        error, task = context.get("exception"), context["ti"]
        if error is None:
            return self._of_a_step_ended_from_outside(context)
        if (refused := _refused(error)) is not None:
            return self._of_a_refusal(context, refused)
        # Only our own errors are known to be written for people and to hold no personal data.
        is_ours = isinstance(error, (VendorError, AirflowException))
        told = say(error) if is_ours else type(error).__name__
        day = _day(context)
        state, to_do = _what_it_means(error, say(RUN_AGAIN if is_ours else SHOW_THE_LOG))
        state = state or say("{task} failed", task=task.task_id)
        return Alert(
            company=self.company,
            subject=f"{self.box}, {day}: {state}",
            happened=told,
            to_do=to_do,
            link=task.log_url,
            page=_page(task, day),
            boxes=_boxes(task),
        )

    def _of_a_refusal(self, context: Any, refused: NotApproved) -> Alert:
        """Nothing failed: a person said no, or nobody said anything in time."""
        state = {
            "rejected": say("REJECTED by {who}, not posted", who=refused.who),
            "timed out": say("nobody approved it in time, not posted"),
            "not taken": say("the answer of {who} was NOT taken, not posted", who=refused.who or "?"),
            "approved": say("approved by {who}, but of other books: not posted", who=refused.who),
        }[refused.decision]
        documents = ", ".join(refused.in_the_erp)
        stays = (
            say("What the ERP already holds of the day stays there as it is: {documents}.", documents=documents)
            if documents
            else say("The ERP holds nothing of the day.")
        )
        comment = refused.comment and say("{who} says to it: {comment}", who=refused.who, comment=refused.comment)
        return Alert(
            company=self.company,
            subject=f"{self.box}, {_day(context)}: {state}",
            happened="\n".join(filter(None, [str(refused), comment, stays])),
            to_do=say(REJECTED),
            link=context["ti"].log_url,
            page=_page(context["ti"], _day(context)),
            boxes=_boxes(context["ti"]),
        )

    def _of_a_step_ended_from_outside(self, context: Any) -> Alert:
        """A task that Airflow itself failed has no error to tell: the ledger knows what had begun."""
        task, day = context["ti"], _day(context)
        known = _standing(task.dag_id, day)
        uncertain = known is not None and known.uncertain
        state = say("posting UNCERTAIN") if uncertain else say("{task} failed", task=task.task_id)
        told = say(ENDED_FROM_OUTSIDE, task=task.task_id)
        return Alert(
            company=self.company,
            subject=f"{self.box}, {day}: {state}",
            happened=f"{told} {known.told()}" if known else told,
            to_do=say(NOT_KNOWN if known is None else UNCERTAIN if uncertain else SAFE),
            link=task.log_url,
            page=_page(task, day),
            boxes=_boxes(task),
        )


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the ledger knows of a day: ``state`` by board.box_day, None for nothing read; the addresses of ``uncertain``
    postings."""

    state: str | None
    uncertain: list[str]

    def told(self) -> str:
        """In a sentence."""
        if self.uncertain:
            return say(
                "A posting had been sent, and its outcome is not known: {where}.", where=", ".join(self.uncertain)
            )
        if self.state is None:
            return say("Nothing had been read or posted for the day.")
        return say("No posting is under way; the ledger holds the day as {state}.", state=say(self.state))


def _standing(dag_id: str, day: str) -> _Standing | None:
    """What the ledger says of the day that a DAG closes; None where it cannot be asked."""

    from cierre.ledger import board

    try:
        box, business_date = cash_box(dag_id.removeprefix(PREFIX)).id, date.fromisoformat(day)
        with open_ledger("ledger_db") as ledger:
            summary = board.Day(ledger, box, business_date).summary()
            sent = [row for row in board.uncertain(ledger, [box]) if row.business_date == business_date]
    except Exception as error:  # an alert without what the ledger says is better than none
        log.warning(say("The ledger could not be asked about {day} ({kind}).", day=day, kind=type(error).__name__))
        return None
    state = summary.state if summary and summary.staged_at else None
    return _Standing(state, [f"{row.lot}/{row.sublot}" for row in sent])


def _refused(error: BaseException) -> NotApproved | None:
    return error if isinstance(error, NotApproved) else None


def _boxes(task: Any) -> list[str]:
    """The box that a task's DAG closes, by its id in the ledger; none where it closes none, or its file is wrong."""
    dag_id = getattr(task, "dag_id", "")
    try:
        return [cash_box(dag_id.removeprefix(PREFIX)).id] if dag_id.startswith(PREFIX) else []
    except MappingError:
        return []


def _page(task: Any, day: str) -> str:
    """The board's page of the day that a task closes; empty where it closes none, or named none."""
    try:
        return day_page(task.dag_id.removeprefix(PREFIX), date.fromisoformat(day)) if _boxes(task) else ""
    except ValueError:
        return ""


def _day(context: Any) -> str:
    return context["dag_run"].partition_key or context["params"].get("business_date") or "?"


def _what_it_means(error: BaseException | None, otherwise: str) -> tuple[str, str]:
    """The state to shout about, if any, and what to do: ``otherwise`` where there is nothing special."""
    from hooks.registry import tells_of_lockout

    if isinstance(error, UncertainError):
        return say("posting UNCERTAIN"), say(UNCERTAIN)
    # A step fails with the vendor's error as its cause.
    refusal = error if isinstance(error, FatalError) else getattr(error, "__cause__", None)
    if isinstance(refusal, FatalError) and tells_of_lockout(refusal.message):
        return say("{vendor} has LOCKED us OUT", vendor=refusal.vendor), say(LOCKED_OUT)
    return "", otherwise
