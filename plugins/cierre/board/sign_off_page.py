"""What the buttons of a month's page send: a signature of a company's month, or that one is taken back.

Airflow has no such thing to ask, so the board itself writes them, by the application's login, and only these. The
rights are those of Airflow's approvals.
"""

from datetime import UTC, date, datetime
from typing import Annotated

import psycopg
from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from cierre.board.access import Viewer, ViewerDep
from cierre.board.address import Number
from cierre.board.connection import Ledger, Writing
from cierre.board.month_files import FirstDay, company_boxes
from cierre.board.origin import same_origin
from cierre.board.pages import Page, PageDep
from cierre.board.sign_off import NOT_ALL, signing
from cierre.bookkeeping.answers import objection_to_comment, on_one_line
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import seals, sign_offs
from cierre.ledger.seals import as_of_one_instant
from cierre.reports.month.checklist import MonthChecklist
from cierre.reports.month.scope import Scope

NOT_TAKEN = Sentence("Nothing was signed: {why}.")
NOT_REVOKED = Sentence("Nothing was taken back: {why}.")
CHANGED = Sentence("the month changed while you looked at it; look at the page again")
NO_REASON = Sentence("say why in the field, and try again")
NOT_SIGNED = Sentence("the month is not signed, or was signed anew; look at the page again")


router = APIRouter(prefix="/months/{month}/companies/{company}", dependencies=[Depends(same_origin)])

Comment = Annotated[str, Field(max_length=5_000)]


class Asked(BaseModel):
    """What a button sends; nothing else is taken."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Signature(Asked):
    """``seen``: what of the month's days the page showed (cierre.bookkeeping.sign_off.digest)."""

    seen: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    comment: Comment = ""


class Revocation(Asked):
    """Which sign-off is taken back, by its number, and why."""

    sign_off: Number
    comment: Comment


@router.post("/sign-off")
def sign(
    company: str,
    first: FirstDay,
    signature: Signature,
    viewer: ViewerDep,
    page: PageDep,
    session: SessionDep,
    ledger: Ledger,
    writing: Writing,
) -> Response:
    """Signs a company's month, as the person saw it. Answers 403 or 409 with a sentence where it may not be signed."""
    month, whole = _month(company, first, viewer, ledger)
    comment = on_one_line(signature.comment)
    with as_of_one_instant(ledger):
        asked = signing(month, viewer, session, whole=whole)
        heads, lines, days = seals.heads(ledger, month.scope.ids), month.lines, month.days
    if asked.objection or not asked.may_decide:
        return _refused(page, 403, NOT_TAKEN, asked.objection or NOT_ALL)
    if asked.seen != signature.seen:
        return _refused(page, 409, NOT_TAKEN, CHANGED)
    if lacks := objection_to_comment(True, comment):
        return _refused(page, 400, NOT_TAKEN, lacks)
    number = sign_offs.sign(
        writing, company, first, by=viewer.user.get_name(), ran_by=asked.ran_by, comment=comment, lines=lines,
        days=days, heads=heads,
    )  # fmt: skip
    return JSONResponse({"sign_off": number})


@router.post("/revocation")
def revoke(
    company: str,
    first: FirstDay,
    revocation: Revocation,
    viewer: ViewerDep,
    page: PageDep,
    session: SessionDep,
    ledger: Ledger,
    writing: Writing,
) -> Response:
    """Takes back the signature of a company's month. Answers 403, 409 or 400 with a sentence where that cannot be."""
    month, whole = _month(company, first, viewer, ledger)
    reason = on_one_line(revocation.comment)
    if not signing(month, viewer, session, whole=whole).may_decide:
        return _refused(page, 403, NOT_REVOKED, NOT_ALL)
    if not reason:
        return _refused(page, 400, NOT_REVOKED, NO_REASON)
    if lacks := objection_to_comment(True, reason):
        return _refused(page, 400, NOT_REVOKED, lacks)
    if month.signed is None or month.signed.sign_off_id != revocation.sign_off:
        return _refused(page, 409, NOT_REVOKED, NOT_SIGNED)
    if not sign_offs.revoke(writing, revocation.sign_off, by=viewer.user.get_name(), reason=reason):
        return _refused(page, 409, NOT_REVOKED, NOT_SIGNED)
    return JSONResponse({"sign_off": revocation.sign_off})


def _month(company: str, first: date, viewer: Viewer, ledger: psycopg.Connection) -> tuple[MonthChecklist, bool]:
    """The month of those of a company's boxes that the person may see, and whether these are all. Raises 404 where
    there is none."""
    of_company = company_boxes(viewer, ledger, company)
    scope = Scope(company, of_company.boxes, first, viewer.user.get_name(), datetime.now(UTC))
    return MonthChecklist(ledger, scope), of_company.whole


def _refused(page: Page, status: int, told: Sentence, why: Sentence) -> Response:
    _ = page.language
    return JSONResponse({"detail": _(told.text, why=why)}, status)
