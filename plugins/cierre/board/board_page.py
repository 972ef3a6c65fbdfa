"""The board: boxes by days, a month at a time."""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import psycopg
from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter, Query
from fastapi.responses import Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from cierre.accounting_files.companies import stale_after
from cierre.board import runs
from cierre.board.access import ViewerDep
from cierre.board.arrived import on_its_way, signs_of_month
from cierre.board.boxes import NEVER, Calendar, Due, company_names
from cierre.board.connection import Ledger
from cierre.board.evidence import counts as counts_by_grade, grades
from cierre.board.grid import Grid, Marks, is_weekend
from cierre.board.memo import kept
from cierre.board.month import CompanyMonth, box_months, by_company, counts
from cierre.board.pages import PageDep
from cierre.board.states import STATES
from cierre.board.summary import since_yesterday
from cierre.board.tie_out_page import visible, zone_of
from cierre.board.work import Standing, looked_back_on, work
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.evidence import Grade
from cierre.bookkeeping.identity import RetiredBox
from cierre.bookkeeping.matching.clearing import AGES
from cierre.bookkeeping.sentence import Sentence
from cierre.language.regional import Regional
from cierre.ledger import board, identity, looks, sign_offs, tie_outs

router = APIRouter()


@dataclass(frozen=True)
class Filter:
    """What the reader wants to see; empty is everything. ``state`` is a letter of cierre.board.states."""

    company: str = ""
    source: str = ""
    state: str = ""
    text: str = ""

    def takes(self, box: CashBox | RetiredBox) -> bool:
        """Whether a box is wanted, whatever its days are."""
        return (
            self.company in ("", box.company)
            and self.source in ("", box.source)
            and (not self.text or self.text.casefold() in f"{box.name} {box.id} {box.file}".casefold())
        )


@router.get("/")
def month_page(
    viewer: ViewerDep,
    page: PageDep,
    session: SessionDep,
    ledger: Ledger,
    month: str = Query("", pattern=r"^([12][0-9]{3}-(0[1-9]|1[0-2]))?$"),
    company: str = "",
    source: str = "",
    state: str = "",
    q: str = "",
) -> Response:
    """Every box that the person may see, a month of its days."""
    wanted = Filter(company, source, state if state in STATES else "", q.strip())
    of_company = [box for box in viewer.boxes.values() if company in ("", box.company)]
    of_all = Calendar(datetime.now(UTC)).due_of(of_company)
    boxes = [box for box in of_company if wanted.takes(box)]
    due = {box.id: of_all[box.id] for box in boxes}
    # Of all of them: where no box fits a search, today may be of a month of which nothing is over yet.
    newest = max((one.last for one in of_all.values()), default=datetime.now(UTC).date())
    days = _days(month or f"{newest:%Y-%m}")
    first, last = days[0], days[-1]
    back = looked_back_on(newest)
    with _standing(session, ledger, of_all, days, back) as standing:
        books, names = standing.books, company_names()
        retired = viewer.retired(ledger, (row.box for row in books if row.month == first))
        of_old = [box for box in retired.values() if wanted.takes(box)]
        sandbox = identity.posting_to_sandbox(ledger, [box.id for box in boxes] + [box.id for box in of_old])
        changed = looks.changed(ledger, [box.id for box in boxes], first, last)
        known = list(tie_outs.newest(ledger, first, last).values())
        signed = _signatures(ledger, first, boxes, page.language)
        signs, evidence = signs_of_month(ledger, boxes, days), board.months_evidence(ledger, first, last)
        waits = work(viewer, session, ledger, company, standing)
        paused, letters = runs.paused(session, [box.id for box in boxes]), standing.runs.letters
    marks = Marks(sandbox, paused, changed, signs, signed)
    look = _look(
        days, page.language, wanted.state, _in_order(boxes, of_old), due, books, letters, names, evidence,
        _stale([*boxes, *of_old]), marks, int(datetime.now(UTC).timestamp()) // 3600,
    )  # fmt: skip
    by_id: dict[str, CashBox | RetiredBox] = {**viewer.boxes, **retired}
    shown = by_id.values()
    return page.render_long(
        "board.html",
        look.rows,
        title=page.language.month(first),
        month=f"{first:%Y-%m}",
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{last + timedelta(days=1):%Y-%m}" if last < newest else "",
        latest=f"{newest:%Y-%m}",
        days=days,
        is_weekend=is_weekend,
        wanted=wanted,
        standing=look.standing,
        evidence=look.evidence,
        boxes=look.boxes,
        companies={box.company: names.get(box.company, box.company) for box in shown if box.company},
        sources=sorted({box.source for box in shown}),
        grand=look.grand,
        sandbox=len(sandbox),
        paused=len(paused),
        waits=waits,
        waiting=waits.number,
        on_its_way=on_its_way(ledger, viewer.wholly_seen(boxes), newest),
        ages=AGES,
        newest=since_yesterday(waits.months, waits.days, waits.due),
        tie_outs=[
            (one, zone_of(viewer, one))
            for one in visible(viewer, ledger, known)
            if any(wanted.takes(by_id[box]) for box in one.boxes if box in by_id)
        ],
    )


