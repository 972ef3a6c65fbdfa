"""A step that cannot be done: which box and day, what happened to them, and what is safe to do next."""

from datetime import date

from cierre.bookkeeping.answers import Outcome, why_not_approved
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import say


class Refused(Exception):
    """A step was refused: doing it again cannot help before a person has done what the text says.

    ``text`` and ``values`` are as cierre.language.say takes them; ``sentence`` is for whoever says it in another
    language. With ``may_pass`` trying again later may help.
    """

    def __init__(self, box: CashBox, day: date, text: str, *, may_pass: bool = False, **values: object) -> None:
        super().__init__(f"{box.name}, {day}: {say(text, **values)}")
        self.sentence = Sentence(text, **values)
        self.may_pass = may_pass


class NothingToRead(Exception):
    """Whoever asked for something to be read named nothing that there is; the text is for people."""


class NotApproved(Refused):
    """A person refused a revision, or nobody approved it in time: ``outcome`` is the record's word, ``by`` the Airflow
    user, None where nobody answered. ``in_the_erp``: addresses of the day's documents that the ERP holds and keeps.
    ``comment``: what that user said to it, which the text leaves out, since that is logged. ``why``: where the outcome
    alone does not say it."""

    def __init__(
        self,
        box: CashBox,
        day: date,
        revision: int,
        outcome: Outcome,
        by: str | None,
        in_the_erp: list[str],
        *,
        comment: str = "",
        why: Sentence | None = None,
    ) -> None:
        sentence = Sentence(
            "revision {revision} is not approved: {why}. Nothing was posted, and the day stays open. Correct source or"
            " mapping and clear the task land; or clear this task to ask again.",
            revision=revision,
            why=why or why_not_approved(outcome, by),
        )
        super().__init__(box, day, "{why}", why=sentence)
        self.outcome, self.by, self.in_the_erp, self.comment = outcome, by, in_the_erp, comment
