"""The controls of the ERP: for tests and people at the sandbox only."""

from collections.abc import Callable
from datetime import UTC, date
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Body, HTTPException
from pydantic import AwareDatetime, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from sandbox.protheus.hands import Edit, Place, edit, remove, restore
from sandbox.protheus.masters import MasterChange, change_master
from sandbox.protheus.model import Documento
from sandbox.protheus.settings import TENANTS, Settings
from sandbox.state import State


class Site(Protocol):
    """What the controls need of the stand-in."""

    settings: Settings
    state: State


def controls(site: Site) -> APIRouter:
    """Settings, what the books hold, and what people do to them past the API."""
    router = APIRouter()

    @router.get("/settings")
    def read_settings() -> Settings:
        return site.settings

    @router.patch("/settings")
    def change_settings(changes: Annotated[dict, Body()]) -> Settings:
        try:
            site.settings = Settings.model_validate(site.settings.model_dump() | changes)
        except ValidationError as error:
            raise HTTPException(422, str(error)) from None
        return site.settings

    @router.get("/documents")
    def read_documents(
        tenant: str = "", day: date | None = None, lot: str = "", sublot: str = "", live: bool | None = None
    ) -> list[dict]:
        documents = select(Documento).order_by(Documento.pk).options(selectinload(Documento.lines))
        if tenant:
            known = TENANTS.get(tenant.rstrip())
            if known is None:
                raise HTTPException(404, f"no tenant {tenant!r}; known are {', '.join(map(repr, TENANTS))}")
            documents = documents.filter_by(group=known.group, branch=known.branch)
        if day:
            documents = documents.filter_by(entry_date=day)
        if lot:
            documents = documents.filter_by(lot=lot)
        if sublot:
            documents = documents.filter_by(sublot=sublot)
        if live is not None:
            documents = documents.where(Documento.deleted_at.is_(None) if live else Documento.deleted_at.is_not(None))
        with site.state.session() as session:
            return [_shown(document) for document in session.scalars(documents)]

    @router.patch("/documents")
    def edit_by_hand(change: Edit) -> None:
        _by_hand(site, edit, change)

    @router.delete("/documents")
    def remove_by_hand(place: Place) -> None:
        _by_hand(site, remove, place)

    @router.patch("/masters")
    def change_a_master_by_hand(change: MasterChange) -> None:
        _by_hand(site, change_master, change)

    @router.post("/restore")
    def restore_a_backup(instant: Annotated[AwareDatetime, Body(embed=True)]) -> int:
        return _by_hand(site, restore, instant)

    return router


def _by_hand(site: Site, act: Callable[..., Any], what: object) -> Any:
    try:
        with site.state.session() as session:
            return act(session, what)
    except LookupError as missing:
        raise HTTPException(404, str(missing)) from None


def _shown(document: Documento) -> dict:
    origin = document.reverses
    return {
        "tenant": f"{document.group},{document.branch}",
        "entry_date": document.entry_date,
        "lot": document.lot,
        "sublot": document.sublot,
        "document": f"{document.number:06d}",
        "live": document.deleted_at is None,
        "reverses": f"{origin.lot}/{origin.sublot}/{origin.number:06d}" if origin else "",
        "key": document.lines[0].fields["CT2_KEY"],
        "inserted_at": document.inserted_at.replace(tzinfo=UTC),
        "deleted_at": document.deleted_at and document.deleted_at.replace(tzinfo=UTC),
        "lines": [line.fields for line in document.lines],
    }
