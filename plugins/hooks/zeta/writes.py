"""Agregar: a voucher is checked, sent once, and looked up where its answer was lost (zeta.seed.txt, field-notes.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import ValidationError
from requests import Session

from cierre.ports.errors import DataError, UncertainError, VendorError
from hooks.zeta.limits import CountedCalls
from hooks.zeta.questions import SalesFilter
from hooks.zeta.settings import Settings
from hooks.zeta.voucher import SALES, Movement
from hooks.zeta.voucher_parts import Terms
from hooks.zeta.wire import Row
from hooks.zeta.words import VENDOR, code, invoice_id


class Company(Protocol):
    """A company of Zeta that takes vouchers. ``hooks.zeta.hook.ZetaHook`` is one."""

    settings: Settings

    def get_conn(self) -> Session:
        """Reads the connection's settings. Raises FatalError where they cannot be used."""

    @property
    def calls(self) -> CountedCalls:
        """The company's calls that count."""

    def invoke(self, method: str, data: Row, about: str, if_lost: type[VendorError]) -> tuple[str, Row]:
        """One call of a method: the answer's text, and its ``<method>Out``."""

    def read_sales(self, asked: SalesFilter, about: str) -> list[list[Row]]:
        """QueryVentas, page by page, whatever the rules of use."""


@dataclass(frozen=True, slots=True)
class Added:
    """A voucher that Zeta took. ``invoice_id`` is its FacturaId where it had to be looked up: Agregar gives none."""

    reference: int | None
    invoice_id: str = ""
    message: str = ""


def add(hook: Company, movement: Mapping[str, Any]) -> Added:
    """See ZetaHook.add."""
    hook.get_conn()
    checked = check(movement, hook.settings.terms)
    try:
        added = hook.calls.once("Agregar", str(checked.reference), lambda: _send(hook, checked))
    except UncertainError as lost:
        return _found_again(hook, checked, lost)
    if added is None:
        message = f"{checked.name}: a voucher of this reference was sent before, and Zeta shows none"
        return _found_again(hook, checked, UncertainError(message, vendor=VENDOR))
    return added


def check(movement: Mapping[str, Any], terms: Terms) -> Movement:
    """The voucher, if nothing is wrong with it. Raises DataError with everything that is."""
    problems = []
    try:
        checked = Movement.model_validate(dict(movement), context=terms)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, each['loc']))}: {each['msg'].removeprefix('Value error, ')}"
            for each in error.errors(include_url=False, include_input=False)
        ]
    if not {"reference", "CodigoReferencia"} & movement.keys():
        problems.append("reference: is needed, since a lost answer is found again by it")
    if problems:
        listed = "".join(f"\n- {problem}" for problem in problems)
        raise DataError(f"the voucher is not sent, {len(problems)} things are wrong:{listed}", vendor=VENDOR)
    return checked


def find(hook: Company, movement: Movement) -> Row | None:
    """The sale that Zeta holds under a voucher's reference, as QueryVentas shows it; None where there is none."""
    asked = SalesFilter(since=movement.day, until=movement.day, voucher=movement.voucher, local=movement.local)
    about = f"{movement.name}, looked up"
    pages = hook.calls.look_up("QueryVentas", str(asked), lambda: hook.read_sales(asked, about))
    found = [row for page in pages for row in page if code(row.get("Referencia")) == str(movement.reference)]
    if len(found) > 1:
        ids = ", ".join(map(invoice_id, found))
        message = f"{about}: it is there {len(found)} times ({ids}); a person must take the others back"
        raise DataError(message, vendor=VENDOR)
    return found[0] if found else None


def _send(hook: Company, movement: Movement) -> Added:
    _, out = hook.invoke("Agregar", {"Movimiento": movement.payload()}, movement.name, UncertainError)
    said = out["Response"] if isinstance(out.get("Response"), dict) else out
    return Added(movement.reference, message=str(said.get("Mensaje") or ""))


def _found_again(hook: Company, movement: Movement, lost: UncertainError) -> Added:
    """A voucher that may have been entered, looked up once. Raises what was lost where it is not found."""
    if movement.kind not in SALES:
        raise lost  # QueryVentas shows sales alone
    try:
        found = find(hook, movement)
    except VendorError as error:
        raise lost from error
    if found is None:
        raise lost
    return Added(movement.reference, invoice_id(found), "found again by its reference")
