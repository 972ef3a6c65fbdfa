"""SGA, the schools' cash system: four tenants, one accounting API each (``sga.seed.md``, field-notes.md)."""

import json
from datetime import date, datetime
from decimal import Decimal
from random import Random

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.bank.day import files_of_day
from sandbox.sga import answers, catalogue
from sandbox.sga.books import Books, amounts, books
from sandbox.sga.generator import write_day
from sandbox.sga.model import (
    Carrera,
    DetalleRubrosBeca,
    Factura,
    FormaDePago,
    LugarRecaudacion,
    Pago,
    Rubro,
    SesionCaja,
    TipoNotaCredito,
    TipoRubro,
)
from sandbox.sga.profile import Profile
from sandbox.sga.till import EPOCH, NUMBERS_A_DAY, Till
from sandbox.state import State
from sandbox.vendor import Options, Request

SERVER_ERROR = """<!doctype html>
<html lang="en">
<head>
  <title>Server Error (500)</title>
</head>
<body>
  <h1>Server Error (500)</h1><p></p>
</body>
</html>
"""

NO_ACTION = ["SGA", "API"]
"""The answer to a missing or unknown ``a``."""


class NewBox(BaseModel):
    """A cash box to open in a tenant; ``closed_on`` is its weekday of rest, 0 = Monday."""

    tenant: str
    caja: int
    closed_on: int = catalogue.SUNDAY


class NewProfile(BaseModel):
    """A profile for one box, for all boxes of a tenant, or for all: for the days that nobody has asked for yet."""

    tenant: str = ""
    caja: int | None = None
    profile: Profile


class LatePayment(BaseModel):
    """A payment that appears on a day after it was read; it joins the day's last session, or ``reopens`` it."""

    tenant: str
    caja: int
    fecha: date
    form: int
    amount: Decimal
    reopens: bool = False


class ChangedPayment(BaseModel):
    """What a person does to an invoice's first payment: takes it away, or gives it another amount or scholarship."""

    tenant: str
    invoice: str
    remove: bool = False
    amount: Decimal | None = None
    scholarship: Decimal | None = None


