"""Zeta's words against the glossary's: methods, types of voucher, VAT, fields (zeta.seed.txt, field-notes.md)."""

from enum import IntEnum, StrEnum
from typing import Any

VENDOR = "Zeta"
SERVICE = "/rest/APIs/RESTFacturaClienteV4"
DETAILS = "VentasDetalladas"
"""The method that a company may call once a day."""

CURRENCIES = {"1": "UYU", "2": "USD"}
"""MonedaCodigo -> ISO 4217 where a connection does not say otherwise."""

HOME_CURRENCY = "UYU"
"""Cotizacion counts units of it."""


class VoucherType(IntEnum):
    """Zeta's basic types of a customer's voucher (ComprobanteTipo). Each company numbers its own vouchers of a type."""

    CREDIT_SALE = 1
    CREDIT_NOTE = 2
    CASH_SALE = 3
    CASH_RETURN = 4
    RECEIPT = 5
    STOCK = 32


SALE_TYPES = {"1": "credit", "2": "credit", "3": "cash", "4": "cash"}
"""ComprobanteTipo of sales and of the notes that take them back -> how the customer pays."""

SIGNS = {"1": 1, "2": -1, "3": 1, "4": -1}
"""ComprobanteTipo -> the sign that FacturaSigno must have."""

RATES = {"22": "basic", "10": "minimum", "0": "exempt"}
"""IVATasa in percent -> the name of Uruguay's rate."""

ON_BEHALF = "#CUENTAAJENA"
"""What Notas says of a sale on somebody else's behalf."""

ALIASES = {
    "FacturaId": ("FacturaId", "RegistroId"),
    "CodigoCaja": ("CodigoCaja", "CajaCodigo"),
}
"""Fields that come under more than one name."""


class Reason(StrEnum):
    """Why a row is quarantined. Each stops the day: money may be missing from the books."""

    NOT_AN_OBJECT = "not_an_object"
    MISSING_FIELD = "missing_field"
    BAD_AMOUNT = "bad_amount"
    NEGATIVE_AMOUNT = "negative_amount"
    NO_BOX = "no_box"
    UNKNOWN_TYPE = "unknown_type"
    WRONG_SIGN = "wrong_sign"
    UNKNOWN_CURRENCY = "unknown_currency"
    NO_RATE = "no_rate"
    NOT_ISSUED = "not_issued"
    REPEATED_ID = "repeated_id"
    NO_LINES = "no_lines"
    UNKNOWN_VAT = "unknown_vat"
    DOES_NOT_ADD_UP = "does_not_add_up"


def field(row: dict[str, Any], name: str) -> Any:
    """A field under whichever of its names the row has it; None where it has none of them."""
    return next((row[alias] for alias in ALIASES.get(name, (name,)) if alias in row), None)


def code(value: Any) -> str:
    """A code as text, however it was written: ``1``, ``"01"`` and ``"1 "`` are the same; empty where there is none."""
    text = "" if value is None else str(value).strip()
    return str(int(text)) if text.isascii() and text.isdecimal() else text


def invoice_id(row: dict[str, Any]) -> str:
    """FacturaId, also called RegistroId; empty where there is none."""
    found = code(field(row, "FacturaId"))
    return "" if found == "0" else found


def box_key(row: dict[str, Any]) -> str:
    """The box of a row, "local-caja" ("1-2"); empty where either is missing."""
    local, caja = code(row.get("LocalCodigo")), code(field(row, "CodigoCaja"))
    return f"{local}-{caja}" if local not in ("", "0") and caja not in ("", "0") else ""
