"""Journal entries: an unbalanced one cannot exist."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import chain, repeat
from operator import attrgetter
from typing import NamedTuple, overload

from cierre.bookkeeping.columns import Documents
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence


class Side(StrEnum):
    """Debit (debe) or credit (haber)."""

    DEBIT = "D"
    CREDIT = "C"


class JournalError(ValueError):
    """A journal entry that must not exist: unbalanced, empty, or with an amount that is not positive."""


class LineSource(NamedTuple):
    """How much of a journal line one document's component accounts for (``net`` of ``school:payment:…``: 35.30).

    ``amount`` is in the entry's currency. ``foreign`` is the same in the document's own, where that is another. Both
    are positive: where the component is below zero, the share is ``turned``, on the other side than its posting says.
    """

    document_key: str
    component: str
    amount: Decimal
    foreign: Decimal | None = None
    turned: bool = False


class Shares(NamedTuple):
    """Shares of a line that are alike: the n-th number, amount and foreign amount are of the n-th share, whose document
    is that of this number in ``documents``.

    All of them are of one ``kind`` and ``form``. ``foreign`` is empty where they are in the entry's currency. What is
    alike is said once and kept in lists, since a day of a million documents has more than two million shares.
    """

    kind: Kind
    form: str
    component: str
    turned: bool
    documents: Documents
    numbers: list[int]
    amounts: list[Decimal]
    foreign: list[Decimal]


class Sources(Sequence[LineSource]):
    """The documents behind a line, in the order of their keys, made of what is ``alike``. Equal to a tuple of the same
    shares in the same order."""

    __slots__ = ("alike",)

    def __init__(self, alike: Iterable[Shares]) -> None:
        self.alike = tuple(alike)

    def __len__(self) -> int:
        return sum(len(shares.numbers) for shares in self.alike)

    def __iter__(self) -> Iterator[LineSource]:
        one_by_one = chain.from_iterable(map(_one_by_one, self.alike))
        return iter(sorted(one_by_one, key=attrgetter("document_key")) if len(self.alike) > 1 else one_by_one)

    @overload
    def __getitem__(self, index: int) -> LineSource: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[LineSource, ...]: ...
    def __getitem__(self, index: int | slice) -> LineSource | tuple[LineSource, ...]:
        return tuple(self)[index]

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, (Sources, tuple)) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


def _one_by_one(shares: Shares) -> Iterator[LineSource]:
    keys, numbers = shares.documents.all_keys, shares.numbers
    foreign: Iterable[Decimal | None] = shares.foreign or repeat(None, len(numbers))
    for number, amount, own in zip(numbers, shares.amounts, foreign, strict=True):
        yield LineSource(keys[number], shares.component, amount, own, shares.turned)


class Foreign(NamedTuple):
    """What a line is in the currency (ISO 4217) of the documents behind it, where that is not the entry's."""

    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a positive amount on one side of one account, with its dimensions and the documents behind it.

    ``entities`` holds the additional accounting entities by number: ``{"05": "…"}`` as sorted pairs.
    ``history`` fits what the ERP holds of it (cierre.bookkeeping.limits).
    ``foreign`` is None for a line whose documents are in the entry's own currency.
    """

    side: Side
    account: str
    amount: Decimal
    history: str
    cost_centre: str = ""
    item: str = ""
    value_class: str = ""
    entities: tuple[tuple[str, str], ...] = ()
    sources: Sequence[LineSource] = ()
    foreign: Foreign | None = None


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A balanced entry of one box's business date, in one currency. ``part`` counts from 1 where a day is split.

    Lines of documents in other currencies balance in these too. Raises JournalError if it has no lines, a line that
    is not positive, or debits that differ from credits.
    """

    box: str
    business_date: date
    part: int
    currency: str
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        if not self.lines:
            raise JournalError(f"{self.name} has no lines")
        for number, line in enumerate(self.lines, start=1):
            if line.amount <= ZERO:
                raise JournalError(f"{self.name}, line {number}: {line.amount} on {line.account} is not positive")
        if self.debit != self.credit:
            raise JournalError(f"{self.name} does not balance: debit {self.debit}, credit {self.credit}")
        for currency, difference in self._foreign_differences():
            raise JournalError(f"{self.name} does not balance in {currency}: debits and credits differ by {difference}")

    def _foreign_differences(self) -> list[tuple[str, Decimal]]:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            if line.foreign:
                currency, amount = line.foreign
                sums[currency] += amount if line.side is Side.DEBIT else -amount
        return [(currency, difference) for currency, difference in sorted(sums.items()) if difference]

    @property
    def name(self) -> Sentence:
        """How people name it: ``itb_164 2024-09-06 part 1``."""
        return Sentence("{box} {day} part {n}", box=self.box, day=self.business_date, n=self.part)

    @property
    def debit(self) -> Decimal:
        """Sum of the debit lines, in ``currency``."""
        return sum((line.amount for line in self.lines if line.side is Side.DEBIT), ZERO)

    @property
    def credit(self) -> Decimal:
        """Sum of the credit lines, in ``currency``."""
        return sum((line.amount for line in self.lines if line.side is Side.CREDIT), ZERO)

    @property
    def digest(self) -> str:
        """SHA-256 of what the ERP would be told: currency and lines, not the documents behind them."""
        said = "\n".join(
            "|".join(
                (
                    line.side,
                    line.account,
                    str(line.amount),
                    line.history,
                    line.cost_centre,
                    line.item,
                    line.value_class,
                    *(f"{number}={code}" for number, code in line.entities),
                    *([f"{line.foreign.amount} {line.foreign.currency}"] if line.foreign else []),
                )
            )
            for line in self.lines
        )
        return hashlib.sha256(f"{self.currency}\n{self.business_date}\n{said}".encode()).hexdigest()
