"""Work lists: what needs a person, each thing with its amount, its age and what to do next."""

from datetime import date, timedelta

import psycopg
from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter
from fastapi.responses import Response

from cierre.board import runs
from cierre.board.access import ViewerDep
from cierre.board.boxes import company_names
from cierre.board.connection import Ledger
from cierre.board.pages import PageDep
from cierre.board.work import work
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import landing

router = APIRouter()


def _unread(ledger: psycopg.Connection, since: date) -> dict[str, list[tuple[date, Sentence]]]:
    """Why days could not be read, by box, the oldest first; of days in a row for the same reason the first."""
    by_box: dict[str, list[tuple[date, Sentence]]] = {}
    for (box, day), why in sorted(landing.never_read(ledger, since).items(), key=lambda one: one[0]):
        reasons = by_box.setdefault(box, [])
        if not reasons or reasons[-1][1] != why:
            reasons.append((day, why))
    return by_box


@router.get("/work")
def work_page(viewer: ViewerDep, page: PageDep, session: SessionDep, ledger: Ledger, company: str = "") -> Response:
    """Everything of the person's boxes that waits for somebody, oldest first in each list."""
    lists, names = work(viewer, session, ledger, company), company_names()
    return page.render(
        "work.html",
        lists=lists,
        waiting=lists.number,
        boxes=lists.boxes,
        companies={box.company: names.get(box.company, box.company) for box in viewer.boxes.values()},
        wanted=company,
        today=lists.days[-1] + timedelta(days=1),
        unread=_unread(ledger, lists.days[0]),
        why_stalled=runs.WHY_STALLED,
        may_run=viewer.may_run(lists.due),
    )
