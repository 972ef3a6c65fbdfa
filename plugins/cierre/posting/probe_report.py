"""What a probe says of a site of the ERP: an assumption a line, what was done, what was seen, and what follows."""

from dataclasses import dataclass
from datetime import date

from cierre.bookkeeping.sentence import Sentence
from cierre.ledger.capabilities import Capability
from cierre.ports.probe import Check, Verdict


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What a probe of one tenant found out, and what it had to leave in the ERP (``left``, a sentence each)."""

    connection: str
    tenant: str
    lot: str
    day: date
    checks: tuple[Check, ...]
    left: tuple[Sentence, ...]

    @property
    def capabilities(self) -> list[Capability]:
        """What is to be kept of it: whatever could be told."""
        return [
            Capability(check.assumption.name, check.value, check.seen)
            for check in self.checks
            if check.value is not None
        ]

    @property
    def unproved(self) -> list[Check]:
        """The checks of essential assumptions that do not hold, or could not be told."""
        return [check for check in self.checks if check.assumption.obstacle and check.verdict is not Verdict.HOLDS]

    @property
    def in_the_way(self) -> list[Sentence]:
        """Why posting to the site is not safe, a sentence each; empty where every essential assumption is proved and
        nothing was left there."""
        left = (Sentence("Left in the ERP: {what}.", what=sentence) for sentence in self.left)
        return [*(check.sentence for check in self.unproved), *left]
