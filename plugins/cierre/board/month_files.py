"""A month: its checklist, its signature, and what there is to take away; of a company, and of a box. A company's files
are for whoever may see all of its boxes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from typing import IO, Annotated

import psycopg
from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import Response, StreamingResponse
from sqlalchemy.orm import Session

from cierre.accounting_files.arrivals import known_rules
from cierre.board.access import Viewer, ViewerDep
from cierre.board.address import MonthText
from cierre.board.boxes import all_boxes, company_names
from cierre.board.connection import Ledger
from cierre.board.pages import Page, PageDep
from cierre.board.sign_off import signing
from cierre.board.tie_out_page import visible
from cierre.bookkeeping.answers import LONGEST_COMMENT
from cierre.ledger import identity, tie_outs
from cierre.ledger.seals import as_of_one_instant
from cierre.reports.month.checklist import MonthChecklist
from cierre.reports.month.scope import Box, Scope, file_name
from cierre.reports.month.writers import MEDIA_TYPES, write

router = APIRouter(prefix="/months/{month}")

PLACES = 20
"""Days that a line of the checklist leads to; how many more there are, it says."""

_AT_ONCE = BoundedSemaphore(2)
"""Months that a process writes at the same time: each keeps a thread and a connection to the ledger meanwhile."""

_CHUNK = 1 << 16


def _first(month: MonthText) -> date:
    return date.fromisoformat(f"{month}-01")


FirstDay = Annotated[date, Depends(_first)]


@dataclass(frozen=True, slots=True)
class CompanyBoxes:
    """Those of a company's boxes that a person may see, and whether these are all."""

    boxes: tuple[Box, ...]
    whole: bool


def company_boxes(viewer: Viewer, ledger: psycopg.Connection, company: str) -> CompanyBoxes:
    """A company's boxes, with those that have no file any more. Raises 404 where the person may see none of them."""
    files = [box for box in all_boxes().values() if box.company == company]
    of_old = [box for box in identity.of_company(ledger, company) if box not in all_boxes()]
    retired = viewer.retired(ledger, of_old)
    seen: list[Box] = [box for box in files if box.id in viewer.boxes]
    seen += sorted(retired.values(), key=lambda box: box.name)
    if not company or not seen:
        raise HTTPException(404, "There is no such company, or you may not see it.")
    return CompanyBoxes(tuple(seen), len(seen) == len(files) + len(of_old))


@router.get("/companies/{company}")
def company_month_page(
    company: str, first: FirstDay, viewer: ViewerDep, page: PageDep, session: SessionDep, ledger: Ledger
) -> Response:
    """A company's month: its checklist and signature, and the files of all of it and of each box."""
    of_company = company_boxes(viewer, ledger, company)
    name = company_names().get(company, company)
    return _page(company, name, of_company, first, viewer, page, session, ledger, of_a_box=False)


@router.get("/boxes/{box_id}")
def box_month_page(
    box_id: str, first: FirstDay, viewer: ViewerDep, page: PageDep, session: SessionDep, ledger: Ledger
) -> Response:
    """A box's month: its checklist, and its files. The company's month is what is signed."""
    box = viewer.box(box_id, ledger)
    return _page(
        box.id, box.name, CompanyBoxes((box,), whole=False), first, viewer, page, session, ledger, of_a_box=True
    )


def _page(
    id: str,
    name: str,
    shown: CompanyBoxes,
    first: date,
    viewer: Viewer,
    page: Page,
    session: Session,
    ledger: psycopg.Connection,
    *,
    of_a_box: bool,
) -> Response:
    scope = Scope(id, shown.boxes, first, viewer.user.get_name(), datetime.now(UTC))
    month = MonthChecklist(ledger, scope)
    with as_of_one_instant(ledger):
        lines, since, history = month.lines, month.since_signed, month.history
        signs = signing(month, viewer, session, whole=shown.whole)
        known = filter(None, (tie_outs.by_id(ledger, number) for line in lines for number in line.tie_outs))
        links = visible(viewer, ledger, list(known))
    return page.render(
        "month_files.html",
        id=id,
        name=name,
        company=scope.company,
        first=first,
        before=first - timedelta(days=1),
        after=after if (after := (first + timedelta(days=31)).replace(day=1)) <= scope.at.date() else None,
        boxes=shown.boxes,
        whole=shown.whole,
        of_a_box=of_a_box,
        forms=tuple(MEDIA_TYPES),
        scope=scope,
        lines=lines,
        tie_outs=links,
        signed=month.signed,
        since=since,
        history=history,
        signs=signs,
        longest=LONGEST_COMMENT,
        most=PLACES,
        arrives=not of_a_box and shown.whole and known_rules(scope.company) is not None,
    )


@router.get("/companies/{company}/books.{form}")
def company_month(
    company: str, form: str, first: FirstDay, viewer: ViewerDep, page: PageDep, ledger: Ledger
) -> Response:
    """The month of all boxes of a company. Raises 404 for whoever may not see all of them."""
    of_company = company_boxes(viewer, ledger, company)
    if not of_company.whole:
        raise HTTPException(404, "A company's month is for whoever may see all of its boxes.")
    return _download(company, of_company.boxes, form, first, viewer, page, ledger)


@router.get("/boxes/{box_id}/books.{form}")
def box_month(box_id: str, form: str, first: FirstDay, viewer: ViewerDep, page: PageDep, ledger: Ledger) -> Response:
    """The month of a box."""
    box = viewer.box(box_id, ledger)
    return _download(box.id, (box,), form, first, viewer, page, ledger)


def _download(
    name: str, boxes: tuple[Box, ...], form: str, first: date, viewer: Viewer, page: Page, ledger: psycopg.Connection
) -> Response:
    """A month as a file. It is written to a temporary file first, whose name is gone before the answer begins, so that
    nothing of it stays behind, however the answer ends."""
    if form not in MEDIA_TYPES:
        raise HTTPException(404)
    scope = Scope(name, boxes, first, viewer.user.get_name(), datetime.now(UTC))
    with _turn(), TemporaryDirectory() as folder:
        path = Path(folder) / file_name(name, first, form)
        try:
            write(ledger, scope, page.language, form, path)
        except ValueError as error:
            raise HTTPException(413, "The month has more rows than a spreadsheet holds: take it box by box.") from error
        length, file = path.stat().st_size, path.open("rb")
    return StreamingResponse(
        _chunks(file),
        media_type=MEDIA_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{path.name}"', "Content-Length": str(length)},
    )


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(blocking=False):
        raise HTTPException(503, "Other months are being written just now. Nothing is lost; try again in a minute.")
    try:
        yield
    finally:
        _AT_ONCE.release()


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
