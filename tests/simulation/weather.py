"""Which faults strike, how often, for how long: all drawn from the seed."""

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from random import Random

HOUR = 3600.0
DAY = 24 * HOUR

LATEST = 23 * HOUR
"""The latest that a request executes after its claim, in seconds. The last sweep of an address comes 24 hours after it
was given up; an hour is left for the database's clock to jump."""

WRITES = {
    "unreachable": 2.0,
    "login refused": 0.3,
    "request lost": 3.0,
    "answer lost": 4.0,
    "error page, carried out": 2.0,
    "error page, not carried out": 1.0,
    "executed late": 4.0,
    "broken off, executed late": 2.0,
    "refused": 1.0,
    "copied by a proxy": 3.0,
    "copied, one copy late": 1.5,
    "refused, a copy carried out": 1.5,
    "somebody else's answer": 1.5,
    "answer without a number": 1.0,
    "answer with a wrong number": 1.0,
}
"""Faults of an insert or a reversal, with their weights."""

DELETES = {
    "delete: unreachable": 1.0,
    "delete: request lost": 2.0,
    "delete: answer lost": 3.0,
    "delete: error page, carried out": 1.0,
    "delete: error page, not carried out": 1.0,
    "delete: executed late": 2.0,
    "delete: refused": 0.5,
    "delete: copied by a proxy": 1.0,
}
"""Faults of a delete, with their weights."""

READS = {"read: unreachable": 1.0, "read: no answer": 1.0}
"""Faults of a reading of what the ERP holds, with their weights."""

WELL_ANSWERED = ("unreachable", "login refused", "refused")
"""The faults of a write to an address where somebody else's document stands, at a site that cannot be read: what goes
wrong there without an answer cannot be told apart from what is somebody else's (docs/reliability.md)."""

BEYOND = (
    "copied, one copy after the answer",
    "executed after more than a day",
    "somebody else's answer, of our tenant",
)
"""Faults that the protocol does not promise to survive: each strikes only where it is asked for, to see how often."""


@dataclass
class Weather:
    """The faults of one seed. ``rate`` is how likely a write meets one (a delete half as likely, there being so many);
    ``beyond`` names one of BEYOND to have among them; ``only`` those that strike, if not all; ``calm`` ends them
    all."""

    rng: Random
    rate: float
    naps: bool
    restarts: bool
    beyond: str = ""
    only: Collection[str] = ()
    calm: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    """Crashes and lost connections, by the point where they struck."""

    @classmethod
    def of(cls, rng: Random, *, beyond: str = "") -> "Weather":
        """Drawn from fair to foul."""
        rate = rng.choice((0.03, 0.15, 0.35, 0.6))
        return cls(rng, rate, naps=rng.random() < 0.5, restarts=rng.random() < 0.4, beyond=beyond)

    def of_write(self, *, shared: bool = False) -> str:
        """The fault that an insert or a reversal meets; empty for none. ``shared``: somebody else's document stands at
        its address, and nobody can see it."""
        if shared:
            return self._one_of({name: WRITES[name] for name in WELL_ANSWERED}, self.rate)
        return self._one_of(WRITES | {self.beyond: 3.0} if self.beyond else WRITES, self.rate)

    def copied_alone(self, rng: Random) -> str:
        """The same of a write into a lot that is shared, as nobody knows yet: what breaks off there could not be told
        apart, and is not promised to be; what a proxy copies is asked about."""
        copied = "copied by a proxy"
        if self.calm or (self.only and copied not in self.only) or rng.random() >= self.rate:
            return ""
        self.counts[copied] += 1
        return copied

    def of_delete(self) -> str:
        """The fault that a delete meets; empty for none."""
        return self._one_of(DELETES, self.rate / 2)

    def of_read(self) -> str:
        """The fault that a reading meets; empty for none."""
        return self._one_of(READS, self.rate / 2)

    def _one_of(self, faults: dict[str, float], rate: float) -> str:
        if self.only:
            faults = {name: weight for name, weight in faults.items() if name in self.only}
        if self.calm or not faults or self.rng.random() >= rate:
            return ""
        (fault,) = self.rng.choices(list(faults), faults.values())
        self.counts[fault] += 1
        return fault

    def strikes(self, fault: str, chance: float, where: str) -> bool:
        """Whether a fault of a process or of its connection strikes at a point; counted if it does."""
        if self.calm or (self.only and fault not in self.only) or self.rng.random() >= chance * self.rate:
            return False
        self.counts[fault] += 1
        self.struck[where] += 1
        return True

    def between(self, shortest: float, longest: float) -> float:
        """Seconds, each order of magnitude as likely as the others."""
        return math.exp(self.rng.uniform(math.log(shortest), math.log(max(shortest, longest))))
