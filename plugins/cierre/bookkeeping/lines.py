"""From what documents book to entries: amounts that make one line, lines that fit one entry."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.journal import Foreign, JournalEntry, Line, LineSource, Side
from cierre.bookkeeping.money import ZERO

Booked = list[tuple[int, LineSource]]
"""What one document books: shares of lines, each with its slot's number."""


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


class Slots:
    """All slots of a derivation, each known by a number: cheaper to compare than what makes it."""

    def __init__(self) -> None:
        self._numbers: dict[Slot, int] = {}
        self._slots: list[Slot] = []

    def number(self, slot: Slot) -> int:
        """The slot's number; a new one for a new slot."""
        number = self._numbers.setdefault(slot, len(self._slots))
        if number == len(self._slots):
            self._slots.append(slot)
        return number

    def __getitem__(self, number: int) -> Slot:
        return self._slots[number]

    def turned(self, number: int) -> int:
        """The number of the same slot on the other side of the entry."""
        slot = self._slots[number]
        return self.number(slot._replace(side=Side.CREDIT if slot.side is Side.DEBIT else Side.DEBIT))


def pack(booked: Iterable[Booked], max_lines: int) -> Iterator[dict[int, list[LineSource]]]:
    """The lines of each entry, by slot: documents are added in order until the next one's lines no longer fit.

    Raises ValueError if ``max_lines`` cannot hold a single document.
    """
    lines: dict[int, list[LineSource]] = defaultdict(list)
    for document in booked:
        if len(lines) + len(document) > max_lines:
            own = {slot for slot, _ in document}
            if len(own) > max_lines:
                raise ValueError(f"{document[0][1].document_key} needs {len(own)} lines; an entry may have {max_lines}")
            if len(lines.keys() | own) > max_lines:
                yield lines
                lines = defaultdict(list)
        for slot, source in document:
            lines[slot].append(source)
    if lines:
        yield lines


def entry(box: CashBox, day: date, part: int, lines: Mapping[int, Sequence[LineSource]], slots: Slots) -> JournalEntry:
    """An entry whose lines are in order: debits first, then by account, dimensions and history."""
    made = ((slots[number], sources) for number, sources in lines.items())
    ordered = sorted(made, key=lambda one: (one[0].side is Side.CREDIT, *one[0][1:]))
    return JournalEntry(
        box=box.id,
        business_date=day,
        part=part,
        currency=box.currency,
        lines=tuple(_line(slot, sources) for slot, sources in ordered),
    )


_amount, _foreign = attrgetter("amount"), attrgetter("foreign")


def _line(slot: Slot, sources: Sequence[LineSource]) -> Line:
    return Line(
        side=slot.side,
        account=slot.account,
        amount=sum(map(_amount, sources), ZERO),
        history=slot.history,
        cost_centre=slot.cost_centre,
        item=slot.item,
        value_class=slot.value_class,
        entities=slot.entities,
        sources=tuple(sources),
        foreign=Foreign(slot.currency, sum(map(_foreign, sources), ZERO)) if slot.currency else None,
    )
