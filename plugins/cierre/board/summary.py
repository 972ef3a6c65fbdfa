"""What a person sees first: whether yesterday is closed everywhere, and what else has come since. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cierre.board.boxes import Due
from cierre.board.memo import kept
from cierre.board.month import BoxMonth
from cierre.board.states import DONE, NOT_DUE, STATES
from cierre.bookkeeping.money import ZERO


@dataclass(frozen=True, slots=True)
class DaySummary:
    """A day of all boxes: of how many it is over (``due``), how many of those are ``closed``, how many stand where by
    letter, and what was ``booked`` by currency."""

    day: date
    due: int
    closed: int
    standing: Counter[str]
    booked: dict[str, Decimal]

    @property
    def is_closed(self) -> bool:
        """Whether every box that it is over for has closed it."""
        return self.closed == self.due


@kept(8)
def since_yesterday(months: Sequence[BoxMonth], days: Sequence[date], due: Mapping[str, Due]) -> list[DaySummary]:
    """The last day that is over for every box, and those after it that are over for some: their own time zones end a
    day at other hours. ``days`` are those of the ``months``; empty without boxes."""
    yesterday = min((one.last for one in due.values()), default=date.max)
    return [_summary(months, place, day) for place, day in enumerate(days) if day >= yesterday]


def _summary(months: Sequence[BoxMonth], place: int, day: date) -> DaySummary:
    letters = "".join(month.letters[place] for month in months)
    booked: dict[str, Decimal] = {}
    for month in months:
        booked[month.currency] = booked.get(month.currency, ZERO) + month.booked.by_day[place]
    return DaySummary(
        day=day,
        due=len(letters) - letters.count(NOT_DUE),
        closed=sum(letter in DONE for letter in letters),
        standing=Counter({letter: letters.count(letter) for letter in STATES if letter in letters}),
        booked={currency: amount for currency, amount in sorted(booked.items()) if amount},
    )
