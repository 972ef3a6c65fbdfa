"""Bsale's answers: whole JSON, a page of a list, or an error in one of its four shapes (bsale.seed.txt, field-notes.md)."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from hooks.errors import DataError, RetriableError
from hooks.vendor import describe, one_line

VENDOR = "Bsale"


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
    whole(text, about)
    try:
        sheet = msgspec.json.decode(text, type=_Sheet, strict=False)
    except msgspec.ValidationError as error:
        raise DataError(f"{about}: the answer is no page of a list: {error}", vendor=VENDOR) from None
    return Page(offset, sheet.count, [_row(raw, about) for raw in sheet.items])


def an_object(text: str, about: str) -> dict[str, Any]:
    """An answer that is one thing. Raises as ``whole``, and DataError for another shape."""
    return _shaped(whole(text, about), dict, about)


def objects(text: str, about: str) -> list[dict[str, Any]]:
    """An answer that is a bare list of things. Raises as ``whole``, and DataError for another shape."""
    answer = _shaped(whole(text, about), list, about)
    return [_shaped(element, dict, about) for element in answer]


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


def seconds_to_wait(text: str) -> float | None:
    """The ``retry_after`` of a body, in seconds; None where there is none."""
    try:
        return float(json.loads(text)["retry_after"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def identity(value: Any) -> str:
    """An id, which Bsale writes now as a number and now as text; empty where it is neither."""
    is_id = isinstance(value, (str, int)) and not isinstance(value, bool)
    return str(value).strip() if is_id else ""


def _row(raw: msgspec.Raw, about: str) -> Row:
    text = bytes(raw).decode()
    fields = json.loads(text, parse_float=Decimal)
    number = identity(fields.get("id")) if isinstance(fields, dict) else ""
    if not number:
        raise DataError(f"{about}: a row has no id, so it cannot be told from the others", vendor=VENDOR)
    return Row(number, text, fields)


def _wrong_field(error: Any) -> str:
    return (
        ": ".join(str(error[name]) for name in ("field", "message") if error.get(name))
        if isinstance(error, dict)
        else str(error)
    )


def _shaped(value: Any, shape: type, about: str) -> Any:
    if not isinstance(value, shape):
        kind = {dict: "an object", list: "a list"}[shape]
        raise DataError(f"{about}: the answer holds a JSON {type(value).__name__} in place of {kind}", vendor=VENDOR)
    return value
