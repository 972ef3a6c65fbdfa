"""From a day's money to the total of its journal: two amounts that differ wherever a document also moves something that
is no money, such as a discount or a credit that was used. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from cierre.bookkeeping.documents import Total
from cierre.bookkeeping.money import ZERO
from cierre.ledger.board_rows import DebitPart

NET = "net"
"""The part of a document that is its money."""


@dataclass(frozen=True, slots=True)
class PartOfTotal:
    """What a part of the documents of a kind is of the day's ``money`` and of the journal's ``debits``; ``kind`` and
    ``component`` are empty for what rounds or stands for no document."""

    kind: str
    component: str
    money: Decimal
    debits: Decimal


def explained(booked: Iterable[Total], debits: Iterable[DebitPart]) -> list[PartOfTotal]:
    """The parts, by kind, a kind's money first. Their ``money`` comes to what is ``booked`` (the day's documents in the
    journal by kind and form, net), their ``debits`` to the journal's total."""
    money: dict[str, Decimal] = defaultdict(Decimal)
    for total in booked:
        money[str(total.kind)] += total.net
    by_place = {(part.kind, part.component): part.amount for part in debits}
    places = by_place.keys() | {(kind, NET) for kind, net in money.items() if net}
    return [
        PartOfTotal(kind, component, money[kind] if component == NET else ZERO, by_place.get((kind, component), ZERO))
        for kind, component in sorted(places, key=lambda place: (not place[0], place[0], place[1] != NET, place[1]))
    ]
