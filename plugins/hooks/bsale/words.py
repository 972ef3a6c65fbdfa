"""Bsale's words against the glossary's: kinds of document, a payment's fields, why a row is not booked."""

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.money import ZERO, AmountError, amount, quantum
from cierre.bookkeeping.text import is_text_or_number, label
from hooks.bsale.answers import identity

LARGEST = 15
"""Digits before the point that no amount of money has."""

TEN_DIGITS = range(10**9, 10**10)

_FLAGS = {"0": False, "1": True, "False": False, "True": True}
_FLAGS_AS_NUMBERS = {0: False, 1: True}


class Reason(StrEnum):
    """Why a row is quarantined. VOIDED and ANOTHER_DAY are rightly not booked; all others stop the day."""

    MISSING_FIELD = "missing_field"
    BAD_AMOUNT = "bad_amount"
    NEGATIVE_AMOUNT = "negative_amount"
    BAD_FLAG = "bad_flag"
    BAD_DATE = "bad_date"
    BAD_DOCUMENT = "bad_document"
    UNKNOWN_DIRECTION = "unknown_direction"
    REPEATED_FIELD = "repeated_field"
    UNKNOWN_FORM = "unknown_form"
    NO_OFFICE = "no_office"
    REPEATED_ID = "repeated_id"
    WRONG_DAY = "wrong_day"
    VOIDED = "voided"
    ANOTHER_DAY = "another_day"


HARMLESS = {Reason.VOIDED, Reason.ANOTHER_DAY}


def office(row: dict[str, Any]) -> str:
    """The id of the office where a payment was made; empty where it does not say."""
    return _node_id(row, "office")


def form(row: dict[str, Any]) -> str:
    """The id of a payment's form of payment; empty where it does not say."""
    return _node_id(row, "payment_type")


def named(row: dict[str, Any]) -> str:
    """A payment's id as people may see it: Bsale's own numbers, however long, and codes."""
    number = identity(row.get("id"))
    return number if number.isdecimal() else label(number)


def flag(value: Any) -> bool | None:
    """Bsale's 0 or 1, in whatever type; None for anything else, such as a field that is not there."""
    return _FLAGS_AS_NUMBERS.get(value) if type(value) is int else _FLAGS.get(str(value).strip())


def is_collection(row: dict[str, Any]) -> bool:
    """Whether a payment pays off a debt. Old rows lack the field: then its documents tell (bsale.seed.txt), and a list
    of none tells nothing."""
    said = flag(row.get("isCreditPayment"))
    return bool(listed(row)) if said is None else said


def listed(row: dict[str, Any]) -> list[Any]:
    """The documents that a payment lists; an empty list where it lists none."""
    documents = row.get("documents")
    return documents if isinstance(documents, list) else []


def kind(row: dict[str, Any], is_client_credit: bool | None, pays_out: bool) -> Kind:
    """What a payment is to the books: ``is_client_credit`` is of its form, None where that is not known; ``pays_out``
    tells that the company pays for a document of its kind."""
    if is_negative(row):
        return Kind.REFUND
    if is_collection(row):
        return Kind.COLLECTION
    if pays_out:
        return Kind.REFUND
    return Kind.SALE if is_client_credit else Kind.PAYMENT


def is_negative(row: dict[str, Any]) -> bool:
    """Whether a payment's amount is below zero, if only by a fraction."""
    return exact(row.get("amount")) < ZERO


def seconds(value: Any) -> int | None:
    """Epoch seconds, as a number or as text; None where there are none, or no such: none of 2001 to 2286, which are the
    years that have ten digits, and the only ones that a payment of Bsale can be of."""
    if type(value) is int:
        return value if value in TEN_DIGITS else None
    text = identity(value)
    return int(text) if len(text) <= 11 and text.isdecimal() and int(text) in TEN_DIGITS else None


def utc_day(instant: int) -> date:
    """The day that Bsale means by an instant: its date in UTC (field-notes.md)."""
    return datetime.fromtimestamp(instant, UTC).date()


def is_undated(row: dict[str, Any]) -> bool:
    """Whether a payment has no date of its own, so that the day counts on which it was made."""
    return row.get("recordDate") in ("", None)


def money(value: Any, currency: str) -> Decimal | None:
    """An amount, rounded to the smallest unit of ``currency``; None if it is not one."""
    try:
        return amount(value, currency)
    except AmountError:
        return None


def moved(row: dict[str, Any], its_kind: Kind, currency: str) -> Decimal | None:
    """The money of a payment, in or out of the till: a refund's is above zero, whichever sign Bsale gives it."""
    amount = money(row.get("amount"), currency)
    return abs(amount) if amount is not None and its_kind is Kind.REFUND else amount


def exact(value: Any) -> Decimal:
    """An amount as it is written, however many decimals it has; zero for what is none, or is too large for money."""
    if type(value) is int:
        return Decimal(value) if abs(value) < 10**LARGEST else ZERO
    if not is_text_or_number(value):
        return ZERO
    try:
        number = Decimal(value)
    except InvalidOperation:
        return ZERO
    return number if number.is_finite() and number.adjusted() < LARGEST else ZERO


def has_decimals(value: Any, currency: str) -> bool:
    """Whether a value is a number, but finer than the smallest unit of the currency."""
    number = exact(value)
    return bool(number) and money(value, currency) is None and number != number.quantize(quantum(currency))


def _node_id(row: dict[str, Any], name: str) -> str:
    node = row.get(name)
    return identity(node.get("id")) if isinstance(node, dict) else ""
