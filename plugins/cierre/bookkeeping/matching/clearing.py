"""A clearing account rolled forward: opening, what was booked, what arrived, closing; and how old is what is open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

AGES = (1, 3, 7, 30)
"""The last day of each age, in calendar days; what is older is of the last age."""


@dataclass(frozen=True, slots=True)
class ClearingItem:
    """An amount on its way, in its currency's smallest unit: booked on a day, and arrived on another, if it did."""

    id: str
    booked: date
    units: int
    arrived: date | None = None

    def is_open(self, day: date) -> bool:
        """Whether it was on its way at the end of a day."""
        return self.booked <= day and (self.arrived is None or self.arrived > day)


@dataclass(frozen=True, slots=True)
class Roll:
    """A day or a month of a clearing account: ``opening + booked - arrived`` is ``closing``."""

    first: date
    last: date
    opening: int
    booked: int
    arrived: int

    @property
    def closing(self) -> int:
        """What is still on its way at the end of the last day."""
        return self.opening + self.booked - self.arrived


def roll_forward(items: Iterable[ClearingItem], firsts: Sequence[date]) -> list[Roll]:
    """The account in the periods that begin on ``firsts`` (sorted; each ends before the next, and the last of them is
    the end of the last). What was before the first is its opening.

    What arrived before it was booked (a statement may be a day ahead) is told on the day of the booking.
    """
    if not firsts:
        return []
    booked, arrived = [0] * len(firsts), [0] * len(firsts)
    before = 0
    for item in items:
        before += _add(booked, firsts, item.booked, item.units)
        if item.arrived is not None:
            before -= _add(arrived, firsts, max(item.arrived, item.booked), item.units)
    rolls, opening = [], before
    for place, (first, following) in enumerate(pairwise(firsts)):
        one = Roll(first, following - timedelta(days=1), opening, booked[place], arrived[place])
        rolls.append(one)
        opening = one.closing
    return rolls


def _add(sums: list[int], firsts: Sequence[date], day: date, units: int) -> int:
    """Adds to the period that a day is in; gives the amount back where that is before all of them."""
    if day < firsts[0]:
        return units
    low, high = 0, len(firsts)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if firsts[middle] <= day else (low, middle)
    sums[low] += units
    return 0


def months(first: date, last: date) -> list[date]:
    """The first days of the months from that of ``first`` to that of ``last``, and the end of the last one."""
    days, day = [], first.replace(day=1)
    while day <= last:
        days.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return [*days, day]


def days(first: date, last: date) -> list[date]:
    """The days from ``first`` to ``last``, and the one after."""
    return [first + timedelta(days=number) for number in range((last - first).days + 2)]


def aged(items: Iterable[ClearingItem], day: date) -> list[int]:
    """What was on its way at the end of a day, by age: a sum for each of ``AGES``, and one for what is older."""
    sums = [0] * (len(AGES) + 1)
    for item in items:
        if item.is_open(day):
            days = (day - item.booked).days
            sums[next((place for place, most in enumerate(AGES) if days <= most), len(AGES))] += item.units
    return sums
