"""What a person's answer about a day's books decides. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from cierre.bookkeeping.sentence import Sentence

PATIENCE = timedelta(days=3)
"""How long an answer is waited for; then the request counts as refused and the day stays open."""

Decision = Literal["approved", "rejected", "timed out"]
"""What an answer, or none in time, decides."""

Outcome = Decision | Literal["not taken"]
"""What stands on the record of a question: the decision, or that an answer decided nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as Airflow keeps it: ``by`` is the user who gave it, None where nobody did in time; ``at`` is aware.
    ``ran_by``: the users who had triggered, cleared or backfilled the run that asked."""

    by: str | None
    yes: bool
    at: datetime
    ran_by: frozenset[str] = frozenset()

    @property
    def decision(self) -> Decision:
        """What it decides."""
        if not self.by:
            return "timed out"
        return "approved" if self.yes else "rejected"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on the record: about which revision, since when (aware), and what became of it; None where it is
    open."""

    revision_id: int
    asked_at: datetime
    decision: Outcome | None
    decided_by: str | None

    def was_refused(self, revision_id: int) -> bool:
        """Whether a person, or nobody in time, has refused this very revision."""
        return self.revision_id == revision_id and self.decision in ("rejected", "timed out")

    def is_answered_by(self, answer: Answer, revision_id: int) -> bool:
        """Whether an answer is to this question: it is open, about this very revision, and not younger than the
        answer."""
        return self.revision_id == revision_id and self.decision is None and answer.at >= self.asked_at


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
