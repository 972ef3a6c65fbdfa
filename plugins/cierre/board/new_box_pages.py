"""Pages of new cash boxes: a form with the checks of `make check-mappings`, and what another person decides on it.

They write what pages of mappings do: a proposal, a decision, and the box's own file once another person accepted.
"""

from typing import Annotated, Literal

import psycopg
from fastapi import APIRouter, Depends, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field, ValidationError

from cierre.accounting_files.changes import LONGEST
from cierre.accounting_files.new_box import BELOW, NewBox
from cierre.accounting_files.saved_file import may_create, new_file
from cierre.board import new_box_acceptance
from cierre.board.access import Viewer, ViewerDep
from cierre.board.address import Number
from cierre.board.boxes import company_names
from cierre.board.connection import Ledger, Writing
from cierre.board.mapping_acceptance import NotTaken, decide
from cierre.board.mapping_access import mappings_of
from cierre.board.new_box_access import NewBoxAccess, access_to_new, belongs_to_others, patterns
from cierre.board.origin import SameOrigin
from cierre.board.pages import Page, PageDep
from cierre.bookkeeping.answers import LONGEST_COMMENT
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.money import DECIMALS
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import mapping_proposals
from cierre.ledger.mapping_proposals import ProposalRow
from hooks.registry import ERPS

router = APIRouter(prefix="/new-box")

Typed = Annotated[str, Field(max_length=LONGEST)]


class Filled(BaseModel):
    """What was typed into the form so far; ``like`` is a box that it is filled in after."""

    like: Typed = ""
    file: Typed = ""
    name: Typed = ""
    company: Typed = ""
    source: Typed = ""
    connection: Typed = ""
    key: Typed = ""
    erp_kind: Typed = ""
    erp_connection: Typed = ""
    tenant: Typed = ""
    lot: Typed = ""
    timezone: Typed = ""
    currency: Typed = ""
    closing_hour: Typed = ""
    start_date: Typed = ""
    mapping: Typed = ""

    @property
    def values(self) -> dict[str, str]:
        """The box's own values."""
        return self.model_dump(exclude={"like"})


@router.get("")
def new_box_page(viewer: ViewerDep, page: PageDep, ledger: Ledger, filled: Annotated[Filled, Query()]) -> Response:
    """The form: empty, filled in after another box, or filled in by a person, with what would be wrong."""
    like = next((box for box in patterns(viewer) if box.id == filled.like), None)
    if like and not filled.file:
        return _form(page, viewer, ledger, _after(like), is_asked=False)
    return _form(page, viewer, ledger, filled, is_asked=bool(filled.file or filled.name))


@router.post("")
def propose(
    viewer: ViewerDep,
    page: PageDep,
    ledger: Ledger,
    writing: Writing,
    same_origin: SameOrigin,
    filled: Annotated[Filled, Form()],
) -> Response:
    """Puts a new box on the record as a proposal. Nothing is written or posted by it."""
    if not access_to_new(viewer, filled.company).may_propose:
        raise HTTPException(403, "You may propose no box of this company.")
    new, wrong = _checked(viewer, ledger, filled)
    if new is None or wrong:
        return _form(page, viewer, ledger, filled, is_asked=True)
    number = new_box_acceptance.propose(writing, new, viewer.user.get_name())
    return RedirectResponse(page.url(f"/new-box/{number}"), 303)


def _after(like: CashBox) -> Filled:
    """The form, filled in after a box of the same company: all but what is each box's own."""
    return Filled(
        like=like.id,
        company=like.company,
        source=like.source,
        connection=like.connection,
        erp_kind=like.erp.kind,
        erp_connection=like.erp.connection,
        tenant=like.erp.tenant,
        timezone=like.timezone,
        currency=like.currency,
        closing_hour=like.closing_hour,
        mapping=like.mapping,
    )


def _checked(viewer: Viewer, ledger: psycopg.Connection, filled: Filled) -> tuple[NewBox | None, list[Sentence]]:
    """What was filled in as a box, and all that is wrong with it; no box, where it is not even that."""
    try:
        new = NewBox(**filled.values)
    except ValidationError as error:
        said = [(str(one["loc"][0]), str(one.get("ctx", {}).get("error", one["msg"]))) for one in error.errors()]
        return None, [Sentence("{field}: {message}", field=_label(field), message=message) for field, message in said]
    if others := belongs_to_others(viewer, new):
        return new, others
    return new, [Sentence("{finding}", finding=str(one)) for one in new_box_acceptance.wrong_in(ledger, new)]


LABELS = {
    "name": Sentence("Name"),
    "file": Sentence("Name of the file"),
    "company": Sentence("Company"),
    "source": Sentence("Source"),
    "connection": Sentence("Connection of the source"),
    "key": Sentence("Key at the source"),
    "erp_kind": Sentence("ERP"),
    "erp_connection": Sentence("Connection of the ERP"),
    "tenant": Sentence("Tenant in the ERP"),
    "lot": Sentence("Lot"),
    "timezone": Sentence("Time zone"),
    "currency": Sentence("Currency"),
    "closing_hour": Sentence("Closing hour"),
    "start_date": Sentence("First day"),
    "mapping": Sentence("Mapping"),
}
"""The form's fields, in its order."""


def _label(field: str) -> Sentence:
    return LABELS[field]


