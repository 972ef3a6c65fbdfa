"""The controls of the SGE: settings, its own books, and what people enter there. For tests and the curious only."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random
from typing import Annotated, Protocol

from fastapi import APIRouter, Body, HTTPException, Query as Asked
from pydantic import BaseModel, ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.sge.books import PlanItem, SgeBooks, books, plan
from sandbox.sge.generator import new_invoice, vat_of, write_until
from sandbox.sge.model import Cobro, Factura
from sandbox.sge.settings import Profile, Settings
from sandbox.state import State
from sandbox.vendor import Options


class NewCollection(BaseModel):
    """Money for an invoice (below zero: taken back), entered today unless ``alta`` says when."""

    invoice: str
    fecha: date
    importe: Decimal
    alta: date | None = None


class NewInvoice(BaseModel):
    """An invoice of a project, without VAT, entered today unless ``alta`` says when.

    ``iva`` is its rate; ``total`` what it comes to, where that is not base and VAT.
    """

    proyecto: str
    emision: date
    base: Decimal
    alta: date | None = None
    iva: int = 21
    total: Decimal | None = None


class Change(BaseModel):
    """Another base for an invoice, or none: then it goes."""

    invoice: str
    base: Decimal | None


class Site(Protocol):
    """What the controls need of the stand-in."""

    settings: Settings
    profile: Profile
    state: State
    options: Options

    @property
    def today(self) -> date: ...


def controls(site: Site) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.patch("/settings")
    def change_settings(changes: Annotated[dict, Body()]) -> Settings:
        try:
            site.settings = Settings.model_validate(site.settings.model_dump() | changes)
        except ValidationError as error:
            raise HTTPException(422, str(error)) from None
        return site.settings

    @router.put("/profile")
    def set_profile(profile: Profile) -> None:
        site.profile = profile

    @router.get("/books")
    def read_books(project: Annotated[list[str], Asked()], day: date) -> SgeBooks:
        return _in_session(site, lambda session: books(session, project, day, site.today))

    @router.get("/plan")
    def read_plan() -> list[PlanItem]:
        return _in_session(site, lambda session: plan(session, site.today))

    @router.post("/collections")
    def collect(new: NewCollection) -> None:
        def enter(session: Session) -> None:
            invoice, entered = _invoice(session, new.invoice), new.alta or site.today
            session.add(Cobro(factura=invoice, fecha=new.fecha, alta=entered, importe=_cents(new.importe)))

        _in_session(site, enter)

    @router.post("/invoices")
    def issue(new: NewInvoice) -> str:
        def enter(session: Session) -> str:
            serial = f"9{session.scalar(select(func.count()).select_from(Factura)):05d}"
            invoice = Factura(**new_invoice(new.proyecto, new.emision, _cents(new.base), serial, Random(serial), None))
            invoice.alta = new.alta or site.today
            invoice.iva = new.iva
            invoice.total = invoice.base + vat_of(invoice.base, new.iva) if new.total is None else _cents(new.total)
            session.add(invoice)
            return invoice.id

        return _in_session(site, enter)

    @router.patch("/invoices")
    def change(change: Change) -> None:
        def enter(session: Session) -> None:
            invoice = _invoice(session, change.invoice)
            if change.base is None:
                session.delete(invoice)
            else:
                invoice.base = _cents(change.base)
                invoice.total = invoice.base + vat_of(invoice.base, invoice.iva)

        _in_session(site, enter)

    return router


def _in_session(site: Site, act: Callable[[Session], object]) -> object:
    with site.state.session() as session:
        write_until(session, site.today, site.profile, site.options.seed)
        return act(session)


def _invoice(session: Session, id: str) -> Factura:
    invoice = session.scalar(select(Factura).filter_by(id=id))
    if invoice is None:
        raise HTTPException(404, f"no invoice {id!r}")
    return invoice


def _cents(euros: Decimal) -> int:
    return int(euros.scaleb(2).to_integral_exact())
