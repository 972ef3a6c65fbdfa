"""What is told when a day waits for a person's approval."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseNotifier

from cierre.accounting_files.companies import language_of
from cierre.accounting_files.loader import cash_box
from cierre.alerts.alert import Alert
from cierre.language.say import in_language, say

if TYPE_CHECKING:
    from cierre.bookkeeping.facts import Facts

TO_DO = (
    "Open it: the page shows the same, and has the buttons. Approve, or reject and say why: then nothing is posted, and"
    " the day stays open."
)


class ApprovalRequest(BaseNotifier):
    """Tells a box's company that a day waits to be approved, why and on which facts; the questions are given in its
    language. ``link`` leads to the page on which it is decided."""

    template_fields = ()

    def __init__(self, box: str, subject: str, questions: Sequence[str], facts: "Facts", link: str) -> None:
        super().__init__()
        self.box = box
        self.subject = subject
        self.questions = questions
        self.facts = facts
        self.link = link

    def notify(self, context: Any) -> None:
        """Tells it; whatever goes wrong with that is noted in the task's log and changes nothing else."""
        from cierre.alerts.decision import figures
        from cierre.alerts.people import tell

        box = cash_box(self.box)
        because = "".join(f"\n- {question.removesuffix('.')}." for question in self.questions)
        with in_language(language_of(box.company)):
            tell(
                Alert(
                    company=box.company,
                    subject=say("To approve: {subject}", subject=self.subject),
                    happened=say("The day waits for a person to approve it:{because}", because=because),
                    to_do=say(TO_DO),
                    page=self.link,
                    figures=figures(self.facts),
                    boxes=[box.id],
                )
            )
