"""Bsale's answers: whole JSON, a page of a list, or an error in one of its four shapes (field-notes.md)."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import isnan
from typing import Any, TypeVar

import msgspec
from requests import Response

from cierre.bookkeeping import json_text
from cierre.bookkeeping.text import is_fit
from cierre.ports.errors import DataError, FatalError, RetriableError
from hooks.http.hook import describe, one_line, words_of
from hooks.http.transport import LONGEST_ASKED, seconds_to_wait

VENDOR = "Bsale"

TOTALLED_BY = ("paymentTypeId", "officeId", "codesii", "recordDate")
"""What one total of group_payment_types stands for."""

MOST_ROWS = 10_000_000
"""Of a list that is believed: whoever counts more would be asked for page after page, for days."""


Shape = TypeVar("Shape")


class Blocked(FatalError):
    """Bsale has closed the company's account, since it was not paid."""

    advice = (
        "Nothing was changed there; the company must pay Bsale and have its account opened again. Then run the day"
        " again: no day is lost by waiting."
    )


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
        answer = json_text.read(text)
    except ValueError:
        raise RetriableError(f"{about}: the answer is {describe(text)}, not whole JSON", vendor=VENDOR) from None
    if words := complaint(answer):
        raise DataError(f"{about}: Bsale says “{words}” and gives no data", vendor=VENDOR)
    return answer


def page(text: str, offset: int, about: str) -> Page:
    """A page of payments. Raises as ``whole``, and DataError for another shape or a row without an id."""
    try:
        sheet = _sheets.decode(text)
        # The fast reader does not see a field that stands twice.
        fields = None if _may_repeat(text) else [_fields(raw) for raw in sheet.items]
    except msgspec.ValidationError as error:
        whole(text, about)
        raise DataError(f"{about}: the answer is no page of a list: {error}", vendor=VENDOR) from None
    except (msgspec.DecodeError, UnicodeEncodeError, InvalidOperation):
        fields = None  # nor does it take half characters, control characters and all numbers
    if fields is None:
        return _page_of(whole(text, about), offset, about)
    if words := complaint(msgspec.structs.asdict(sheet)):
        raise DataError(f"{about}: Bsale says “{words}” and gives no data", vendor=VENDOR)
    rows = [_row(row, bytes(raw).decode(), about) for row, raw in zip(fields, sheet.items, strict=True)]
    return Page(offset, _believable(sheet.count, about), rows)


def _believable(count: int, about: str) -> int:
    """How many rows a list has, unless nobody could ask for so many. Raises DataError."""
    if not 0 <= count <= MOST_ROWS:
        raise DataError(
            f"{about}: Bsale counts {'more than' if count > 0 else 'fewer than'} it can have", vendor=VENDOR
        )
    return count


def _may_repeat(text: str) -> bool:
    return text.count('"count"') > 1 or text.count('"items"') > 1


def _page_of(answer: Any, offset: int, about: str) -> Page:
    """A page that was read patiently. Raises DataError where it is none."""
    answer = _shaped(answer, dict, about)
    count, items = identity(answer.get("count")), answer.get("items")
    if not count.isdecimal() or not isinstance(items, list):
        raise DataError(f"{about}: the answer is no page of a list", vendor=VENDOR)
    return Page(offset, _believable(int(count), about), [_row(row, json_text.write(row), about) for row in items])


def an_object(text: str, about: str) -> dict[str, Any]:
    """An answer that is one thing. Raises as ``whole``, and DataError for another shape."""
    return _shaped(whole(text, about), dict, about)


def groups(text: str, about: str) -> list[Row]:
    """Totals by form of payment; each one's id is what it is the total of. Raises as ``an_object``."""
    found = [_shaped(group, dict, about) for group in _shaped(whole(text, about), list, about)]
    try:
        texts = [bytes(raw).decode() for raw in msgspec.json.decode(text, type=list[msgspec.Raw])]
    except (msgspec.DecodeError, UnicodeEncodeError):
        texts = [json_text.write(group) for group in found]  # the fast reader does not take what stands in one
    ids = ("/".join(identity(group.get(name)) for name in TOTALLED_BY) for group in found)
    return [Row(id, one, group) for id, one, group in zip(ids, texts, found, strict=True)]


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
    return one_line("; ".join(words_of(words) for words in told if words))


def complaint_in(text: str) -> str:
    """What a text complains of, if it is JSON that does."""
    try:
        return complaint(json_text.read(text))
    except ValueError:
        return ""


def wait_asked_for(response: Response, text: str) -> float | None:
    """How many seconds Bsale asks to wait: by header or, else, by ``retry_after`` in the body; None if it does not.

    Never more than LONGEST_ASKED, as of a header."""
    if (seconds := seconds_to_wait(response.headers.get("Retry-After"))) is not None:
        return seconds
    try:
        seconds = float(json_text.read(text)["retry_after"])
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
    return None if isnan(seconds) else min(max(0.0, seconds), LONGEST_ASKED)


def identity(value: Any) -> str:
    """An id, which Bsale writes now as a number and now as text; empty where it is neither, or no text to keep."""
    if type(value) is str and value.isalnum():
        return value  # nearly all of them, and there are hundreds of thousands in a large day
    if type(value) is int and value >= 0:
        return str(value)  # and nearly all others
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    text = str(value).strip()
    return text if text.isalnum() or is_fit(text) else ""


def _fields(raw: msgspec.Raw) -> Any:
    return _rows.decode(raw)


def _row(fields: Any, text: str, about: str) -> Row:
    number = identity(fields.get("id")) if isinstance(fields, dict) else ""
    if not number:
        raise DataError(f"{about}: a row has no id, so it cannot be told from the others", vendor=VENDOR)
    return Row(number, text, fields)


def _wrong_field(error: Any) -> str:
    if not isinstance(error, dict):
        return words_of(error)
    return ": ".join(words_of(error[name]) for name in ("field", "message") if error.get(name))


def _shaped(value: Any, shape: type[Shape], about: str) -> Shape:
    if not isinstance(value, shape):
        kind = "an object" if shape is dict else "a list"
        raise DataError(f"{about}: the answer holds a JSON {type(value).__name__} in place of {kind}", vendor=VENDOR)
    return value
