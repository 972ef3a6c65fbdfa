"""Many days at once: those that nobody closed, chosen, confirmed, and closed by runs of their own.

The browser asks Airflow for each run, by the person's own session, a few at a time; the board only tells how the days
stand.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import psycopg
from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session

from cierre.board import runs
from cierre.board.access import Viewer, ViewerDep
from cierre.board.address import BusinessDay
from cierre.board.boxes import Calendar, company_names
from cierre.board.connection import Ledger
from cierre.board.gaps import Gap, gaps
from cierre.board.many_days import MOST, bounded, open_boxes, shortened
from cierre.board.month import BoxMonth, box_months, successive
from cierre.board.pages import PageDep
from cierre.bookkeeping.cash_box import CashBox
from cierre.ledger import board

router = APIRouter(prefix="/closing")

Asked = Annotated[str, Query(max_length=100)]


@router.get("")
def closing_page(
    viewer: ViewerDep,
    page: PageDep,
    session: SessionDep,
    ledger: Ledger,
    company: Asked = "",
    box: Asked = "",
    gap: Asked = "",
    first: BusinessDay | None = None,
    last: BusinessDay | None = None,
) -> Response:
    """The open days of a company, a box, a range, or of all that wait for one gap in a mapping."""
    boxes = _boxes(viewer, company, box)
    found = next((one for one in _gaps(ledger, boxes) if one.key == gap), None) if gap else None
    only = frozenset(found.places if found else []) if gap else None
    if found:
        first, last = found.places[0][1], found.places[-1][1]
    days, months = _months(session, ledger, boxes, first, last)
    failed = runs.failed(session, [one.id for one in boxes], days[0], days[-1])
    listed, is_shortened = shortened(open_boxes(months, days, failed, only))
    known = [one.box.id for one in listed]
    may_run, may_clear = viewer.may_run(known), viewer.may_clear(known)
    return page.render(
        "closing.html",
        open=listed,
        runnable=[one for one in listed if one.box.id in may_run],
        may_clear=may_clear,
        paused=runs.paused(session, known),
        gap=found,
        is_shortened=is_shortened,
        most=MOST,
        wanted={"company": company, "box": box, "first": days[0], "last": days[-1], "gap": gap},
        companies={one.company: company_names().get(one.company, one.company) for one in viewer.boxes.values()},
        choice=[one for one in viewer.boxes.values() if company in ("", one.company)],
    )


@router.get("/states")
def states(
    viewer: ViewerDep,
    session: SessionDep,
    ledger: Ledger,
    first: BusinessDay,
    last: BusinessDay,
    company: Asked = "",
    box: Asked = "",
) -> Response:
    """How the days of a range stand now: its first day, and a letter for each day by box."""
    days, months = _months(session, ledger, _boxes(viewer, company, box), first, last)
    return JSONResponse({"first": str(days[0]), "letters": _letters(months)})


def _letters(months: Sequence[BoxMonth]) -> dict[str, str]:
    """By box; of one that booked in several currencies, each day's own."""
    found: dict[str, str] = {}
    for month in months:
        known = found.get(month.box.id, " " * len(month.letters))
        pairs = zip(known, month.letters, strict=True)
        found[month.box.id] = "".join(own if before == " " else before for before, own in pairs)
    return found


def _boxes(viewer: Viewer, company: str, box: str) -> list[CashBox]:
    return [one for one in viewer.boxes.values() if company in ("", one.company) and box in ("", one.id)]


def _gaps(ledger: psycopg.Connection, boxes: Sequence[CashBox]) -> list[Gap]:
    return gaps(board.problems(ledger, [one.id for one in boxes], date.min, date.max))


def _months(
    session: Session, ledger: psycopg.Connection, boxes: Sequence[CashBox], first: date | None, last: date | None
) -> tuple[Sequence[date], list[BoxMonth]]:
    calendar = Calendar(datetime.now(UTC))
    due = {one.id: calendar.due(one) for one in boxes}
    newest = max((one.last for one in due.values()), default=datetime.now(UTC).date())
    first, last = bounded(first, last, newest)
    days = successive(last, (last - first) // timedelta(days=1) + 1)
    return days, box_months(
        ((one, due[one.id]) for one in boxes),
        days,
        board.months(ledger, first, last),
        runs.unfinished(session, due, first, last).letters,
    )
