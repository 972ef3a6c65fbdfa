"""Rows that statements of several rooms give."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cierre.bookkeeping.documents import Kind, Total
from cierre.bookkeeping.journal import Foreign
from cierre.bookkeeping.money import quantum


class TotalRow(NamedTuple):
    """Rows of a kind and form of payment, and their net money; ``currency`` is None where that is not known."""

    kind: str
    form: str
    rows: int
    net: Decimal
    currency: str | None = None

    @property
    def total(self) -> Total:
        """The same as the bookkeeping compares it."""
        return Total(Kind(self.kind), self.form, self.rows, self.net, self.currency or "")


class BoxAndDay(NamedTuple):
    """A box's id and a business date."""

    box: str
    business_date: date


def foreign(currency: str | None, amount: Decimal | None) -> Foreign | None:
    """A line's money in another currency, by its two columns: a constraint holds that both are there, or neither."""
    if currency is None or amount is None:
        return None
    return Foreign(currency, amount.quantize(quantum(currency)))
