"""What many seeds came to."""

from collections import Counter
from dataclasses import dataclass, field

from simulation.day import Outcome
from simulation.oracle import DUPLICATE, FOREIGN, MISSING, REVERSED_TWICE, STALE

TOO_MUCH = {DUPLICATE, STALE, REVERSED_TWICE}


@dataclass
class Figures:
    """Sums over seeds. ``duplicates``, ``missing``: box-days that ended with money too much, or too little, in the ERP;
    ``touched``: those in which a document of others was deleted or changed, or was about to be.

    ``broken`` holds (seed, invariant, sentence); ``converged`` virtual seconds, one for each seed that did.
    """

    seeds: int = 0
    tasks: int = 0
    duplicates: int = 0
    missing: int = 0
    touched: int = 0
    uncertain: int = 0
    attempts: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    traits: Counter[str] = field(default_factory=Counter)
    converged: list[float] = field(default_factory=list)
    broken: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """One more seed."""
        invariants = {invariant for invariant, _ in outcome.broken}
        self.seeds += 1
        self.tasks += outcome.tasks
        self.duplicates += bool(invariants & TOO_MUCH)
        self.missing += MISSING in invariants
        self.touched += FOREIGN in invariants
        self.uncertain += outcome.figures["uncertain"]
        self.attempts += outcome.figures["attempts"]
        self.faults += outcome.faults
        self.struck += outcome.struck
        self.calls += outcome.calls
        self.traits.update(outcome.traits)
        self.broken += [(outcome.seed, *how) for how in outcome.broken]
        if outcome.converged_after is not None:
            self.converged.append(outcome.converged_after)

    def merge(self, other: "Figures") -> None:
        """Other seeds' figures, too."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
