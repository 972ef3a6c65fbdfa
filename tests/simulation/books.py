"""What the source says of a day: entries of a few lines, changed now and then."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random

from cierre.bookkeeping.journal import JournalEntry, Line, Side
from simulation.erp import Posting
from simulation.oracle import Entry

BUSINESS_DATE = date(2024, 9, 6)
NEXT_PERIOD = date(2024, 10, 1)
TENANT = "T1,D MG 01 "


@dataclass
class Source:
    """The day's books as the source has them now."""

    rng: Random
    entries: tuple[Entry, ...] = ()
    _history: list[tuple[Entry, ...]] = field(default_factory=list)

    def change(self, *, anew: bool = False, again: bool = True) -> None:
        """Other books: new amounts, entries more or fewer, none at all, or the same as at an earlier time, unless they
        may not come ``again``; with ``anew`` some that there never were."""
        self._history.append(self.entries)
        if anew:
            self.entries = tuple(_entry(self.rng) for _ in range(self.rng.choice((1, 1, 2))))
        elif len(self._history) > 1 and self.rng.random() < 0.2 and again:
            self.entries = self.rng.choice(self._history)
        else:
            (entries,) = self.rng.choices((0, 1, 2, 3), (1, 12, 4, 2))
            self.entries = tuple(_entry(self.rng) for _ in range(entries))


def _entry(rng: Random) -> Entry:
    amounts = [Decimal(rng.randint(1, 200_000)) / 100 for _ in range(rng.randint(1, 3))]
    debits = (Posting(Side.DEBIT, f"1.1.0{number}", amount) for number, amount in enumerate(amounts, start=1))
    return (*debits, Posting(Side.CREDIT, "4.1.01", sum(amounts, Decimal(0))))


def journal_entries(box: str, entries: tuple[Entry, ...]) -> list[JournalEntry]:
    """The books as the product has them between derive and freeze."""
    return [
        JournalEntry(
            box, BUSINESS_DATE, part, "USD",
            tuple(Line(side, account, amount, "Caja") for side, account, amount in entry),
        )
        for part, entry in enumerate(entries, start=1)
    ]  # fmt: skip
