"""Bsale's controls, for tests."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from sandbox.bsale.books import Books
from sandbox.bsale.catalogue import CASH
from sandbox.bsale.settings import Profile


@dataclass(frozen=True)
class Traffic:
    """How many requests the throttle let in and refused, the most in any one second, and over how many seconds."""

    served: int
    refused: int
    busiest_second: int
    seconds: float


class BsaleSwitches:
    """What a test may ask of and do to the sandbox's Bsale; days are business dates, offices by their id."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def books(self, office: int, day: date, company: str = "austral") -> Books:
        """Bsale's own books of an office's day."""
        place = {"company": company, "office": office, "day": day.isoformat()}
        return TypeAdapter(Books).validate_python(self._call("GET", "bsale/books", params=place))

    def set(self, **settings: Any) -> None:
        """Changes how the site behaves: see ``sandbox.bsale.settings.Settings``."""
        self._call("PATCH", "bsale/settings", json=settings)

    def set_profile(self, profile: Profile, company: str = "austral") -> None:
        """What a company's days look like that nobody has asked for yet."""
        self._call("PUT", "bsale/profile", json={"company": company, "profile": profile.model_dump(mode="json")})

    def pay_late(self, office: int, day: date, form: int = CASH, amount: int = 1_990, company: str = "austral") -> int:
        """A payment appears on a day that may have been read already; gives its id."""
        late = {"company": company, "office": office, "day": day.isoformat(), "form": form, "amount": amount}
        return self._call("POST", "bsale/payments", json=late)

    def void(self, payment: int, company: str = "austral") -> None:
        """Voids a payment, as a person would on the screen."""
        self._call("POST", "bsale/voids", params={"company": company, "payment": payment})

    @property
    def traffic(self) -> Traffic:
        """What the throttle has seen since the last reset."""
        return Traffic(**self._call("GET", "bsale/throttle"))
