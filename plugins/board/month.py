"""A month of boxes: where every day stands, and what it booked. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from board.boxes import Due
from board.states import NOT_DUE, standing
from bookkeeping.cash_box import CashBox
from bookkeeping.money import ZERO
from store.board import BoxDays


@dataclass(frozen=True, slots=True)
class BoxMonth:
    """A box's month: a letter and a booked amount for each of its days, in order."""

    box: CashBox
    letters: str
    booked: list[Decimal]
    total: Decimal


@dataclass(frozen=True, slots=True)
class CompanyMonth:
    """A company's boxes of one currency, with their totals by day and in all."""

    company: str
    currency: str
    boxes: list[BoxMonth]
    by_day: list[Decimal]
    total: Decimal


def box_months(
    boxes: Iterable[tuple[CashBox, Due]],
    days: list[date],
    books: Iterable[BoxDays],
    runs: Mapping[tuple[str, date], str],
) -> list[BoxMonth]:
    """The boxes' months. ``books`` and ``runs`` may leave out any day; ``days`` follow each other."""
    known = {found.box: found for found in books}
    live: dict[str, dict[date, str]] = defaultdict(dict)
    for (box_id, day), letter in runs.items():
        live[box_id][day] = letter
    return [_box_month(box, due, days, known.get(box.id), live[box.id]) for box, due in boxes]


def _box_month(box: CashBox, due: Due, days: list[date], books: BoxDays | None, runs: Mapping[date, str]) -> BoxMonth:
    said: dict[date, str] = dict(zip(books.days, books.states, strict=True)) if books else {}
    amounts = dict(zip(books.days, books.booked, strict=True)) if books else {}
    letters = "".join(
        standing(said.get(day), runs.get(day))
        if day in said or day in runs or due.first <= day <= due.last
        else NOT_DUE
        for day in days
    )
    return BoxMonth(box, letters, [amounts.get(day, ZERO) for day in days], sum(amounts.values(), ZERO))


def by_company(months: Iterable[BoxMonth]) -> list[CompanyMonth]:
    """The boxes under their companies, in their order; a company with two currencies stands there twice."""
    groups: dict[tuple[str, str], list[BoxMonth]] = defaultdict(list)
    for month in months:
        groups[month.box.company, month.box.currency].append(month)
    return [
        CompanyMonth(company, currency, group, by_day := totals(group), sum(by_day, ZERO))
        for (company, currency), group in groups.items()
    ]


def totals(months: list[BoxMonth]) -> list[Decimal]:
    """What boxes of one currency booked together, day by day."""
    return [sum(amounts, ZERO) for amounts in zip(*(month.booked for month in months), strict=True)]


def counts(months: Iterable[BoxMonth]) -> Counter[str]:
    """How many days stand where, by letter."""
    found: Counter[str] = Counter()
    for month in months:
        found.update(month.letters)
    found.pop(NOT_DUE, None)
    return found
