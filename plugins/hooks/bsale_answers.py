"""Bsale's answers: whole JSON, a page of a list, or an error in one of its four shapes (field-notes.md)."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
from requests import Response

from hooks.errors import DataError, RetriableError
from hooks.transport import seconds_to_wait
from hooks.vendor import describe, one_line

VENDOR = "Bsale"

TOTALLED_BY = ("paymentTypeId", "officeId", "codesii", "recordDate")
"""What one total of group_payment_types stands for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an answer: its text as it came, and its fields with money as Decimal. ``id`` is text."""

    id: str
    text: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: where it begins, how many rows the list has in all, and the rows that came."""

    offset: int
    count: int
    rows: list[Row]


class _Sheet(msgspec.Struct):
    count: int
    items: list[msgspec.Raw]
    error: Any = None
    errors: Any = None
    message: Any = None
    details: Any = None


# Pages come by the hundred: read once, by the fastest reader that keeps every digit.
_sheets = msgspec.json.Decoder(_Sheet, strict=False, float_hook=Decimal)
_rows = msgspec.json.Decoder(float_hook=Decimal)


def whole(text: str, about: str) -> Any:
    """An answer as JSON, with money as Decimal. Raises RetriableError if it is not whole, DataError if it complains."""
    try:
        answer = json.loads(text, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError):
        raise RetriableError(f"{about}: the answer is {describe(text)}, not whole JSON", vendor=VENDOR) from None
    if words := complaint(answer):
        raise DataError(f"{about}: Bsale says “{words}” and gives no data", vendor=VENDOR)
    return answer


def page(text: str, offset: int, about: str) -> Page:
    """A page of payments. Raises as ``whole``, and DataError for another shape or a row without an id."""
    try:
        sheet = _sheets.decode(text)
    except msgspec.DecodeError as error:
        whole(text, about)
        raise DataError(f"{about}: the answer is no page of a list: {error}", vendor=VENDOR) from None
    if words := complaint(msgspec.structs.asdict(sheet)):
        raise DataError(f"{about}: Bsale says “{words}” and gives no data", vendor=VENDOR)
    return Page(offset, sheet.count, [_row(raw, about) for raw in sheet.items])


def an_object(text: str, about: str) -> dict[str, Any]:
    """An answer that is one thing. Raises as ``whole``, and DataError for another shape."""
    return _shaped(whole(text, about), dict, about)


def groups(text: str, about: str) -> list[Row]:
    """Totals by form of payment; each one's id is what it is the total of. Raises as ``an_object``."""
    _shaped(whole(text, about), list, about)
    rows = []
    for raw in msgspec.json.decode(text, type=list[msgspec.Raw]):
        group = _shaped(_fields(raw), dict, about)
        rows.append(Row("/".join(identity(group.get(name)) for name in TOTALLED_BY), bytes(raw).decode(), group))
    return rows


def number(text: str, name: str, about: str) -> int:
    """A whole number that an answer gives by name. Raises as ``an_object``."""
    value = identity(an_object(text, about).get(name))
    if not value.isdecimal():
        raise DataError(f"{about}: the answer gives no number {name}", vendor=VENDOR)
    return int(value)


def complaint(answer: Any) -> str:
    """What an answer complains of, in one line; empty where it does not.

    Takes ``{error}``, ``{message, code}``, ``{error, details}`` and ``{errors: [{field, message}]}`` (field-notes.md).
    """
    if not isinstance(answer, dict):
        return ""
    errors = answer.get("errors")
    told = [_wrong_field(error) for error in errors] if isinstance(errors, list) else [errors]
    told += [answer.get(name) for name in ("error", "message", "details")]
    return one_line("; ".join(str(words) for words in told if words))


def complaint_in(text: str) -> str:
    """What a text complains of, if it is JSON that does."""
    try:
        return complaint(json.loads(text))
    except (ValueError, RecursionError):
        return ""


def wait_asked_for(response: Response, text: str) -> float | None:
    """How many seconds Bsale asks to wait: by header or, else, by ``retry_after`` in the body; None if it does not."""
    if (seconds := seconds_to_wait(response.headers.get("Retry-After"))) is not None:
        return seconds
    try:
        return max(0.0, float(json.loads(text)["retry_after"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def identity(value: Any) -> str:
    """An id, which Bsale writes now as a number and now as text; empty where it is neither."""
    is_id = isinstance(value, (str, int)) and not isinstance(value, bool)
    return str(value).strip() if is_id else ""


def _fields(raw: msgspec.Raw) -> Any:
    return _rows.decode(raw)


def _row(raw: msgspec.Raw, about: str) -> Row:
    fields = _fields(raw)
    number = identity(fields.get("id")) if isinstance(fields, dict) else ""
    if not number:
        raise DataError(f"{about}: a row has no id, so it cannot be told from the others", vendor=VENDOR)
    return Row(number, bytes(raw).decode(), fields)


def _wrong_field(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    return ": ".join(str(error[name]) for name in ("field", "message") if error.get(name))


def _shaped(value: Any, shape: type, about: str) -> Any:
    if not isinstance(value, shape):
        kind = {dict: "an object", list: "a list"}[shape]
        raise DataError(f"{about}: the answer holds a JSON {type(value).__name__} in place of {kind}", vendor=VENDOR)
    return value
