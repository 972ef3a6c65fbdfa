"""How often the first proposed account is the right one, of generated firms. Pure.

Each decision is taken out and asked for with all others known; where nothing is proposed, that counts as wrong.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from cierre.bookkeeping.account_proposals import Decision, Known, proposals
from support.generated_charts import Words, firm

HELD_BACK_FIRMS = range(10_000, 10_100)
"""Seeds of firms that nothing was tuned by."""


@dataclass
class Measure:
    """How many were asked for, and how many were right, by what kind of table; ``wrong`` are those that were not."""

    asked: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def take(self, table: str, name: str, known: Known, code: str) -> None:
        """Asks for one."""
        made = proposals(name, known)
        self.asked[table] += 1
        if made and made[0].code == code:
            self.right[table] += 1
        else:
            said = f"{made[0].code} {made[0].name}" if made else "nothing"
            self.wrong.append(f"{table}: {name} is {code} {known.chart.get(code)}, and was said to be {said}")

    @property
    def share(self) -> float:
        """Right of asked, 0 to 1."""
        return self.right.total() / self.asked.total()

    def __str__(self) -> str:
        tables = ", ".join(f"{table} {self.right[table]}/{self.asked[table]}" for table in self.asked)
        return f"{100 * self.share:.1f} % ({self.right.total()} of {self.asked.total()}: {tables})"


def generated(seeds: Iterable[int], words: Words) -> Measure:
    """Of generated firms."""
    measure = Measure()
    for seed in seeds:
        one = firm(seed, words)
        for table, said in one.tables.items():
            decisions = [Decision(name, code) for name, code in said.items()]
            for decision in decisions:
                beside = [other for other in decisions if other is not decision]
                measure.take(table, decision.name, Known(one.chart, beside), decision.code)
    return measure