class Sga:
    """The four schools."""

    name = "sga"

    def __init__(self, state: State, options: Options) -> None:
        self.state, self.options = state, options
        self.reset()

    def reset(self) -> None:
        self.profiles: dict[tuple[str, int | None], Profile] = {}
        with self.state.session() as session:
            if session.scalar(select(FormaDePago).limit(1)) is None:
                open_the_schools(session)

    def recognise(self, request: Request) -> tuple[str, dict[str, str]]:
        """The action ``a``; keys: tenant and the other parameters (``caja``, ``fecha``, ``nc``)."""
        keys = request.parameters
        tenant = request.path.strip("/").split("/")[0]
        return keys.pop("a", ""), {"tenant": tenant} | keys

    def api(self) -> APIRouter:
        router = APIRouter()

        @router.get("/{tenant}/api")
        def api(
            tenant: str, a: str = "", fecha: str | None = None, caja: str | None = None, nc: str | None = None
        ) -> Response:
            if tenant not in catalogue.TENANTS:
                raise HTTPException(404)
            match a:
                case "facturacionNewProcess":
                    return self._day(tenant, fecha, caja)
                case "cajas":
                    with self.state.session() as session:
                        return _json(answers.cajas(session, tenant))
                case "obtenerPagosNc":
                    if nc is None:
                        return HTMLResponse(SERVER_ERROR, 500)
                    with self.state.session() as session:
                        return _json(answers.pagos_nc(session, tenant, nc))
                case _:
                    return _json(NO_ACTION)

        return router

    def _day(self, tenant: str, fecha: str | None, caja: str | None) -> Response:
        try:
            day = _cut(fecha)
        except (TypeError, ValueError):
            return HTMLResponse(SERVER_ERROR, 500)
        if caja is None:
            return HTMLResponse(SERVER_ERROR, 500)
        with self.state.session() as session:
            try:
                box = answers.find_box(session, tenant, caja)
            except (LookupError, ValueError):
                pass  # the answer says so itself
            else:
                self._write(session, box, day)
            return _json(answers.facturacion_new_process(session, tenant, caja, day))

    def _write(self, session: Session, box: LugarRecaudacion, day: date) -> None:
        """Makes a day that is asked for the first time, unless it lies ahead or before the schools' first."""
        written = session.scalar(select(SesionCaja).filter_by(caja=box, fecha=day).limit(1))
        if written is None and EPOCH <= day <= self.options.today():
            write_day(session, box, day, self._profile(box), self.options.seed)

    def _profile(self, box: LugarRecaudacion) -> Profile:
        for place in ((box.tenant, box.id), (box.tenant, None), ("", None)):
            if place in self.profiles:
                return self.profiles[place]
        return Profile()

    def controls(self) -> APIRouter:
        router = APIRouter()

        @router.get("/books")
        def read_books(tenant: str, caja: int, fecha: date) -> Books:
            with self.state.session() as session:
                self._write(session, _known_box(session, tenant, caja), fecha)
                return books(session, tenant, caja, fecha)

        @router.get("/cards")
        def read_cards(
            tenant: str,
            caja: int,
            fecha: date,
            forms: str,
            terminal: str,
            opening: int = 0,
            closing: int | None = None,
        ) -> list[str]:
            """What bank and acquirer write of a day's cards, whose ``forms`` have commas between them: see
            ``files_of_day``. Nothing of a day without any."""
            with self.state.session() as session:
                self._write(session, _known_box(session, tenant, caja), fecha)
                slips = amounts(session, tenant, caja, fecha, set(forms.split(",")))
            return list(files_of_day(slips, terminal, fecha, opening, closing)) if slips else []

        @router.post("/boxes")
        def add_box(box: NewBox) -> None:
            if box.tenant not in catalogue.TENANTS:
                raise HTTPException(404, f"no tenant {box.tenant!r}; known are {', '.join(catalogue.TENANTS)}")
            with self.state.session() as session:
                open_box(session, box.tenant, box.caja, box.closed_on)

        @router.put("/profile")
        def set_profile(new: NewProfile) -> None:
            self.profiles[new.tenant, new.caja] = new.profile

        @router.post("/payments")
        def pay_late(late: LatePayment) -> None:
            with self.state.session() as session:
                self._pay(session, _known_box(session, late.tenant, late.caja), late)

        @router.patch("/payments")
        def change_payment(change: ChangedPayment) -> None:
            with self.state.session() as session:
                _change(session, change)

        return router

    def _pay(self, session: Session, box: LugarRecaudacion, late: LatePayment) -> None:
        self._write(session, box, late.fecha)
        of_the_day = select(SesionCaja).filter_by(caja=box, fecha=late.fecha).order_by(SesionCaja.pk.desc())
        sesion = session.scalars(of_the_day).first()
        if late.reopens:
            sesion = SesionCaja(caja=box, fecha=late.fecha)
            session.add(sesion)
            session.flush()
        if sesion is None:
            raise HTTPException(409, f"box {late.caja} of {late.tenant} opened no session on {late.fecha}")
        taken = session.scalar(select(func.count()).select_from(Pago).filter_by(sesion=sesion))
        rng = Random(f"{self.options.seed}/late/{sesion.pk}/{taken}")
        till = Till(session, rng, box, late.fecha, self._profile(box), first_number=NUMBERS_A_DAY // 2 + taken * 10)
        till.sesion, student = sesion, till.student()
        till.payment(till.charge(student), float(late.amount), late.form, till.invoice(student))


def _change(session: Session, change: ChangedPayment) -> None:
    of_tenant = Pago.rubro.has(Rubro.inscripcion.has(tenant=change.tenant))
    of_invoice = Pago.facturas.any(Factura.numero == change.invoice)
    payment = session.scalars(select(Pago).where(of_tenant, of_invoice).order_by(Pago.pk)).first()
    if payment is None:
        raise HTTPException(404, f"{change.tenant} has no payment of invoice {change.invoice}")
    if change.amount is not None:
        payment.valor = float(change.amount)
    if change.scholarship is not None:
        payment.becas = [DetalleRubrosBeca(descuento=float(change.scholarship))]
    if change.remove:
        payment.sesion = None


def open_the_schools(session: Session) -> None:
    """The catalogues, and the boxes that exist from the start."""
    session.add_all(FormaDePago(id=id, nombre=name, codigoformapago=code) for id, name, code in catalogue.FORMS)
    session.add_all(TipoNotaCredito(id=id, descripcion=name) for id, name in catalogue.NOTE_TYPES.items())
    session.add_all(TipoRubro(id=id, nombre=name) for id, name in catalogue.REVENUE_TYPES.items())
    session.add_all(Carrera(id=id, nombre=name) for id, name in catalogue.PROGRAMMES.items())
    for opening in catalogue.OPENED:
        open_box(session, opening.tenant, opening.caja, opening.closed_on)


def open_box(session: Session, tenant: str, caja: int, closed_on: int) -> None:
    """A new cash box of a tenant, with its weekday of rest."""
    name = f"CAJA {caja} - {catalogue.TENANTS[tenant].upper()}"
    session.add(LugarRecaudacion(tenant=tenant, id=caja, nombre=name, closed_on=closed_on))


def _known_box(session: Session, tenant: str, caja: int) -> LugarRecaudacion:
    try:
        return answers.find_box(session, tenant, str(caja))
    except LookupError:
        raise HTTPException(404, f"no box {caja} in {tenant!r}") from None


def _cut(fecha: str | None) -> date:
    """DD-MM-YYYY, cut by position: what stands between the numbers is not looked at."""
    return datetime(int(fecha[-4:]), int(fecha[3:5]), int(fecha[:2])).date()


def _json(answer: object) -> Response:
    """As Django writes it: pure ASCII, floats with all their noise."""
    return Response(json.dumps(answer), media_type="application/json")


STAND_IN = Sga
