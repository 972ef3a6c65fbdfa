"""Boxes over successive days, mostly a month: where every day stands, and what it booked. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from cierre.board.boxes import Due
from cierre.board.states import BOOKS, NOT_DUE, STATES, standing
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.identity import RetiredBox
from cierre.bookkeeping.money import ZERO

LOOK_BACK = 35
"""For how many days back days that nobody closed are listed."""

UNKNOWN = "."
"""What the books say of a day that they do not know."""

_DUE = str.maketrans({day: standing(None if day == UNKNOWN else day, None) for day in (*BOOKS.values(), UNKNOWN)})
_NOT_DUE = str.maketrans({"o": standing("o", None), UNKNOWN: NOT_DUE})


@dataclass(frozen=True, eq=False)
class Amounts:
    """What successive days booked. The same text of the ledger makes the same object, so that it serves as a key."""

    by_day: tuple[Decimal, ...]

    @cached_property
    def total(self) -> Decimal:
        """What they booked together."""
        return sum(self.by_day, ZERO)


class BoxMonth(NamedTuple):
    """A box's days, in order: a letter of cierre.board.states for each, and what it booked, all in one currency."""

    box: CashBox | RetiredBox
    letters: str
    booked: Amounts
    currency: str


@dataclass(frozen=True, slots=True)
class CompanyMonth:
    """A company's boxes of one currency, with their totals by day and in all."""

    company: str
    currency: str
    boxes: list[BoxMonth]
    by_day: list[Decimal]

    @property
    def total(self) -> Decimal:
        """What they booked together."""
        return sum(self.by_day, ZERO)


def box_months(
    boxes: Iterable[tuple[CashBox | RetiredBox, Due]],
    days: Sequence[date],
    books: Iterable[Any],
    runs: Mapping[tuple[str, date], str],
) -> list[BoxMonth]:
    """The boxes' days. ``books`` are rows of cierre.ledger.board.months, of these boxes and others; ``runs`` the
    letters of live and failed runs; either may leave out any day, and have others. ``days`` follow each other.

    A box whose days were booked in several currencies is there once for each, with the days of that one; those without
    any are with the box's own.
    """
    known: dict[str, dict[date, Any]] = defaultdict(dict)
    for row in books:
        known[row.box][row.month] = row
    live: dict[str, dict[date, str]] = defaultdict(dict)
    for (box_id, day), letter in runs.items():
        if days[0] <= day <= days[-1]:
            live[box_id][day] = letter
    parts = _months_of(days)
    return [
        month
        for box, due in boxes
        for month in _by_currency(
            _box_month(box, due, days, parts, known.get(box.id, {}), live.get(box.id)), parts, known.get(box.id, {})
        )
    ]


def _by_currency(
    month: BoxMonth, parts: list[tuple[date, tuple[int, int]]], known: Mapping[date, Any]
) -> Sequence[BoxMonth]:
    said = {row.currency for row in known.values()} - {"", month.currency}
    if not said:
        return (month,)
    by_day = [
        currency or month.currency
        for first_of_month, (first, last) in parts
        for currency in _currencies(known[first_of_month].currency if first_of_month in known else "")[first:last]
    ]
    return [
        BoxMonth(
            month.box,
            "".join(letter if own == currency else NOT_DUE for letter, own in zip(month.letters, by_day, strict=True)),
            Amounts(
                tuple(
                    amount if own == currency else ZERO for amount, own in zip(month.booked.by_day, by_day, strict=True)
                )
            ),
            currency,
        )
        for currency in sorted(set(by_day), key=lambda one: (one != month.currency, one))
    ]


@lru_cache(maxsize=1_000)
def _currencies(text: str) -> list[str]:
    """The currency of each of 31 days, by what the ledger says of a month: one, an array by day, or nothing."""
    if not text.startswith("{"):
        return [text] * 31
    return ["" if code == "NULL" else code for code in text.strip("{}").split(",")]


def _months_of(days: Sequence[date]) -> list[tuple[date, tuple[int, int]]]:
    """The months that the days lie in, each with its part of 31 days."""
    months: dict[date, list[int]] = defaultdict(list)
    for day in days:
        months[day.replace(day=1)].append(day.day)
    return [(month, (numbers[0] - 1, numbers[-1])) for month, numbers in months.items()]


def _box_month(
    box: CashBox | RetiredBox,
    due: Due,
    days: Sequence[date],
    parts: list[tuple[date, tuple[int, int]]],
    known: Mapping[date, Any],
    runs: Mapping[date, str] | None,
) -> BoxMonth:
    pieces = [
        (row.states, row.booked, part) if (row := known.get(month)) else (UNKNOWN * 31, _NOTHING, part)
        for month, part in parts
    ]
    said, letters, booked = _pieced_together(tuple(pieces), *_span(due, days[0], len(days)))
    for day, run in runs.items() if runs else ():
        place = (day - days[0]).days
        books = None if said[place] == UNKNOWN else said[place]
        letters = letters[:place] + standing(books, run) + letters[place + 1 :]
    return BoxMonth(box, letters, booked, box.currency)


@lru_cache(maxsize=1_000)
def _span(due: Due, first: date, number: int) -> tuple[int, int]:
    """Which of so many days from the first one are due: the place of the first of them, and that after the last."""
    begin = min(max((due.first - first).days, 0), number)
    return begin, max(min((due.last - first).days + 1, number), begin)


_NOTHING = "{" + ",".join(["0"] * 31) + "}"


@lru_cache(maxsize=4_000)
def _pieced_together(
    pieces: tuple[tuple[str, str, tuple[int, int]], ...], begin: int, end: int
) -> tuple[str, str, Amounts]:
    """What the books say of the days, the letters of cierre.board.states for it, and the amounts.

    ``pieces`` are months: states, amounts as Postgres writes an array, which of their days. ``begin`` to ``end`` are
    those that are due.
    """
    said = "".join(states[first:last] for states, _, (first, last) in pieces)
    amounts = [text for _, array, (first, last) in pieces for text in array.strip("{}").split(",")[first:last]]
    letters = said[:begin].translate(_NOT_DUE) + said[begin:end].translate(_DUE) + said[end:].translate(_NOT_DUE)
    return said, letters, Amounts(tuple(map(Decimal, amounts)))


def by_company(months: Iterable[BoxMonth]) -> list[CompanyMonth]:
    """The boxes under their companies, in their order; a company with two currencies stands there twice."""
    groups: dict[tuple[str, str], list[BoxMonth]] = defaultdict(list)
    for month in months:
        groups[month.box.company, month.currency].append(month)
    return [CompanyMonth(company, currency, group, totals(group)) for (company, currency), group in groups.items()]


def totals(months: Sequence[BoxMonth]) -> list[Decimal]:
    """What boxes of one currency booked together, day by day."""
    return list(_summed(tuple(month.booked for month in months)))


@lru_cache(maxsize=200)
def _summed(booked: tuple[Amounts, ...]) -> tuple[Decimal, ...]:
    return tuple(sum(amounts, ZERO) for amounts in zip(*(one.by_day for one in booked), strict=True))


def counts(months: Iterable[BoxMonth]) -> Counter[str]:
    """How many days stand where, by letter."""
    letters = "".join(month.letters for month in months)
    return Counter({letter: letters.count(letter) for letter in STATES if letter in letters})


def successive(last: date, number: int) -> list[date]:
    """So many days up to the last one."""
    return [last - timedelta(days=ago) for ago in reversed(range(number))]
