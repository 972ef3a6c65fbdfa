"""Trends: money by form, by box and by source, beside earlier days; days to close, corrections, discrepancies."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BeforeValidator

from cierre.board.access import ViewerDep
from cierre.board.address import BusinessDay
from cierre.board.boxes import NEVER, Calendar, Due, company_names, form_names
from cierre.board.comparison import Against
from cierre.board.connection import Ledger
from cierre.board.month import BoxMonth, box_months, successive
from cierre.board.pages import Page, PageDep
from cierre.board.states import DONE
from cierre.board.trend_series import Maker, Series
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.identity import RetiredBox
from cierre.ledger import board
from cierre.ledger.board_rows import DayClosing

router = APIRouter()

SPANS = (31, 92, 366)

MOST_BOXES = 20
"""So many boxes have a chart of their own, those that booked most; a company or a box can be chosen for others."""


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
    against: Against = Against.WEEK,
) -> Response:
    """The last days of a box, a company or all of them, in one currency at a time: that of most of their days, or the
    one that is asked for. Up to a day, where one is given; each day beside an earlier one."""
    span = span if span in SPANS else 92
    calendar = Calendar(datetime.now(UTC))
    newest = max((calendar.due(found).last for found in viewer.boxes.values()), default=datetime.now(UTC).date())
    last = min(until or newest, newest)
    days = successive(last, span)
    reach = successive(last, (last - min(filter(None, map(against.earlier, days)))).days + 1)
    months = board.months(ledger, reach[0], last)
    known: list[CashBox | RetiredBox] = [*viewer.boxes.values()]
    known += viewer.retired(ledger, (row.box for row in months)).values()
    boxes = [found for found in known if company in ("", found.company) and box in ("", found.id)]
    ids = [found.id for found in boxes]
    currencies = board.currencies(ledger, ids, days[0], last) or Counter(found.currency for found in boxes)
    currency = currency if currency in currencies else max(currencies, key=currencies.__getitem__, default="")
    due: list[tuple[CashBox | RetiredBox, Due]] = [
        (found, NEVER if isinstance(found, RetiredBox) else calendar.due(found)) for found in boxes
    ]
    stood = box_months(due, reach, months, {})
    make = Maker(page.language, days, currency, _closed(stood, reach), against)
    sources = {found.id: found.source for found in boxes}
    forms = _forms_of(boxes, page)
    return page.render(
        "trends.html",
        days=days,
        currency=currency,
        others=sorted(set(currencies) - {currency}),
        companies={
            found.company: company_names().get(found.company, found.company) for found in known if found.company
        },
        boxes=[found for found in known if company in ("", found.company)],
        wanted={"company": company, "box": box, "span": span, "until": last, "against": against},
        spans=SPANS,
        against=Against,
        by_form=make.money(board.money_by_form(ledger, ids, reach[0], last, currency), forms),
        by_box=make.by_box(_booked(stood, reach, currency), {found.id: found.name for found in boxes}, MOST_BOXES),
        left_out=max(0, len(boxes) - MOST_BOXES),
        by_source=make.money(board.money_by_source(ledger, sources, reach[0], last, currency), {}),
        closing=_closing(make, board.closing(ledger, ids, days[0], last)),
        reasons=board.correction_reasons(ledger, ids, days[0], last),
    )


def _closing(make: Maker, rows: list[DayClosing]) -> list[Series]:
    _ = make.language
    return [
        make.series(_("Days to close"), _column(rows, "days_to_close"), make.decimal, adds_up=False),
        make.series(_("Corrections"), _column(rows, "corrections"), make.times, of_the_mean=make.decimal),
        make.series(_("Discrepancies"), _column(rows, "discrepancies"), make.times, of_the_mean=make.decimal),
    ]


def _closed(months: Iterable[BoxMonth], days: list[date]) -> dict[date, frozenset[str]]:
    """Which boxes each of the months' days is closed of."""
    closed: dict[date, set[str]] = {day: set() for day in days}
    for month in months:
        for day, letter in zip(days, month.letters, strict=True):
            if letter in DONE:
                closed[day].add(month.box.id)
    return {day: frozenset(boxes) for day, boxes in closed.items()}


def _booked(months: Iterable[BoxMonth], days: list[date], currency: str) -> dict[str, dict[date, Decimal]]:
    """What each box booked in a currency, by day; of boxes that booked anything."""
    booked: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for month in months:
        if month.currency == currency:
            booked[month.box.id] |= {
                day: amount for day, amount in zip(days, month.booked.by_day, strict=True) if amount
            }
    return {box: by_day for box, by_day in booked.items() if by_day}


def _column(rows: Iterable[DayClosing], name: str) -> dict[date, Decimal]:
    return {row.business_date: Decimal(value) for row in rows if (value := getattr(row, name)) is not None}


def _forms_of(boxes: Iterable[CashBox | RetiredBox], page: Page) -> dict[str, str]:
    names: dict[str, str] = {}
    for box in {box.mapping: box for box in boxes}.values():
        names = form_names(box) | names
    return names
