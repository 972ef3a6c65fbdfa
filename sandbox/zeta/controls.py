"""The controls of Zeta: switches, its own books, and what people do at the counter. For tests and the curious only."""

import json
from datetime import date
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Body, HTTPException
from pydantic import BaseModel, ValidationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from sandbox.state import State
from sandbox.zeta import catalogue
from sandbox.zeta.books import ZetaBooks, books
from sandbox.zeta.generator import Counter
from sandbox.zeta.model import ZetaBloqueo, ZetaComprobante, ZetaLlamada
from sandbox.zeta.settings import Profile, Settings

FIRST_SOLD = 800_000_000
"""FacturaIds of vouchers that a control sold."""


NOBODY = ""
"""The company of vouchers that were taken away."""


class NewVoucher(BaseModel):
    """A voucher of a box (``key`` is local-caja), entered late; dollars go at the day's rate."""

    company: str
    key: str
    day: date
    voucher: int = 703
    dollars: bool = False
    on_behalf: bool = False
    unissued: bool = False


class Change(BaseModel):
    """What a person does to a voucher: takes it away, issues it, or changes its money (cents) without its lines."""

    invoice: int
    remove: bool = False
    issue: bool = False
    total: int | None = None


class Site(Protocol):
    """What the controls need of the stand-in."""

    settings: Settings
    profile: Profile
    state: State

    def write(self, session: Session, company: str, first: date, last: date) -> None: ...


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
    def read_books(company: str, key: str, day: date) -> ZetaBooks:
        local, caja = map(int, key.split("-"))
        with site.state.session() as session:
            site.write(session, company, day, day)
            return books(session, company, local, caja, day)

    @router.get("/lock")
    def read_lock(company: str) -> str:
        with site.state.session() as session:
            locked = session.get(ZetaBloqueo, company)
            return locked.motivo if locked else ""

    @router.delete("/lock")
    def unlock(company: str) -> None:
        with site.state.session() as session:
            session.execute(delete(ZetaBloqueo).filter_by(empresa=company))
            session.execute(delete(ZetaLlamada).filter_by(empresa=company))

    @router.post("/vouchers")
    def sell(new: NewVoucher) -> int:
        local, caja = map(int, new.key.split("-"))
        particulars: dict[str, Any] = {"codigo": new.voucher}
        if new.dollars:
            particulars |= {"moneda": catalogue.USD, "cotizacion": catalogue.rate(new.day)}
        if new.on_behalf:
            particulars["notas"] = catalogue.ON_BEHALF
        if new.unissued:
            particulars["emitido"] = False
        with site.state.session() as session:
            site.write(session, new.company, new.day, new.day)
            sold = session.scalar(select(func.count()).where(ZetaComprobante.pk >= FIRST_SOLD))
            counter = Counter(session.add, new.company, new.day, site.profile, site.settings.decimals, f"late/{sold}")
            number = FIRST_SOLD + sold
            return counter.voucher(local, caja, pk=number, numero=number, **particulars).pk

    @router.patch("/vouchers")
    def change(change: Change) -> None:
        with site.state.session() as session:
            voucher = session.get(ZetaComprobante, change.invoice)
            if voucher is None:
                raise HTTPException(404, f"no voucher {change.invoice}")
            if change.remove:
                voucher.empresa = NOBODY  # its number is never given again
            if change.issue:
                voucher.emitido, voucher.serie, voucher.numero = True, "A", voucher.pk
            if change.total is not None:
                voucher.total, voucher.subtotal = change.total, change.total - voucher.iva

    @router.get("/added")
    def read_added(company: str, reference: int) -> list[dict[str, Any]]:
        with site.state.session() as session:
            found = select(ZetaComprobante).filter_by(empresa=company, referencia=reference)
            return [json.loads(voucher.enviado) for voucher in session.scalars(found) if voucher.enviado]

    return router
