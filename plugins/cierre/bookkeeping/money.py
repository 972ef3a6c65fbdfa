"""Money: decimal amounts, quantized to their currency. Floats never enter."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import is_text_or_number, quoted

DECIMALS = {"USD": 2, "EUR": 2, "UYU": 2, "CLP": 0}
"""Decimal places by ISO 4217 code, for the currencies the group books in."""

ZERO = Decimal(0)

NOISE = Decimal("1e-6")
"""How far an amount may be from its currency's units: what adding floating-point numbers leaves, and no more."""

TOO_LARGE = Decimal(10) ** 15
"""No amount is so large; it is the books' limit (numeric(18, 2)) with room for sums."""

_BLANKS = " \t\r\n"

# Digits as they are, or with a point: no thousands, no exponent, no other script's digits.
_PLAIN = re.compile(r"[+-]?\d*\.?\d+", re.ASCII)

_MAYBE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)


class AmountError(ValueError):
    """A value that is not an amount of money. ``why`` is a part of a sentence that begins with the value."""

    def __init__(self, message: str, why: Sentence | None = None) -> None:
        super().__init__(message)
        self.why = why or Sentence("which is no amount of money")


@lru_cache
def quantum(currency: str) -> Decimal:
    """The smallest unit of a currency: ``Decimal("0.01")`` for USD, ``Decimal("1")`` for CLP.

    Raises AmountError for a currency the project does not know.
    """
    try:
        return Decimal(1).scaleb(-DECIMALS[currency])
    except KeyError:
        raise AmountError(f"unknown currency {currency!r}; known are {', '.join(sorted(DECIMALS))}") from None


def amount(value: object, currency: str) -> Decimal:
    """A vendor's number or text as money: ``35.300000000000004`` USD is ``Decimal("35.30")``, -0.00 is 0.

    Takes a str, int or Decimal (parse JSON with ``cierre.bookkeeping.json_text``). Raises AmountError for anything else
    (a float or a bool, an empty text, NaN, infinity, ``1e3`` or ``1,234.50`` as text), for more decimals than the
    currency has, floating-point noise aside, and from 10^15 on. The text ``1.500`` has too many decimals for USD, since
    they may be thousands; ``1.50``, ``0.500`` and the number 1.500 are amounts.
    """
    number, unit = exact(value), quantum(currency)
    rounded = number.quantize(unit, rounding=ROUND_HALF_UP)
    differs = number != rounded and abs(number - rounded) > NOISE
    if differs or (isinstance(value, str) and may_have_thousands(value)):
        why = Sentence(
            "which has more decimals than {currency} has ({decimals})", currency=currency, decimals=DECIMALS[currency]
        )
        raise AmountError(f"{quoted(value)} is not an amount in {currency}: it has too many decimals", why)
    return rounded or rounded.copy_abs()


def may_have_thousands(text: str) -> bool:
    """Whether a text may be one and a half, or fifteen hundred with its thousands set apart: ``1.500``."""
    return bool(_MAYBE_THOUSANDS.fullmatch(text.strip(_BLANKS)))


def exact(value: object) -> Decimal:
    """A vendor's number or text, with all its decimals: a rate, a share. Raises AmountError as ``amount`` does."""
    if not is_text_or_number(value):
        raise AmountError(f"{quoted(value)} is not an amount")
    if isinstance(value, str):
        value = value.strip(_BLANKS)
        if not _PLAIN.fullmatch(value):
            raise AmountError(f"{quoted(value)} is not an amount")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise AmountError(f"{quoted(value)} is not an amount") from None
    if not number.is_finite():
        raise AmountError(f"{quoted(value)} is not an amount")
    if number.copy_abs() >= TOO_LARGE:  # abs() itself overflows on an enormous one
        raise AmountError(f"{quoted(value)} is not an amount", Sentence("which is more than the books can hold"))
    return number


def rounded(value: Decimal, currency: str) -> Decimal:
    """What a calculation came to (an amount at a rate, a share), half up to the currency's smallest unit."""
    found = value.quantize(quantum(currency), rounding=ROUND_HALF_UP)
    return found or found.copy_abs()


def figure(value: Decimal, currency: str) -> Decimal:
    """A sum of unrounded amounts as it is compared and shown: without floating-point noise, else to the hundredth.

    So 667.5 CLP, which no amount may be, is not made to agree with 668.
    """
    if not value.is_finite() or value.copy_abs() >= TOO_LARGE * 10:
        raise AmountError(f"{quoted(value)} is not an amount", Sentence("which is more than the books can hold"))
    near = rounded(value, currency)
    return near if abs(value - near) <= NOISE else value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
