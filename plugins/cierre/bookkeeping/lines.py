"""From what documents book to entries: amounts that make one line, lines that fit one entry."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from heapq import heapify, heappop, heappush
from itertools import chain
from typing import NamedTuple

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.columns import Documents
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.journal import Foreign, JournalEntry, Line, Shares, Side, Sources
from cierre.bookkeeping.money import ZERO


class Slot(NamedTuple):
    """What makes a line: amounts that share all of it are summed.

    ``currency`` is that of the documents where it is not the box's, else empty: a line never mixes currencies.
    ``document`` is the key of the one document that the line belongs to; empty for a line that sums several.
    """

    side: Side
    account: str
    cost_centre: str
    item: str
    value_class: str
    entities: tuple[tuple[str, str], ...]
    history: str
    currency: str
    document: str


# Compared by identity, since every share of every document is added to its own.
@dataclass(frozen=True, slots=True, eq=False)
class Portion:
    """The part of a line that documents of one kind and form have by one component; ``slot`` is the line's number.

    The n-th of ``numbers``, ``amounts`` and ``foreign`` is of the n-th share: its document's number, its amount in the
    entry's currency, and in the document's own where that is another (else ``foreign`` is empty). Documents are added
    in the order of their numbers.
    """

    slot: int
    kind: Kind
    form: str
    component: str
    turned: bool
    numbers: list[int] = field(default_factory=list)
    amounts: list[Decimal] = field(default_factory=list)
    foreign: list[Decimal] = field(default_factory=list)

    def shares(self, documents: Documents, some: slice) -> Shares:
        """Some of its shares; ``documents`` are those that the numbers are of."""
        return Shares(
            self.kind, self.form, self.component, self.turned, documents,
            self.numbers[some], self.amounts[some], self.foreign[some],
        )  # fmt: skip


Booked = list[tuple[Portion, Decimal, Decimal | None]]
"""What one document books: portions of lines, its amount of each in the entry's currency, and in its own where that is
another."""


def add(number: int, booked: Booked) -> None:
    """Adds what the document of a number books."""
    for portion, amount, foreign in booked:
        portion.numbers.append(number)
        portion.amounts.append(amount)
        if foreign is not None:
            portion.foreign.append(foreign)


class Slots:
    """All slots of a derivation, each known by a number: cheaper to compare than what makes it."""

    def __init__(self) -> None:
        self._numbers: dict[Slot, int] = {}
        self._slots: list[Slot] = []
        self._portions: dict[tuple[int, Kind, str, str, bool], Portion] = {}

    def number(self, slot: Slot) -> int:
        """The slot's number; a new one for a new slot."""
        number = self._numbers.setdefault(slot, len(self._slots))
        if number == len(self._slots):
            self._slots.append(slot)
        return number

    def __getitem__(self, number: int) -> Slot:
        return self._slots[number]

    def portion(self, slot: Slot, kind: Kind, form: str, component: str) -> Portion:
        """The portion of a slot's line that all documents of a kind and form have."""
        return self._portion(self.number(slot), kind, form, component, False)

    def other_side(self, portion: Portion) -> Portion:
        """The same for amounts below zero: on the other side of the entry."""
        slot = self._slots[portion.slot]
        other = self.number(slot._replace(side=Side.CREDIT if slot.side is Side.DEBIT else Side.DEBIT))
        return self._portion(other, portion.kind, portion.form, portion.component, True)

    def portions(self) -> Iterable[Portion]:
        """All portions, those without a share too."""
        return self._portions.values()

    def _portion(self, *alike: *tuple[int, Kind, str, str, bool]) -> Portion:
        portion = self._portions.get(alike)
        if portion is None:
            portion = self._portions[alike] = Portion(*alike)
        return portion


Packed = list[tuple[int, Shares]]
"""What makes one entry: shares, each with the number of the slot whose line they belong to."""


class _Rest(NamedTuple):
    """What of a portion is not in an entry yet: from its share ``first`` on, which is the document's of ``number``."""

    number: int
    order: int
    first: int
    portion: Portion


def pack(portions: Iterable[Portion], documents: Documents, max_lines: int) -> Iterator[Packed]:
    """The shares of each entry's lines: documents go into it in the order of their numbers until the next one's lines
    no longer fit. ``documents`` are those that the numbers are of.

    Raises ValueError if ``max_lines`` cannot hold a single document.
    """
    rest = [_Rest(one.numbers[0], order, 0, one) for order, one in enumerate(portions) if one.numbers]
    heapify(rest)
    while rest:
        some, end = _that_fit(rest, max_lines)
        packed: Packed = []
        for _, order, first, portion in some:
            numbers = portion.numbers
            last = len(numbers) if end is None else bisect_left(numbers, end, first)
            if first < last:
                packed.append((portion.slot, portion.shares(documents, slice(first, last))))
            if last < len(numbers):
                heappush(rest, _Rest(numbers[last], order, last, portion))
        if not packed and end is not None:
            own = {portion.slot for number, _, _, portion in rest if number == end}
            raise ValueError(f"{documents.all_keys[end]} needs {len(own)} lines; an entry may have {max_lines}")
        yield packed


def _that_fit(rest: list[_Rest], max_lines: int) -> tuple[list[_Rest], int | None]:
    """Takes what has a share in the next entry, by first documents, off a heap; and the number of the document that no
    longer fits (None: all do), of which some may be among these."""
    some: list[_Rest] = []
    lines: set[int] = set()
    while rest:
        number, _, _, portion = rest[0]
        if portion.slot not in lines and len(lines) == max_lines:
            return some, number
        lines.add(portion.slot)
        some.append(heappop(rest))
    return some, None


def entry(box: CashBox, day: date, part: int, packed: Packed, slots: Slots) -> JournalEntry:
    """An entry whose lines are in order: debits first, then by account, dimensions and history."""
    by_slot: dict[int, list[Shares]] = defaultdict(list)
    for slot, shares in packed:
        by_slot[slot].append(shares)
    made = ((slots[number], shares) for number, shares in by_slot.items())
    ordered = sorted(made, key=lambda one: (one[0].side is Side.CREDIT, *one[0][1:]))
    return JournalEntry(
        box=box.id,
        business_date=day,
        part=part,
        currency=box.currency,
        lines=tuple(_line(slot, shares) for slot, shares in ordered),
    )


def _line(slot: Slot, alike: Sequence[Shares]) -> Line:
    foreign = chain.from_iterable(shares.foreign for shares in alike)
    return Line(
        side=slot.side,
        account=slot.account,
        amount=sum(chain.from_iterable(shares.amounts for shares in alike), ZERO),
        history=slot.history,
        cost_centre=slot.cost_centre,
        item=slot.item,
        value_class=slot.value_class,
        entities=slot.entities,
        sources=Sources(alike),
        foreign=Foreign(slot.currency, sum(foreign, ZERO)) if slot.currency else None,
    )
