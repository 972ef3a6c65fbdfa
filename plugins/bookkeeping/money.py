"""Money: decimal amounts, quantized to their currency. Floats never enter."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

DECIMALS = {"USD": 2, "EUR": 2, "UYU": 2, "CLP": 0}
"""Decimal places by ISO 4217 code, for the currencies the group books in."""

ZERO = Decimal(0)


class AmountError(ValueError):
    """A text that is not an amount of money; the message quotes it."""


def quantum(currency: str) -> Decimal:
    """The smallest unit of a currency: ``Decimal("0.01")`` for USD, ``Decimal("1")`` for CLP.

    Raises AmountError for a currency the project does not know.
    """
    try:
        return Decimal(1).scaleb(-DECIMALS[currency])
    except KeyError:
        raise AmountError(f"unknown currency {currency!r}; known are {', '.join(sorted(DECIMALS))}") from None


def amount(value: object, currency: str) -> Decimal:
    """A vendor's number or text as money: ``35.300000000000004`` USD is ``Decimal("35.30")``.

    Takes a str, int or Decimal (parse JSON with ``parse_float=Decimal``); rounds half up to the currency's
    smallest unit, as field-notes.md asks of SGA's floating-point sums. Raises AmountError for anything else:
    a float or a bool, an empty text, NaN, infinity.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise AmountError(f"{value!r} is not an amount")
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
        rounded = number.quantize(quantum(currency), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        raise AmountError(f"{value!r} is not an amount") from None
    if not rounded.is_finite():  # Quantizing refuses infinity, but lets NaN pass.
        raise AmountError(f"{value!r} is not an amount")
    return rounded
