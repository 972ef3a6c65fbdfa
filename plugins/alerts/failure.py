"""What is told when a step of a close has failed for good: once, after its last retry."""

import re
from typing import Any

from airflow.sdk import BaseNotifier
from airflow.sdk.exceptions import AirflowException

from alerts.alert import Alert
from language.say import in_language, say

RUN_AGAIN = "Follow the log's last sentence. Clearing the step, with those after it, is safe at any time."
UNCERTAIN = (
    "Do not enter the journal by hand: clear the step post, which first empties the address that was sent to. Until"
    " then the day is not closed. The DAG erp_reaper tries to settle it every five minutes, too."
)
LOCKED_OUT = (
    "Do not run it again: each call may prolong the lockout. Have the vendor's support lift it, try the Test button of"
    " the connection, then clear the step. Days that were missed meanwhile are closed by a backfill."
)

LOCKOUT = re.compile(r"bloque|suspend|locked", re.IGNORECASE)
"""Words with which a vendor says that it has locked the company out (docs/vendors/zeta.md)."""


class FailureAlert(BaseNotifier):
    """Tells a company's people that a step failed: a DAG's ``on_failure_callback``."""

    template_fields = ()

    def __init__(self, company: str, box: str) -> None:
        super().__init__()
        self.company = company
        self.box = box

    def notify(self, context: Any) -> None:
        """Tells what failed; whatever goes wrong with that is noted in the task's log and changes nothing else."""
        from alerts.people import tell
        from mappings.companies import language_of

        with in_language(language_of(self.company)):
            tell(self.alert(context))

    def alert(self, context: Any) -> Alert:
        """What people are told of a failed task, from its context, in the language that is spoken now."""
        from hooks.errors import VendorError

        error, task = context.get("exception"), context["ti"]
        # Only our own errors are known to be written for people and to hold no personal data.
        told = say(error) if isinstance(error, (VendorError, AirflowException)) else type(error).__name__
        day = context["dag_run"].partition_key or context["params"].get("business_date") or "?"
        state, to_do = _what_it_means(error)
        state = state or say("{task} failed", task=task.task_id)
        return Alert(
            company=self.company,
            subject=f"{self.box}, {day}: {state}",
            happened=told,
            to_do=to_do,
            link=task.log_url,
        )


def _what_it_means(error: BaseException | None) -> tuple[str, str]:
    """The state to shout about, if any, and what to do."""
    from hooks.errors import FatalError, UncertainError

    if isinstance(error, UncertainError):
        return say("posting UNCERTAIN"), say(UNCERTAIN)
    # A step fails with the vendor's error as its cause.
    refusal = error if isinstance(error, FatalError) else getattr(error, "__cause__", None)
    if isinstance(refusal, FatalError) and LOCKOUT.search(refusal.message):
        return say("{vendor} has LOCKED us OUT", vendor=refusal.vendor), say(LOCKED_OUT)
    return "", say(RUN_AGAIN)
