"""Trends: money by form and by source, days to close, corrections, discrepancies, day by day."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from markupsafe import Markup
from pydantic import BeforeValidator

from cierre.board.access import ViewerDep
from cierre.board.address import BusinessDay
from cierre.board.boxes import NEVER, Calendar, company_names, form_names
from cierre.board.charts import columns, spikes
from cierre.board.connection import Ledger
from cierre.board.month import BoxMonth, box_months, successive
from cierre.board.pages import Page, PageDep
from cierre.board.states import DONE
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.identity import RetiredBox
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import board
from cierre.ledger.board_rows import DayClosing, DayMoney

router = APIRouter()

SPANS = (31, 92, 366)


@dataclass(frozen=True, slots=True)
class Series:
    """One line of the page: its name, its chart, what it comes to, and the days that stand out."""

    name: str
    chart: Markup
    total: str
    average: str
    standing_out: list[tuple[date, str]]


@router.get("/trends")
def trends_page(
    viewer: ViewerDep,
    page: PageDep,
    ledger: Ledger,
    company: str = "",
    box: str = "",
    span: int = Query(92),
    until: Annotated[BusinessDay | None, BeforeValidator(lambda text: text or None)] = None,
    currency: str = "",
) -> Response:
    """The last days of a box, a company or all of them, in one currency at a time: that of most of their days, or the
    one that is asked for. Up to a day, where one is given."""
    span = span if span in SPANS else 92
    calendar = Calendar(datetime.now(UTC))
    newest = max((calendar.due(found).last for found in viewer.boxes.values()), default=datetime.now(UTC).date())
    last = min(until or newest, newest)
    days = successive(last, span)
    months = board.months(ledger, days[0], days[-1])
    known: list[CashBox | RetiredBox] = [*viewer.boxes.values()]
    known += viewer.retired(ledger, (row.box for row in months)).values()
    boxes = [found for found in known if company in ("", found.company) and box in ("", found.id)]
    asked = (ledger, [found.id for found in boxes], days[0], days[-1])
    currencies = board.currencies(*asked) or Counter(found.currency for found in boxes)
    currency = currency if currency in currencies else max(currencies, key=currencies.__getitem__, default="")
    sources = {found.id: found.source for found in boxes}
    closing = board.closing(*asked)
    due = ((found, NEVER if isinstance(found, RetiredBox) else calendar.due(found)) for found in boxes)
    make = _Maker(page, days, currency, _closed(box_months(due, days, months, {}), len(days)))
    return page.render(
        "trends.html",
        days=days,
        currency=currency,
        others=sorted(set(currencies) - {currency}),
        companies={
            found.company: company_names().get(found.company, found.company) for found in known if found.company
        },
        boxes=[found for found in known if company in ("", found.company)],
        wanted={"company": company, "box": box, "span": span, "until": last},
        spans=SPANS,
        by_form=make.money(board.money_by_form(*asked, currency), _forms_of(boxes, page)),
        by_source=make.money(board.money_by_source(ledger, sources, days[0], days[-1], currency), {}),
        closing=[
            make.series(page.language("Days to close"), _column(closing, "days_to_close"), make.days, adds_up=False),
            make.series(
                page.language("Corrections"), _column(closing, "corrections"), make.times, of_the_mean=make.days
            ),
            make.series(
                page.language("Discrepancies"), _column(closing, "discrepancies"), make.times, of_the_mean=make.days
            ),
        ],
    )


class _Maker:
    """Makes series of a page's days. ``closed``: which boxes each day is closed of."""

    def __init__(self, page: Page, days: list[date], currency: str, closed: list[frozenset[str]]) -> None:
        self._page, self._days, self._currency, self._closed = page, days, currency, closed
        self._most = max(Counter(closed).items(), key=lambda one: one[1])[0] if closed else frozenset()

    def amount(self, value: Decimal) -> str:
        return self._page.language.money(value, self._currency)

    def days(self, value: Decimal) -> str:
        return f"{value:.2f}".translate(self._page.language.separators)

    def times(self, value: Decimal) -> str:
        return self._page.language.count(int(value))

    def money(self, rows: Iterable[DayMoney], names: Mapping[str, str]) -> list[Series]:
        """A series for each form or source, the largest first."""
        found: dict[str, dict[date, Decimal]] = defaultdict(dict)
        for row in rows:
            found[row.series][row.business_date] = row.amount
        largest = sorted(found, key=lambda series: -abs(sum(found[series].values(), ZERO)))
        without = self._page.language("without a form")
        return [
            self.series(names.get(name, name or without), found[name], self.amount, is_of_boxes=True)
            for name in largest
        ]

    def series(
        self,
        name: str,
        by_day: Mapping[date, Decimal],
        said: Callable[[Decimal], str],
        *,
        of_the_mean: Callable[[Decimal], str] | None = None,
        adds_up: bool = True,
        is_of_boxes: bool = False,
    ) -> Series:
        """One series; ``said`` writes a value, ``of_the_mean`` their average, where that is written otherwise; values
        that do not ``adds_up`` have no total, and ``is_of_boxes`` are compared between days of the same boxes."""
        values = [by_day.get(day) for day in self._days]
        known = [value for value in values if value is not None]
        total = sum(known, Decimal(0))
        # What is not closed yet, or was of other boxes, is neither usual nor unusual.
        alike = self._closed if is_of_boxes else None
        partial = [one != self._most for one in alike] if alike else None
        out = spikes(values, alike)
        hints = [self._hint(place, said(value), partial) if value is not None else ""
                 for place, value in enumerate(values)]  # fmt: skip
        standing_out = [
            (day, said(value))
            for day, value, stands_out in zip(self._days, values, out, strict=True)
            if stands_out and value is not None
        ]
        average = (of_the_mean or said)(total / len(known)) if known else ""
        chart = columns(values, hints, name, out=out, partial=partial)
        return Series(name, chart, said(total) if adds_up else "", average, standing_out[-3:])

    def _hint(self, place: int, said: str, partial: list[bool] | None) -> str:
        day = self._page.language.day(self._days[place], "medium")
        if not partial or not partial[place]:
            return f"{day} · {said}"
        boxes = self._page.language(Sentence("closed boxes: {n}", n=len(self._closed[place])))
        return f"{day} · {said} · {boxes}"


def _closed(months: Iterable[BoxMonth], days: int) -> list[frozenset[str]]:
    """Which boxes each of the months' days is closed of."""
    closed: list[set[str]] = [set() for _ in range(days)]
    for month in months:
        for boxes, letter in zip(closed, month.letters, strict=True):
            if letter in DONE:
                boxes.add(month.box.id)
    return [frozenset(boxes) for boxes in closed]


def _column(rows: Iterable[DayClosing], name: str) -> dict[date, Decimal]:
    return {row.business_date: Decimal(value) for row in rows if (value := getattr(row, name)) is not None}


def _forms_of(boxes: Iterable[CashBox | RetiredBox], page: Page) -> dict[str, str]:
    names: dict[str, str] = {}
    for box in {box.mapping: box for box in boxes}.values():
        names = form_names(box) | names
    return names
