"""What is told when a step of a close has failed for good: once, after its last retry."""

from typing import Any

from airflow.sdk import BaseNotifier
from airflow.sdk.exceptions import AirflowException

from alerts.alert import Alert

RUN_AGAIN = "Follow the log's last sentence. Clearing the step, with those after it, is safe at any time."
UNCERTAIN = (
    "Do not enter the journal by hand: clear the step post, which first empties the address that was sent to. Until"
    " then the day is not closed. The DAG erp_reaper tries to settle it every five minutes, too."
)


class FailureAlert(BaseNotifier):
    """Tells a company's people that a step failed: a DAG's ``on_failure_callback``."""

    template_fields = ()

    def __init__(self, company: str, box: str) -> None:
        super().__init__()
        self.company = company
        self.box = box

    def notify(self, context: Any) -> None:
        """Sends the alert; a mail server that is down is noted in the task's log and changes nothing else."""
        from alerts.mail import send

        try:
            send(self.alert(context))
        except OSError as error:  # smtplib's errors are OSErrors, too
            self.log.error("The alert could not be sent: %s", type(error).__name__)

    def alert(self, context: Any) -> Alert:
        """What people are told of a failed task, from its context."""
        from hooks.errors import UncertainError, VendorError

        error, task = context.get("exception"), context["ti"]
        uncertain = isinstance(error, UncertainError)
        # Only our own errors are known to be written for people and to hold no personal data.
        told = str(error) if isinstance(error, (VendorError, AirflowException)) else type(error).__name__
        day = context["dag_run"].partition_key or context["params"].get("business_date") or "?"
        state = "posting UNCERTAIN" if uncertain else f"{task.task_id} failed"
        return Alert(
            company=self.company,
            subject=f"{self.box}, {day}: {state}",
            happened=told,
            to_do=UNCERTAIN if uncertain else RUN_AGAIN,
            link=task.log_url,
        )
