"""Work lists: what needs a person, each thing with its amount, its age and what to do next."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

import psycopg
from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter
from fastapi.responses import Response

from cierre.board import runs
from cierre.board.access import ViewerDep
from cierre.board.boxes import Calendar, box_of, company_names
from cierre.board.connection import Ledger
from cierre.board.month import box_months, successive
from cierre.board.pages import PageDep
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import board, landing

router = APIRouter()

LOOK_BACK = 35
"""For how many days back days that nobody closed are listed."""


UNCLOSED = frozenset("fmheq")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Successive days that stand alike."""

    letter: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.last - self.first).days + 1


def stretches(days: Sequence[date], letters: str, wanted: Container[str]) -> list[Stretch]:
    """The stretches of ``wanted`` letters among successive days."""
    return [
        Stretch(letter, group[0][0], group[-1][0])
        for letter, found in groupby(zip(days, letters, strict=True), key=lambda pair: pair[1])
        if letter in wanted and (group := list(found))
    ]


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
    boxes = {box_id: box for box_id, box in viewer.boxes.items() if company in ("", box.company)}
    calendar = Calendar(datetime.now(UTC))
    due = {box.id: calendar.due(box) for box in boxes.values()}
    last = max((found.last for found in due.values()), default=date.today())
    days = successive(last, LOOK_BACK)
    months = box_months(
        ((box, due[box.id]) for box in boxes.values()),
        days,
        board.months(ledger, days[0], last),
        runs.unfinished(session, boxes, days[0], last),
    )
    names = company_names()
    # What is uncertain or differs stays so when the box's file goes.
    retired = viewer.retired(ledger, board.boxes_in_work(ledger))
    known = boxes | {box_id: box for box_id, box in retired.items() if company in ("", box.company)}
    return page.render(
        "work.html",
        boxes=known,
        companies={box.company: names.get(box.company, box.company) for box in viewer.boxes.values()},
        wanted=company,
        today=last + timedelta(days=1),
        approvals=[(box_of(row.dag_id), row) for row in runs.approvals(session, boxes)],
        problems=board.problems(ledger, list(known), date.min, date.max),
        discrepancies=board.discrepancies(ledger, list(known)),
        uncertain=board.uncertain(ledger, list(known)),
        held_back=board.held_back(ledger, list(known)),
        unclosed=[(month.box, found) for month in months if (found := stretches(days, month.letters, UNCLOSED))],
        unread=_unread(ledger, days[0]),
        stalled=[(box_of(row.dag_id), row) for row in runs.stalled(session, boxes)],
        why_stalled=runs.WHY_STALLED,
        may_run=viewer.may_run(boxes),
    )