def _form(page: Page, viewer: Viewer, ledger: psycopg.Connection, filled: Filled, *, is_asked: bool) -> Response:
    known = patterns(viewer)
    new, wrong = _checked(viewer, ledger, filled) if is_asked else (None, [])
    names = company_names()
    return page.render(
        "new_box.html",
        filled=filled.values,
        like=filled.like,
        patterns=known,
        labels=LABELS,
        choices={
            "company": {box.company: names.get(box.company, box.company) for box in known},
            "source": {slug: slug for slug in sorted({box.source for box in known})},
            "erp_kind": {kind: ERPS[kind].label for kind in sorted(ERPS)},
            "currency": {code: code for code in sorted(DECIMALS)},
        },
        known={
            "connection": sorted({box.connection for box in known}),
            "erp_connection": sorted({box.erp.connection for box in known}),
            "tenant": sorted({box.erp.tenant for box in known}),
            "timezone": sorted({box.timezone for box in known}),
            "mapping": mappings_of(viewer),
        },
        lots=sorted({box.erp.lot for box in known if box.erp.tenant == filled.tenant}),
        new=new,
        wrong=wrong,
        access=access_to_new(viewer, filled.company),
        is_writable=new is None or may_create(new_file(new.file)),
        longest=LONGEST,
    )


def _proposal(proposal_id: Number, ledger: Ledger) -> ProposalRow:
    row = mapping_proposals.proposal(ledger, proposal_id)
    if row is None or not row.mapping.startswith(BELOW):
        raise HTTPException(404, "There is no such proposal.")
    return row


RowDep = Annotated[ProposalRow, Depends(_proposal)]


def _new(row: RowDep) -> NewBox:
    return NewBox.model_validate(row.changes[0])


NewDep = Annotated[NewBox, Depends(_new)]


def _access(new: NewDep, viewer: ViewerDep) -> NewBoxAccess:
    if new.company not in {box.company for box in viewer.boxes.values()}:
        raise HTTPException(404, "There is no such proposal.")
    return access_to_new(viewer, new.company)


AccessDep = Annotated[NewBoxAccess, Depends(_access)]


@router.get("/{proposal_id}")
def proposal_page(
    row: RowDep, new: NewDep, access: AccessDep, viewer: ViewerDep, page: PageDep, ledger: Ledger
) -> Response:
    """A proposed box: its file, who decided on it, and what became of it."""
    return _proposal_page(row, new, access, viewer, page, ledger, None)


@router.post("/{proposal_id}")
def decide_on_box(
    row: RowDep,
    new: NewDep,
    access: AccessDep,
    viewer: ViewerDep,
    page: PageDep,
    ledger: Ledger,
    writing: Writing,
    same_origin: SameOrigin,
    decision: Annotated[Literal["accepted", "refused", "withdrawn", "write"], Form()],
    comment: Annotated[str, Form(max_length=LONGEST_COMMENT)] = "",
) -> Response:
    """Takes a person's decision; the file of an accepted box is written at once. Nothing is posted by it."""
    who, said = viewer.user.get_name(), " ".join(comment.split()) or None
    if decision != "withdrawn" and not access.may_decide:
        raise HTTPException(403, "You may see this box, and not decide on it.")
    try:
        if decision == "accepted":
            if others := belongs_to_others(viewer, new):
                raise NotTaken(others[0])
            new_box_acceptance.accept(writing, row.proposal_id, new, who, four_eyes=access.four_eyes, comment=said)
        elif decision != "write":
            decide(writing, row.proposal_id, decision, who, four_eyes=access.four_eyes, comment=said)
        if decision in ("accepted", "write"):
            body = page.language(
                Sentence("Proposed by {who} and accepted by {other} on the board.", who=row.proposed_by, other=who)
            )
            title = f"{new.file}: {page.language(new.sentence)}"[:200]
            new_box_acceptance.write(writing, row.proposal_id, new, title, body)
    except NotTaken as refused:
        return _proposal_page(row, new, access, viewer, page, ledger, refused.args[0])
    return RedirectResponse(page.url(f"/new-box/{row.proposal_id}"), 303)


@router.get("/{proposal_id}/patch")
def patch(row: RowDep, new: NewDep, access: AccessDep) -> Response:
    """The new file as a patch, for a folder that the board may only read."""
    headers = {"Content-Disposition": f'attachment; filename="{new.file}-{row.proposal_id}.patch"'}
    return Response(new_file(new.file).patch(new.text), media_type="text/x-diff; charset=utf-8", headers=headers)


def _proposal_page(
    row: ProposalRow,
    new: NewBox,
    access: NewBoxAccess,
    viewer: Viewer,
    page: Page,
    ledger: psycopg.Connection,
    refusal: Sentence | None,
) -> Response:
    wrong = new_box_acceptance.wrong_in(ledger, new) if row.decision is None else []
    others = belongs_to_others(viewer, new) if row.decision is None else []
    file = new_file(new.file)
    known = next((box for box in viewer.boxes.values() if box.file == new.file), None)
    like = next(box for box in viewer.boxes.values() if box.company == new.company)
    return page.render(
        "new_box_proposal.html",
        status=409 if refusal else 200,
        row=row,
        new=new,
        access=access,
        labels=LABELS,
        wrong=[*others, *(Sentence("{finding}", finding=str(one)) for one in wrong)],
        is_there=file.is_there,
        is_writable=may_create(file),
        is_own=row.proposed_by == viewer.user.get_name(),
        box=known,
        longest=LONGEST_COMMENT,
        refusal=refusal,
        zone=like.zone,
    )


def proposed_boxes(viewer: Viewer, ledger: psycopg.Connection) -> list[tuple[ProposalRow, NewBox]]:
    """The new boxes that wait for a decision or for their file, of companies that the person sees, newest first."""
    companies = {box.company for box in viewer.boxes.values()}
    rows = [
        (row, NewBox.model_validate(row.changes[0]))
        for row in mapping_proposals.proposals_below(ledger, BELOW)
        if row.decision is None or (row.decision == "accepted" and row.how is None)
    ]
    return [(row, new) for row, new in rows if new.company in companies]