def _signatures(
    ledger: psycopg.Connection, month: date, boxes: Iterable[CashBox], language: Regional
) -> dict[str, str]:
    """Who signed the month of each of the boxes' companies, and when."""
    zones = {box.company: box.zone for box in boxes}
    return {
        one.company: language("Signed by {who}, {when}", who=one.by, when=language.instant(one.at, zones[one.company]))
        for one in sign_offs.standing(ledger, month)
        if one.company in zones
    }


def _standing(
    session: Session, ledger: psycopg.Connection, due: Mapping[str, Due], days: list[date], back: list[date]
) -> AbstractContextManager[Standing]:
    """How the month's ``days`` stand, and, where they overlap, those that are looked ``back`` on: asked once."""
    first, last = days[0], days[-1]
    if first <= back[-1] and back[0] <= last:
        first, last = min(first, back[0]), max(last, back[-1])
    return Standing.of(session, ledger, due, first, last)


class Look(NamedTuple):
    """A month as the page shows it: its rows as HTML, how many days stand where, on what evidence the closed ones are,
    how many boxes are shown, and a row of totals for each currency that more than one company books in."""

    rows: str
    standing: Counter[str]
    evidence: Counter[Grade]
    boxes: int
    grand: list[tuple[str, Markup]]


@kept(8)
def _look(
    days: list[date], language: Regional, state: str, boxes: list[CashBox | RetiredBox], due: dict[str, Due],
    books: Sequence[Any], unfinished: Mapping[tuple[str, date], str], names: dict[str, str], read_back: list[Any],
    stale: dict[str, timedelta], marks: Marks, hour: int,
) -> Look:  # fmt: skip
    """The boxes' days by companies' ``names``; ``state`` leaves the boxes that have such a day, or is empty. What was
    ``read_back`` counts as ``stale`` after a while; ``hour`` is now, in hours since 1970."""
    months = box_months(((box, due.get(box.id, NEVER)) for box in boxes), days, books, unfinished)
    shown = [month for month in months if not state or state in month.letters]
    known = grades(read_back, days, stale, hour)
    grid, companies = Grid(days, language, known, marks), by_company(shown)
    unknown = language(Sentence("of no known company"))
    rows = [
        row
        for company in companies
        for row in grid.company(company, names.get(company.company, company.company) or unknown)
    ]
    evidence, number = counts_by_grade(months, known), len({month.box.id for month in shown})
    return Look("".join(rows), counts(months), evidence, number, _grand_totals(grid, companies))


def _in_order(boxes: list[CashBox], retired: list[RetiredBox]) -> list[CashBox | RetiredBox]:
    """By company; those that have no file any more after the others of theirs."""
    if not retired:
        return [*boxes]
    return sorted([*boxes, *retired], key=lambda box: (box.company, box.retired, box.name))


def _stale(boxes: list[CashBox | RetiredBox]) -> dict[str, timedelta]:
    """After how long what was read back counts as stale, by box."""
    by_company = {company: stale_after(company) for company in {box.company for box in boxes}}
    return {box.id: by_company[box.company] for box in boxes}


def _days(month: str) -> list[date]:
    year, number = map(int, month.split("-"))
    return [date(year, number, day + 1) for day in range(monthrange(year, number)[1])]


def _grand_totals(grid: Grid, companies: list[CompanyMonth]) -> list[tuple[str, Markup]]:
    rows = []
    for currency in sorted({company.currency for company in companies}):
        same = [company for company in companies if company.currency == currency]
        if len(same) > 1:
            by_day = [sum(amounts) for amounts in zip(*(company.by_day for company in same), strict=True)]
            rows.append((currency, grid.totals(by_day, sum(by_day), currency)))
    return rows
