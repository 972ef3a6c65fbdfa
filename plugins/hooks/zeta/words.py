"""Zeta's words against the glossary's: methods, types of voucher, VAT, fields (zeta.seed.txt, field-notes.md)."""

import re
from enum import IntEnum, StrEnum
from typing import Any

from cierre.bookkeeping.rates import RATE_OF_ONE

VENDOR = "Zeta"
SERVICE = "/rest/APIs/RESTFacturaClienteV4"
RECEIPTS_SERVICE = "/rest/APIs/RESTRecibosCobranzaV2"
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


class Voucher(StrEnum):
    """What a row of the sales is: a sale or the note that takes one back, paid at once or owed."""

    CREDIT_SALE = "credit_sale"
    CREDIT_NOTE = "credit_note"
    CASH_SALE = "cash_sale"
    CASH_RETURN = "cash_return"

    @property
    def payment(self) -> str:
        """How the customer pays, or is paid back: "cash" or "credit"."""
        return "cash" if self in (Voucher.CASH_SALE, Voucher.CASH_RETURN) else "credit"

    @property
    def is_note(self) -> bool:
        """Whether it takes a sale back."""
        return self in (Voucher.CREDIT_NOTE, Voucher.CASH_RETURN)

    @property
    def sign(self) -> int:
        """The sign that FacturaSigno must have."""
        return -1 if self.is_note else 1


VOUCHER_TYPES = {
    "1": Voucher.CREDIT_SALE,
    "2": Voucher.CREDIT_NOTE,
    "3": Voucher.CASH_SALE,
    "4": Voucher.CASH_RETURN,
}
"""ComprobanteTipo -> what it stands for where a connection does not say otherwise."""

RATES = {"22": "basic", "10": "minimum", "0": "exempt"}
"""IVATasa in percent -> the name of Uruguay's rate."""

ON_BEHALF = "#CUENTAAJENA"
"""What Notas says of a sale on somebody else's behalf."""

ALIASES = {
    "FacturaId": ("FacturaId", "RegistroId"),
    "CodigoCaja": ("CodigoCaja", "CajaCodigo"),
}
"""Fields that come under more than one name."""


LONGEST_NUMBER = 18
"""Digits of a code or an id that is read as a number."""


class Reason(StrEnum):
    """Why a row is quarantined. Each stops the day: money may be missing from the books."""

    NOT_AN_OBJECT = "not_an_object"
    MISSING_FIELD = "missing_field"
    BAD_AMOUNT = "bad_amount"
    NEGATIVE_AMOUNT = "negative_amount"
    NO_BOX = "no_box"
    UNKNOWN_TYPE = "unknown_type"
    WRONG_SIGN = "wrong_sign"
    NUMBER_AGAINST_WORDS = "number_against_words"
    UNKNOWN_CURRENCY = "unknown_currency"
    NO_RATE = "no_rate"
    RATE_OF_ONE = RATE_OF_ONE
    WRONG_DAY = "wrong_day"
    NOT_ISSUED = "not_issued"
    REPEATED_ID = "repeated_id"
    NO_LINES = "no_lines"
    UNKNOWN_SHAPE = "unknown_shape"
    UNKNOWN_VAT = "unknown_vat"
    DOES_NOT_ADD_UP = "does_not_add_up"


def field(row: dict[str, Any], name: str) -> Any:
    """A field under whichever of its names the row has it; None where it has none of them."""
    return next((row[alias] for alias in ALIASES.get(name, (name,)) if alias in row), None)


def code(value: Any) -> str:
    """A code as text, however it was written: ``1``, ``"01"`` and ``"1 "`` are the same; empty where there is none."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    text = str(value).strip()
    return str(int(text)) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else text


def invoice_id(row: dict[str, Any]) -> str:
    """FacturaId, also called RegistroId; empty where there is none, or it is no number."""
    found = code(field(row, "FacturaId"))
    return found if re.fullmatch(r"[1-9][0-9]*", found) and len(found) <= LONGEST_NUMBER else ""


def shown(value: Any) -> str:
    """A field's value for a message: what could be more than a code or a number is described, never quoted."""
    text = str(value).strip()
    if value is None or text == "":
        return "(none)"
    return text if re.fullmatch(r"[0-9.,:/+T-]{1,25}", text) else f"({type(value).__name__})"


def box_key(row: dict[str, Any]) -> str:
    """The box of a row, "local-caja" ("1-2"); empty where either is missing."""
    local, caja = code(row.get("LocalCodigo")), code(field(row, "CodigoCaja"))
    return f"{local}-{caja}" if local not in ("", "0") and caja not in ("", "0") else ""
