"""What is told when a day waits for a person's approval."""

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseNotifier

from cierre.accounting_files.companies import language_of
from cierre.accounting_files.loader import cash_box
from cierre.alerts.alert import Alert
from cierre.language.say import in_language, say

TO_DO = (
    "Open it in Airflow (Required Actions): it shows the journal that would be posted. Approve, or reject: then nothing"
    " is posted, and the day stays open."
)


class ApprovalRequest(BaseNotifier):
    """Tells a box's company that a day waits to be approved, and why; both are given in its language."""

    template_fields = ()

    def __init__(self, box: str, subject: str, questions: Sequence[str]) -> None:
        super().__init__()
        self.box = box
        self.subject = subject
        self.questions = questions

    def notify(self, context: Any) -> None:
        """Tells it; whatever goes wrong with that is noted in the task's log and changes nothing else."""
        from cierre.alerts.people import tell

        box = cash_box(self.box)
        because = "".join(f"\n- {question}." for question in self.questions)
        with in_language(language_of(box.company)):
            tell(
                Alert(
                    company=box.company,
                    subject=say("To approve: {subject}", subject=self.subject),
                    happened=say("The day waits for a person to approve it:{because}", because=because),
                    to_do=say(TO_DO),
                    link=context["ti"].log_url,
                    boxes=[box.id],
                )
            )
