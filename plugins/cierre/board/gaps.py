"""What the mappings cannot book, each gap once, however many days wait for it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger.board_rows import DayProblem


@dataclass(frozen=True)
class Gap:
    """One gap and the days that wait for it, the oldest first. ``key`` names it in addresses."""

    key: str
    rows: list[DayProblem]

    @property
    def places(self) -> list[tuple[str, date]]:
        """The boxes' days."""
        return sorted({(row.box, row.business_date) for row in self.rows}, key=lambda place: (place[1], place[0]))

    @property
    def boxes(self) -> list[str]:
        """The boxes, by id."""
        return sorted({row.box for row in self.rows})

    @property
    def documents(self) -> int:
        """How many documents it stops."""
        return sum(row.documents for row in self.rows)

    @property
    def amount(self) -> Decimal:
        """Their money, in ``currency``."""
        return sum((row.amount for row in self.rows), ZERO)

    @property
    def currency(self) -> str:
        """The currency that all of them are in."""
        return self.rows[0].currency

    @property
    def found_at(self) -> datetime:
        """When it was found first; aware."""
        return min(row.found_at for row in self.rows)

    @property
    def fix(self) -> Sentence:
        """What to write in the mapping; empty where that cannot mend it."""
        return self.rows[0].fix

    @property
    def message(self) -> Sentence:
        """The gap in words, with the documents and the money of all its days."""
        said = self.rows[0].message
        documents = said.values.get("documents")
        if len(self.rows) == 1 or not isinstance(documents, Sentence) or documents.plural is None:
            return said
        return Sentence(
            "{documents} of {amount} {currency} {reason}",
            documents=Sentence.counted(self.documents, documents.text, documents.plural[1]),
            amount=self.amount,
            currency=self.currency,
            reason=said.values["reason"],
        )


def gaps(problems: Iterable[DayProblem]) -> list[Gap]:
    """The gaps behind problems, in the order of their oldest."""
    rows: dict[str, list[DayProblem]] = {}
    for row in sorted(problems, key=lambda row: (row.business_date, row.box)):
        rows.setdefault(key_of(row), []).append(row)
    return sorted((Gap(key, of_gap) for key, of_gap in rows.items()), key=lambda gap: gap.found_at)


def key_of(row: DayProblem) -> str:
    """The same for problems that one answer mends: of the same posting, reason, fix and currency."""
    reason = row.message.values.get("reason", row.message)
    return sha256("\0".join((row.posting, str(reason), str(row.fix), row.currency)).encode()).hexdigest()[:16]
