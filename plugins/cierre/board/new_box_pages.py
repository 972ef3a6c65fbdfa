"""The page of a new cash box: a form with the checks of `make check-mappings`, which makes a proposal."""

from typing import Annotated

import psycopg
from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field, ValidationError

from cierre.accounting_files.new_box import NEW_BOX_FIELDS, NewBox
from cierre.accounting_files.values import LONGEST
from cierre.board.access import Viewer, ViewerDep
from cierre.board.boxes import company_names
from cierre.board.connection import Ledger, Writing
from cierre.board.file_access import mappings_of, of_company, patterns
from cierre.board.form_draft import NOTHING, FormDraft, drafted, proposed, unfit
from cierre.board.origin import SameOrigin
from cierre.board.pages import Page, PageDep
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.money import DECIMALS
from hooks.registry import ERPS, SOURCES

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
        return _form(page, viewer, ledger, _after(like, filled.company), is_asked=False)
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
    if not of_company(viewer, filled.company).may_propose:
        raise HTTPException(403, "You may propose no box of this company.")
    draft = _drafted(viewer, ledger, filled)
    if draft.wrong:
        return _form(page, viewer, ledger, filled, is_asked=True)
    return proposed(writing, viewer, page, draft)


def _drafted(viewer: Viewer, ledger: psycopg.Connection, filled: Filled) -> FormDraft:
    return drafted(ledger, viewer, lambda: [_new(filled)])


def _new(filled: Filled) -> NewBox:
    try:
        return NewBox(**filled.values)
    except ValidationError as error:
        raise unfit(error, lambda field: NEW_BOX_FIELDS[field]) from error


def _after(like: CashBox, company: str) -> Filled:
    """The form, filled in after a box: all but what is each box's own, and the company, where another is asked for."""
    return Filled(
        like=like.id,
        company=company or like.company,
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


def _companies(viewer: Viewer) -> dict[str, str]:
    """The companies of which the person may propose boxes, with their names: those of her boxes, and those that have
    none yet."""
    names = company_names()
    known = {box.company for box in patterns(viewer)} | names.keys()
    return {one: names.get(one, one) for one in sorted(known) if of_company(viewer, one).may_propose}


def _form(page: Page, viewer: Viewer, ledger: psycopg.Connection, filled: Filled, *, is_asked: bool) -> Response:
    known = patterns(viewer)
    draft = _drafted(viewer, ledger, filled) if is_asked else NOTHING
    return page.render(
        "new_box.html",
        filled=filled.values,
        like=filled.like,
        patterns=known,
        labels=NEW_BOX_FIELDS,
        choices={
            "company": _companies(viewer),
            "source": {slug: slug for slug in sorted(SOURCES)},
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
        keys={slug: SOURCES[slug].key_format.meaning for slug in sorted(SOURCES)},
        lots=sorted({box.erp.lot for box in known if box.erp.tenant == filled.tenant}),
        draft=draft,
        access=of_company(viewer, filled.company),
        longest=LONGEST,
    )
