"""The page on which a box's day is approved or rejected: why a person is asked, the facts, who may decide."""

from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter
from fastapi.responses import Response

from cierre.board import runs
from cierre.board.access import ViewerDep
from cierre.board.address import BusinessDay
from cierre.board.connection import Ledger
from cierre.board.day_pages import BoxDep
from cierre.board.decision import open_question
from cierre.board.pages import PageDep
from cierre.bookkeeping.answers import LONGEST_COMMENT
from cierre.ledger import board
from cierre.ledger.month import Approval

router = APIRouter(prefix="/approvals/{box_id}/{day}")


@router.get("")
def approval_page(
    box: BoxDep, day: BusinessDay, viewer: ViewerDep, page: PageDep, session: SessionDep, ledger: Ledger
) -> Response:
    """What is asked about a box's day, if anything is, and all that was asked before with the answers."""
    # Airflow before the record: what waits there was put on the record earlier.
    waiting = {row.run_id: row.since for row in runs.approvals(session, [box.id]) if row.day == str(day)}
    asked = board.Day(ledger, box.id, day).approvals()
    question = open_question(box, day, waiting, asked, viewer, session, ledger)
    return page.render(
        "approval.html",
        box=box,
        day=day,
        question=question,
        asked=asked,
        is_being_taken=question is None and _is_being_taken(asked, runs.of_day(session, box.id, day)),
        longest=LONGEST_COMMENT,
    )


def _is_being_taken(asked: list[Approval], of_day: list[runs.Run]) -> bool:
    """Whether a question is open on the record while its run goes on: its task is about to wait, or to take the answer
    that was given; or it waits since a moment ago, when the page had looked already."""
    at_work = {run.run_id for run in of_day if run.letter in ("r", "w")}
    return any(row.decision is None and row.asked_in in at_work for row in asked)
