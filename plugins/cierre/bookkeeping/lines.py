"""From what documents book to entries: amounts that make one line, lines that fit one entry."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.documents import Document, Kind
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
    """The part of a line that documents of one kind and form have by one component; ``slot`` is the line's number."""

    slot: int
    kind: Kind
    form: str
    component: str
    turned: bool

    def shares(self) -> Shares:
        """Where its shares are added; there are none yet."""
        return Shares(self.kind, self.form, self.component, self.turned, [], [], [])


Booked = list[tuple[Portion, Decimal, Decimal | None]]
"""What one document books: portions of lines, its amount of each in the entry's currency, and in its own where that is
another."""


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

    def portion(self, slot: Slot, document: Document, component: str) -> Portion:
        """The portion of a slot's line that all documents of this one's kind and form have."""
        return self._portion(self.number(slot), document.kind, document.form, component, False)

    def other_side(self, portion: Portion) -> Portion:
        """The same for amounts below zero: on the other side of the entry."""
        slot = self._slots[portion.slot]
        other = self.number(slot._replace(side=Side.CREDIT if slot.side is Side.DEBIT else Side.DEBIT))
        return self._portion(other, portion.kind, portion.form, portion.component, True)

    def _portion(self, *alike: *tuple[int, Kind, str, str, bool]) -> Portion:
        portion = self._portions.get(alike)
        if portion is None:
            portion = self._portions[alike] = Portion(*alike)
        return portion


def pack(booked: Iterable[tuple[str, Booked]], max_lines: int) -> Iterator[dict[Portion, Shares]]:
    """The shares of each entry's lines: documents, each with its key, are added in order until the next one's lines no
    longer fit.

    Raises ValueError if ``max_lines`` cannot hold a single document.
    """
    portions: dict[Portion, Shares] = {}
    lines: set[int] = set()
    for key, document in booked:
        if len(lines) + len(document) > max_lines:
            own = {portion.slot for portion, _, _ in document}
            if len(own) > max_lines:
                raise ValueError(f"{key} needs {len(own)} lines; an entry may have {max_lines}")
            if len(lines) + len(own - lines) > max_lines:
                yield portions
                portions, lines = {}, set()
        for portion, amount, foreign in document:
            shares = portions.get(portion)
            if shares is None:
                shares = portions[portion] = portion.shares()
                lines.add(portion.slot)
            shares.keys.append(key)
            shares.amounts.append(amount)
            if foreign is not None:
                shares.foreign.append(foreign)
    if portions:
        yield portions


def entry(box: CashBox, day: date, part: int, portions: Mapping[Portion, Shares], slots: Slots) -> JournalEntry:
    """An entry whose lines are in order: debits first, then by account, dimensions and history."""
    by_slot: dict[int, list[Shares]] = defaultdict(list)
    for portion, shares in portions.items():
        by_slot[portion.slot].append(shares)
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
