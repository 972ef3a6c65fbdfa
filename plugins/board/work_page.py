"""Work lists: what needs a person, each thing with its amount, its age and what to do next."""

from datetime import UTC, date, datetime, timedelta

from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter
from fastapi.responses import Response

from board import runs
from board.access import ViewerDep
from board.boxes import Calendar, box_of, company_names
from board.ledger import Ledger
from board.month import box_months
from board.pages import PageDep
from store import board

router = APIRouter()

LOOK_BACK = 35
"""For how many days back days that nobody closed are listed."""


@router.get("/work")
def work_page(viewer: ViewerDep, page: PageDep, session: SessionDep, ledger: Ledger, company: str = "") -> Response:
    """Everything of the person's boxes that waits for somebody, oldest first in each list."""
    boxes = {box_id: box for box_id, box in viewer.boxes.items() if company in ("", box.company)}
    calendar = Calendar(datetime.now(UTC))
    due = {box.id: calendar.due(box) for box in boxes.values()}
    last = max((found.last for found in due.values()), default=date.today())
    days = [last - timedelta(days=ago) for ago in reversed(range(LOOK_BACK))]
    months = box_months(
        ((box, due[box.id]) for box in boxes.values()),
        days,
        board.between(ledger, list(boxes), days[0], last),
        runs.unfinished(session, boxes, days[0], last),
    )
    names = company_names()
    return page.render(
        "work.html",
        boxes=boxes,
        companies={box.company: names.get(box.company, box.company) for box in viewer.boxes.values()},
        wanted=company,
        today=last + timedelta(days=1),
        approvals=[(box_of(row.dag_id), row) for row in runs.approvals(session, boxes)],
        problems=board.problems(ledger, list(boxes), date.min, date.max),
        discrepancies=board.discrepancies(ledger, list(boxes)),
        uncertain=board.uncertain(ledger, list(boxes)),
        held_back=board.held_back(ledger, list(boxes)),
        unclosed=[
            (month.box, [(day, letter) for day, letter in zip(days, month.letters, strict=True) if letter in "fmh"])
            for month in months
            if set(month.letters) & set("fmh")
        ],
        may_run=viewer.may_run(boxes),
    )
