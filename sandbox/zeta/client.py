"""Zeta's controls, for tests."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from sandbox.zeta.books import ZetaBooks
from sandbox.zeta.settings import Profile


class ZetaSwitches:
    """What tests say to Zeta's stand-in; ``call`` is the sandbox client's."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def set(self, **settings: Any) -> None:
        """Changes how the site behaves: see ``sandbox.zeta.settings.Settings``."""
        said = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in settings.items()}
        self._call("PATCH", "zeta/settings", json=said)

    def set_profile(self, profile: Profile) -> None:
        """What days look like that nobody has asked for yet."""
        self._call("PUT", "zeta/profile", json=profile.model_dump(mode="json"))

    def books(self, company: str, key: str, day: date) -> ZetaBooks:
        """Zeta's own books of a box ("local-caja") and day."""
        place = {"company": company, "key": key, "day": day.isoformat()}
        return TypeAdapter(ZetaBooks).validate_python(self._call("GET", "zeta/books", params=place))

    def locked(self, company: str) -> str:
        """Why a company is locked out; empty if it is not."""
        return self._call("GET", "zeta/lock", params={"company": company})

    def unlock(self, company: str) -> None:
        """Lets a company in again, and forgets its calls."""
        self._call("DELETE", "zeta/lock", params={"company": company})

    def sell(self, company: str, key: str, day: date, voucher: int = 703, **fields: Any) -> int:
        """One more voucher at a box (``currency``, ``on_behalf``, ... see the control); gives its FacturaId."""
        new = {"company": company, "key": key, "day": day.isoformat(), "voucher": voucher, **fields}
        return self._call("POST", "zeta/vouchers", json=new)

    def change(self, invoice: int, **fields: Any) -> None:
        """Changes columns of a voucher, as a person would; ``remove=True`` takes it away, ``issue=True`` issues it."""
        self._call("PATCH", "zeta/vouchers", json={"invoice": invoice, **fields})

    def added(self, company: str, reference: int) -> list[dict[str, Any]]:
        """The movements that Agregar entered under a reference, as they were sent."""
        return self._call("GET", "zeta/added", params={"company": company, "reference": reference})
