"""What a person's answer about a day's books decides. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from cierre.bookkeeping.sentence import Sentence

PATIENCE = timedelta(days=3)
"""How long an answer is waited for; then the request counts as refused and the day stays open."""

LONGEST_COMMENT = 500
"""Characters of what a person may say to an answer."""

NO_COMMENT = Sentence(
    "a rejection needs a comment: say in the field Comment what is wrong and what is to be done, and reject again"
)
Decision = Literal["approved", "rejected", "timed out"]
"""What an answer, or none in time, decides."""

Outcome = Decision | Literal["not taken"]
"""What stands on the record of a question: the decision, or that an answer decided nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as Airflow keeps it: ``by`` is the user who gave it, None where nobody did in time; ``at`` is aware.
    ``ran_by``: the users who had triggered, cleared or backfilled the run that asked. ``comment``: what the person said
    to it, as ``on_one_line`` has it; empty where nothing."""

    by: str | None
    yes: bool
    at: datetime
    ran_by: frozenset[str] = frozenset()
    comment: str = ""

    @property
    def decision(self) -> Decision:
        """What it decides."""
        if not self.by:
            return "timed out"
        return "approved" if self.yes else "rejected"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on the record: about which revision, since when (aware), and what became of it, and when; None where
    it is open. ``comment`` is empty where nothing was said to it."""

    revision_id: int
    asked_at: datetime
    decision: Outcome | None
    decided_by: str | None
    comment: str = ""
    decided_at: datetime | None = None

    def was_refused(self, revision_id: int) -> bool:
        """Whether a person, or nobody in time, has refused this very revision."""
        return self.revision_id == revision_id and self.decision in ("rejected", "timed out")

    def is_answered_by(self, answer: Answer, revision_id: int) -> bool:
        """Whether an answer is to this question: it is open, about this very revision, and not younger than the
        answer."""
        return self.revision_id == revision_id and self.decision is None and answer.at >= self.asked_at


def on_one_line(comment: object) -> str:
    """What a person wrote, as it is kept: one line, without signs that are not seen or that turn the writing round.
    Empty where there is no text."""
    if not isinstance(comment, str):
        return ""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in comment).split())


def objection_to_comment(yes: bool, comment: str) -> Sentence | None:
    """Why an answer is not taken with this comment (as ``on_one_line`` has it); None where it may be."""
    if len(comment) > LONGEST_COMMENT:
        return Sentence(
            "the comment has {n} characters, and may have {most}: say it more briefly, and answer again",
            n=len(comment),
            most=LONGEST_COMMENT,
        )
    return None if yes or comment else NO_COMMENT


def why_not_approved(outcome: Outcome, by: str | None) -> Sentence:
    """Why a revision is not approved after this outcome; after ``approved``, that it was about other books."""
    return {
        "approved": Sentence("the books changed after {who} was asked, so the approval is of other books", who=by),
        "rejected": Sentence("{who} rejected it", who=by),
        "timed out": Sentence("nobody answered within {days} days", days=PATIENCE.days),
        "not taken": Sentence(
            "{who} answered when other books were asked about, so the answer was NOT taken", who=by or "?"
        ),
    }[outcome]
