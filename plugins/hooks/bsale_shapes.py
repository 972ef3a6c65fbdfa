"""Bsale's words against the glossary's: kinds of document, a payment's fields, why a row is not booked."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bookkeeping.documents import Kind
from bookkeeping.money import AmountError, amount
from hooks.bsale_answers import identity

VAT = Decimal("0.19")
"""Chile's value-added tax, which the totals of taxed documents have in them."""

TAXED = ("39", "33", "35", "30", "48", "61", "60", "56", "55", "46", "45")
EXEMPT = ("41", "34", "38", "32", "110", "111", "112")
"""Kinds of document by the tax office's code (codesii), with VAT in their totals and without; the usual ones first."""


class Reason(StrEnum):
    """Why a row is quarantined. VOIDED and ANOTHER_DAY are rightly not booked; all others stop the day."""

    MISSING_FIELD = "missing_field"
    BAD_AMOUNT = "bad_amount"
    NEGATIVE_AMOUNT = "negative_amount"
    BAD_FLAG = "bad_flag"
    BAD_DATE = "bad_date"
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


def flag(value: Any) -> bool | None:
    """Bsale's 0 or 1, in whatever type; None for anything else, such as a field that is not there."""
    return {"0": False, "1": True, "False": False, "True": True}.get(str(value).strip())


def is_collection(row: dict[str, Any]) -> bool:
    """Whether a payment pays off a debt. Old rows lack the field: then its documents tell (bsale.seed.txt)."""
    said = flag(row.get("isCreditPayment"))
    return isinstance(row.get("documents"), list) if said is None else said


def kind(row: dict[str, Any], is_client_credit: bool | None) -> Kind:
    """What a payment is to the books: ``is_client_credit`` is of its form, None where that is not known."""
    if is_collection(row):
        return Kind.COLLECTION
    return Kind.SALE if is_client_credit else Kind.PAYMENT


def seconds(value: Any) -> int | None:
    """Epoch seconds, as a number or as text; None where there are none, or no such (after the year 5138)."""
    text = identity(value)
    return int(text) if text.isdecimal() and len(text) <= 11 else None


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


def _node_id(row: dict[str, Any], name: str) -> str:
    node = row.get(name)
    return identity(node.get("id")) if isinstance(node, dict) else ""
