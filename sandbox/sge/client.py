"""The SGE's controls, for tests."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from sandbox.sge.books import PlanItem, SgeBooks
from sandbox.sge.settings import Profile


class SgeSwitches:
    """What tests say to the SGE's stand-in; ``call`` is the sandbox client's."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def set(self, **settings: Any) -> None:
        """Changes how the site behaves, ``today`` among it: see ``sandbox.sge.settings.Settings``."""
        said = {name: str(value) if isinstance(value, date) else value for name, value in settings.items()}
        self._call("PATCH", "sge/settings", json=said)

    def set_profile(self, profile: Profile) -> None:
        """What months look like that nobody has asked for yet."""
        self._call("PUT", "sge/profile", json=profile.model_dump(mode="json"))

    def books(self, projects: list[str], day: date) -> SgeBooks:
        """The SGE's own books of a group of projects for a day, as they stand today."""
        found = self._call("GET", "sge/books", params={"project": projects, "day": day.isoformat()})
        return TypeAdapter(SgeBooks).validate_python(found)

    def plan(self) -> list[PlanItem]:
        """Every planned item, with what was issued for it and collected."""
        return TypeAdapter(list[PlanItem]).validate_python(self._call("GET", "sge/plan"))

    def collect(self, invoice: str, day: date, amount: Decimal | str, entered: date | None = None) -> None:
        """Money for an invoice comes in (below zero: goes back) on a day; entered today, or when told."""
        new = {"invoice": invoice, "fecha": str(day), "importe": str(amount), "alta": entered and str(entered)}
        self._call("POST", "sge/collections", json=new)

    def issue(
        self,
        project: str,
        day: date,
        base: Decimal | str,
        entered: date | None = None,
        *,
        rate: int = 21,
        total: Decimal | str | None = None,
    ) -> str:
        """An invoice of a project, dated on a day; gives its id. ``total``, where it is not base and VAT."""
        new = {"proyecto": project, "emision": str(day), "base": str(base), "alta": entered and str(entered)}
        new |= {"iva": rate, "total": None if total is None else str(total)}
        return self._call("POST", "sge/invoices", json=new)

    def change(self, invoice: str, base: Decimal | str | None) -> None:
        """Another base for an invoice that stands already; None takes it away."""
        self._call("PATCH", "sge/invoices", json={"invoice": invoice, "base": None if base is None else str(base)})
