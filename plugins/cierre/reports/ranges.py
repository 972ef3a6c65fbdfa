"""Which boxes' books are taken, and of which days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import psycopg

from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import cash_box, cash_box_ids, sound_boxes
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.days import last_of_month, refused_range
from cierre.ledger import identity

MOST_DAYS = 100 * 366
"""Of a range that is exported at once."""


@dataclass(frozen=True, slots=True)
class Range:
    """The boxes whose journal is exported, what people call them together, and the ERP's first and last date."""

    name: str
    boxes: tuple[str, ...]
    first: date
    last: date

    @property
    def title(self) -> str:
        """``itb 2024-09-01 to 2024-09-30``."""
        return f"{self.name} {self.first} to {self.last}"


def range_of(box: str, company: str, first: date, last: date, ledger: psycopg.Connection | None = None) -> Range:
    """The range of one box or of all boxes of a company; given the ledger, those that have no file any more included.

    Raises ValueError, with a sentence, unless just one of both is named and refused_range takes the dates; MappingError
    for an unknown box.
    """
    if bool(box) == bool(company):
        raise ValueError("Name a box or a company: BOX=itb_caja_164, or COMPANY=itb.")
    # Who exports a year names its end before it has come.
    if refused := refused_range(first, last, date(datetime.now(UTC).year + 1, 12, 31), MOST_DAYS):
        raise ValueError(refused)
    if box:
        return Range(box, (_box(box, ledger),), first, last)
    known = sound_boxes()
    of_old = [one for one in identity.of_company(ledger, company) if one not in known] if ledger else []
    boxes = (*(one.id for one in known.values() if one.company == company), *of_old)
    if not boxes:
        raise ValueError(f"No box belongs to company {company!r}; known are {', '.join(_companies(known.values()))}.")
    return Range(company, boxes, first, last)


def month_of(box: str, company: str, first: date, ledger: psycopg.Connection) -> Range:
    """The month that begins on ``first``, of one box or of all boxes of a company. Raises as ``range_of``."""
    return range_of(box, company, first, last_of_month(first), ledger)


def _box(name: str, ledger: psycopg.Connection | None) -> str:
    """The id of a box by the name of its file, or by an id that the ledger has books of."""
    try:
        return cash_box(name).id
    except MappingError:
        if ledger and name not in cash_box_ids() and identity.retired(ledger, [name]):
            return name
        raise


def _companies(boxes: Iterable[CashBox]) -> list[str]:
    return sorted({box.company for box in boxes})
