"""Tables to take away: what a sheet, a part of a printed report or a CSV file is made of. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cierre.bookkeeping.money import figure
from cierre.reports.cells import Cell


@dataclass(frozen=True, slots=True)
class Table:
    """A title, headings, rows, and the rows of totals under them. Both may be streams: take the ``rows`` first, once.

    ``name`` is that of its CSV file, plain ASCII, where it gets one.
    """

    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    foot: Iterable[Sequence[Cell]] = ()
    name: str = ""


def money(amount: Decimal | None, currency: str | None) -> Decimal | None:
    """An amount with the decimals of its currency, as cells show it; None where there is none."""
    return figure(amount, currency) if amount is not None and currency else amount
