"""What only tests and people at the sandbox may do to Bsale."""

from datetime import date
from typing import Any, Protocol

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.bsale.books import Books, books
from sandbox.bsale.catalogue import CASH, COMPANIES
from sandbox.bsale.generator import midnight
from sandbox.bsale.limits import Throttle
from sandbox.bsale.model import BsalePayment
from sandbox.bsale.settings import Profile, Settings
from sandbox.bsale.writes import grow
from sandbox.state import State


class NewProfile(BaseModel):
    """What a company's days look like that nobody has asked for yet."""

    company: str
    profile: Profile


class LatePayment(BaseModel):
    """A payment that appears on a day that may have been read already."""

    company: str
    office: int
    day: date
    form: int = CASH
    amount: int = 1_990


class Site(Protocol):
    """What the controls need of the stand-in."""

    settings: Settings
    profiles: dict[str, Profile]
    state: State
    throttle: Throttle

    def write(self, session: Session, company: str, seconds: int | None) -> None: ...


def controls(bsale: Site) -> APIRouter:
    """Books, settings, profiles, late payments, voids, and what the throttle saw."""
    router = APIRouter()

    def known(company: str) -> str:
        if company not in COMPANIES:
            raise HTTPException(404, f"no company {company!r}; known are {', '.join(COMPANIES)}")
        return company

    @router.get("/books")
    def read_books(company: str, office: int, day: date) -> Books:
        with bsale.state.session() as session:
            bsale.write(session, known(company), midnight(day))
            return books(session, company, office, day)

    @router.patch("/settings")
    def change_settings(changes: dict[str, Any]) -> Settings:
        bsale.settings = Settings.model_validate(bsale.settings.model_dump() | changes)
        return bsale.settings

    @router.put("/profile")
    def set_profile(new: NewProfile) -> None:
        bsale.profiles[known(new.company)] = new.profile

    @router.post("/payments")
    def pay_late(late: LatePayment) -> int:
        with bsale.state.session() as session:
            bsale.write(session, known(late.company), midnight(late.day))
            place = {"office": late.office, "form": late.form, "amount": late.amount}
            return grow(session, late.company, late.day, **place).id

    @router.post("/voids")
    def void(company: str, payment: int) -> None:
        with bsale.state.session() as session:
            row = session.scalar(select(BsalePayment).filter_by(company=known(company), id=payment))
            if row is None:
                raise HTTPException(404, f"{company} has no payment {payment}")
            row.state = 1

    @router.get("/throttle")
    def throttle() -> dict[str, float]:
        return bsale.throttle.shown()

    return router
