"""Zeta's words against the glossary's: methods, types of voucher, VAT, fields (zeta.seed.txt, field-notes.md)."""

import re
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

from cierre.bookkeeping.documents import REPEATED_FIELD
from cierre.bookkeeping.rates import RATE_OF_ONE
from cierre.bookkeeping.text import is_text_or_number

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

_WHOLE = re.compile(rf"([+-]?)0*([0-9]{{1,{LONGEST_NUMBER}}})(?:\.0+)?")
_YES = frozenset({"s", "si", "sí", "true", "1"})
_NO = frozenset({"n", "no", "false", "0"})
_ABOVE_ZERO = re.compile(rf"[1-9][0-9]{{0,{LONGEST_NUMBER - 1}}}")


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
    RATE_FAR_OFF = "rate_far_off"
    WRONG_DAY = "wrong_day"
    NO_TEXT = "no_text"
    NOT_YES_OR_NO = "not_yes_or_no"
    NOT_ISSUED = "not_issued"
    UNKNOWN_OWNER = "unknown_owner"
    REPEATED_ID = "repeated_id"
    REPEATED_FIELD = REPEATED_FIELD
    NO_LINES = "no_lines"
    UNKNOWN_SHAPE = "unknown_shape"
    UNKNOWN_VAT = "unknown_vat"
    BAD_RATE = "bad_rate"
    DOES_NOT_ADD_UP = "does_not_add_up"


def field(row: dict[str, Any], name: str) -> Any:
    """A field under the first of its names that has a value; None where none has, or they have different ones."""
    if name not in ALIASES:
        return row.get(name)
    values = [row[alias] for alias in ALIASES[name] if not (is_missing(row.get(alias)) or code(row[alias]) == "0")]
    return values[0] if len({code(value) for value in values}) == 1 else None


def is_missing(value: Any) -> bool:
    """Whether a field has no value: none at all, or an empty text."""
    return value is None or (isinstance(value, str) and not value.strip())


def code(value: Any) -> str:
    """A code as text, however it was written: ``1``, ``"01"``, ``1.0`` and ``"1 "`` are the same; empty where there is
    neither text nor number."""
    if not is_text_or_number(value):
        return ""
    is_short = isinstance(value, Decimal) and abs(value.adjusted()) <= LONGEST_NUMBER
    text = f"{value:f}" if is_short else str(value).strip()
    whole = _WHOLE.fullmatch(text)
    if whole is None:
        return text
    sign, digits = whole.groups()
    return f"-{digits}" if sign == "-" and digits != "0" else digits


def yes_or_no(value: Any) -> bool | None:
    """S or N, however it is spelt: in small letters, as a word, a boolean, 1 or 0; None where it is neither."""
    text = code(value).casefold() if not isinstance(value, bool) else str(value).casefold()
    return True if text in _YES else False if text in _NO else None


def _number(value: Any) -> str:
    """A code that is a whole number above zero; empty where it is none."""
    found = code(value)
    return found if _ABOVE_ZERO.fullmatch(found) else ""


def invoice_id(row: dict[str, Any]) -> str:
    """FacturaId, also called RegistroId; empty where there is none, or it is no number."""
    return _number(field(row, "FacturaId"))


def shown(value: Any) -> str:
    """A field's value for a message: what could be more than a code or a number is described, never quoted."""
    text = str(value).strip()
    if value is None or text == "":
        return "(none)"
    return text if re.fullmatch(r"[0-9.,:/+T-]{1,25}", text) else f"({type(value).__name__})"


def box_key(row: dict[str, Any]) -> str:
    """The box of a row, "local-caja" ("1-2"); empty where either is missing or no number."""
    local, caja = _number(row.get("LocalCodigo")), _number(field(row, "CodigoCaja"))
    return f"{local}-{caja}" if local and caja else ""
