"""Text: what of a source's texts the books can hold, and how the rest is shown to people.

A source may send anything: a NUL, half an emoji, a whole object where a number is expected. What is booked goes through
``line`` or ``code``, which refuse it; what is only kept or shown goes through ``shown``, and what stands in messages
through ``label`` or ``quoted``, which never fail and never repeat what may be a person's.
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeGuard

from cierre.bookkeeping.sentence import Sentence

LONGEST = 120
"""Characters of a text that is booked: an id, a form of payment, the number of an invoice."""

LONGEST_LABEL = 24
"""Characters of a code that is repeated to people as it came."""

_BREAKS = "\t\n\v\f\r\x85\u2028\u2029"
BROKEN = re.compile(f"[{_BREAKS}]+")
"""Line breaks and tabs."""

# Lone surrogates stand for half a character: no UTF-8 can be made of them.
_UNFIT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_UNFIT_IN_A_CODE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

_PLAIN_CODE = re.compile(r"[\w./+-]*", re.ASCII)
_LIKE_AN_AMOUNT = re.compile(r"[+-]?[\d.,' ]+(?:[eE][+-]?\d{1,4})?|[+-]?(?:NaN|Infinity)", re.ASCII)
_MANY_DIGITS = re.compile(r"\d{7}", re.ASCII)


class UnfitText(ValueError):
    """A value that cannot be booked as text; ``why`` is a part of a sentence ("it holds the character U+0000")."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(why)
        self.why = why


def line(value: Any) -> str:
    """A text that people read, such as an invoice's number, on one line: line breaks and tabs become a blank.

    Takes a text or a number; nothing is an empty text. Raises UnfitText for what the books cannot hold.
    """
    text = BROKEN.sub(" ", _scalar(value))
    return _of_fit_length(text, _UNFIT).strip()


def whole_line(text: str) -> str:
    """A text of any length on one line: to look for words in, not to be booked.

    Raises UnfitText where the books could not hold its beginning."""
    line(text[:LONGEST])
    return BROKEN.sub(" ", text).strip()


def code(value: Any) -> str:
    """A text that rules, keys and totals go by, exactly as it came. Raises UnfitText, also for a line break."""
    return _of_fit_length(_scalar(value), _UNFIT_IN_A_CODE)


def is_text_or_number(value: Any) -> TypeGuard[str | int | Decimal]:
    """Whether a value can be read at all: JSON's true and false, lists, objects and nothing are neither."""
    return isinstance(value, (str, int, Decimal)) and not isinstance(value, bool)


def is_fit(text: str) -> bool:
    """Whether a text can be booked as it stands: ``code`` would take it."""
    return len(text) <= LONGEST and not _UNFIT_IN_A_CODE.search(text)


def shown(text: str) -> str:
    """A text for people and tables: control characters as their pictures (␀), half characters as �."""
    return _UNFIT.sub(_picture, text) if _UNFIT.search(text) else text


def label(value: Any) -> str:
    """A code as people and totals may see it, even if it is none: a form of payment, an id. Nothing is empty.

    What does not look like a code (it may be a person's) is only described: ``(text)``, ``(object)``.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value if _is_plain_code(value) else "(text)"
    if isinstance(value, (bool, int, Decimal)):
        text = _short(value)
        return text if len(text) <= LONGEST_LABEL else "(number)"
    return "(list)" if isinstance(value, list) else "(object)"


def text_of(value: Any) -> str:
    """The text of what should be a code or a number, nothing as an empty one. Of a list or an object only what it is:
    a whole row, with a person's name in it, may stand where a number is expected."""
    try:
        return _scalar(value)
    except UnfitText:
        return label(value)


def quoted(value: Any) -> Sentence:
    """A value in a message: what looks like an amount or a code as it came, of everything else only what it is."""
    match value:
        case bool() | None:
            return Sentence("{value}", value={True: "true", False: "false", None: "null"}[value])
        case int() | Decimal() if len(_short(value)) <= LONGEST_LABEL:
            return Sentence("{value}", value=_short(value))
        case int() | Decimal():
            return Sentence("a number of many digits")
        case str() if _is_plain(value):
            return Sentence("{value}", value=repr(value))
        case str():
            return Sentence("a text of {n} characters", n=len(value))
        case list():
            return Sentence("a list")
    return Sentence("an object")


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, Decimal)):
        return _short(value)
    raise UnfitText(Sentence("it is {what}", what=quoted(value)))


def _short(number: bool | int | Decimal) -> str:
    """A number as text; a whole number of thousands of digits, which Python refuses to write, as more than fits."""
    if isinstance(number, int) and abs(number) >= 10**LONGEST:
        return "9" * (LONGEST + 1)
    return str(number)


def _of_fit_length(text: str, unfit: re.Pattern[str]) -> str:
    if found := unfit.search(text):
        raise UnfitText(Sentence("it holds the character {character}", character=f"U+{ord(found[0]):04X}"))
    if len(text) > LONGEST:
        raise UnfitText(Sentence("it has {n} characters, and the books hold {most}", n=len(text), most=LONGEST))
    return text


def _is_plain(text: str) -> bool:
    if len(text) > LONGEST_LABEL:
        return False
    if _LIKE_AN_AMOUNT.fullmatch(text):
        return len(text) < 7 or bool(re.search(r"[.,'\D]", text))
    return _is_plain_code(text)


@lru_cache(maxsize=1024)  # a day has few forms of payment, and many rows
def _is_plain_code(text: str) -> bool:
    fits = len(text) <= LONGEST_LABEL and _PLAIN_CODE.fullmatch(text) and not _MANY_DIGITS.search(text)
    return bool(fits)


def _picture(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x20:
        return chr(0x2400 + number)
    return "␡" if number == 0x7F else "�"
