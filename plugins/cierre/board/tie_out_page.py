"""A month of a company and branch of the ERP beside what was posted into it: by account, and each document that is
otherwise."""

from zoneinfo import ZoneInfo

import psycopg
from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from cierre.board.access import Viewer, ViewerDep
from cierre.board.address import Number
from cierre.board.connection import Ledger
from cierre.board.pages import PageDep
from cierre.bookkeeping.tie_out import Code
from cierre.ledger import tie_outs
from cierre.ledger.tie_outs import Known

router = APIRouter()


def visible(viewer: Viewer, ledger: psycopg.Connection, known: list[Known]) -> list[Known]:
    """The tie-outs that a person may see: whose sums are of boxes that the person may all see."""
    retired = viewer.retired(ledger, (box for one in known for box in one.boxes))
    allowed = viewer.boxes.keys() | retired.keys()
    return [one for one in known if one.boxes and allowed >= set(one.boxes)]


@router.get("/tie-outs/{tie_out_id}")
def tie_out_page(tie_out_id: Number, viewer: ViewerDep, page: PageDep, ledger: Ledger) -> Response:
    """One tie-out, as it was found. Raises 404 for one that there is not, and for one that the person may not see."""
    known = tie_outs.by_id(ledger, tie_out_id)
    if known is None or not visible(viewer, ledger, [known]):
        raise HTTPException(404, "There is no such tie-out, or you may not see it.")
    found = tie_outs.findings(ledger, tie_out_id)
    newest = tie_outs.newest(ledger, known.month.first, known.month.first)[known.month]
    return page.render(
        "tie_out.html",
        known=known,
        newest=newest,
        accounts=tie_outs.accounts(ledger, tie_out_id),
        own=[one for one in found if one.finding.code is not Code.FOREIGN],
        foreign=[one for one in found if one.finding.code is Code.FOREIGN],
        zone=zone_of(viewer, known),
    )


def zone_of(viewer: Viewer, known: Known) -> ZoneInfo:
    """The time zone of one of the boxes that post there; UTC where all are retired."""
    return next((viewer.boxes[box].zone for box in known.boxes if box in viewer.boxes), ZoneInfo("UTC"))
