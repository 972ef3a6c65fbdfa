"""A company's day: how all its boxes stand in the ledger, and what they compared."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import psycopg

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.identity import RetiredBox
from cierre.bookkeeping.matching.books import SOURCE as ARRIVALS
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.reconcile import Together, added_up
from cierre.closing.boxes_for import boxes_for
from cierre.language.say import say
from cierre.ledger import identity, overview
from cierre.ledger.overview import BoxDay


@dataclass(frozen=True, slots=True)
class CompanyDay:
    """A company's date: its boxes in the currency in which each was booked, how each stands in the ledger (``found``,
    by id), and what they compared, by currency."""

    day: date
    boxes: list[CashBox | RetiredBox]
    found: dict[str, BoxDay]
    sums: dict[str, list[Together]]

    @property
    def open(self) -> list[str]:
        """Its boxes that are not closed, each with how it stands."""
        return [
            f"{box.name}: {_standing(box, self.found.get(box.id))}"
            for box in self.boxes
            if box.id not in self.found or not self.found[box.id].closed
        ]

    @property
    def agrees(self) -> bool:
        """Whether all stages are alike, of each box."""
        return all(row.agrees for rows in self.sums.values() for row in rows)

    @property
    def days(self) -> list[tuple[CashBox | RetiredBox, BoxDay]]:
        """Each box with its day."""
        return [(box, self.found[box.id]) for box in self.boxes]

    @property
    def documents(self) -> int:
        """How many there are."""
        return sum(day.documents for _, day in self.days)

    @property
    def taken_in(self) -> dict[str, Decimal]:
        """The money taken in, by currency."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for box, day in self.days:
            sums[box.currency] += ZERO
            for currency, amount in day.taken_in.items():
                sums[currency] += amount
        return sums

    @property
    def booked(self) -> dict[str, Decimal]:
        """What the journals come to, by currency."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for box, day in self.days:
            sums[box.currency] += day.journal_total
        return sums


def company_day(ledger: psycopg.Connection, company: str, day: date) -> CompanyDay:
    """What the ledger knows of a company's date now. Raises as ``boxes_for``."""
    known = boxes_for(ledger, company)
    found = {one.box: one for one in overview.day(ledger, day)}
    own = [box for box in known.values() if box.company == company and box.start_date <= day]
    all_boxes: list[CashBox | RetiredBox] = [*own, *_retired(ledger, company, known, found)]
    boxes = [as_booked(box, found.get(box.id)) for box in all_boxes]
    sums = added_up(
        overview.consolidated(ledger, [box.id for box in of_currency], day, currency)
        for currency, of_currency in _by_currency(boxes)
    )
    return CompanyDay(day, boxes, found, sums)


def _retired(
    ledger: psycopg.Connection, company: str, known: Mapping[str, CashBox], found: Mapping[str, BoxDay]
) -> list[RetiredBox]:
    """The company's boxes that have no file any more, and of which the day was read: its money stays in the sums, and
    while it is not closed, the company's day is not. Books of what arrived, which never had one, are no boxes."""
    of_old = set(identity.of_company(ledger, company)) - known.keys()
    read = [box_id for box_id in of_old if box_id in found and found[box_id].state != "not read"]
    return [box for box in identity.retired(ledger, read).values() if box.source != ARRIVALS]


def as_booked(box: CashBox | RetiredBox, day: BoxDay | None) -> CashBox | RetiredBox:
    """The box with the currency in which a day of it was booked, whatever its file says now."""
    if day is None or day.currency in ("", box.currency):
        return box
    if isinstance(box, RetiredBox):
        return replace(box, currency=day.currency)
    return box.model_copy(update={"currency": day.currency})


def _by_currency(boxes: Sequence[CashBox | RetiredBox]) -> list[tuple[str, list[CashBox | RetiredBox]]]:
    grouped: dict[str, list[CashBox | RetiredBox]] = defaultdict(list)
    for box in boxes:
        grouped[box.currency].append(box)
    return sorted(grouped.items())


def _standing(box: CashBox | RetiredBox, day: BoxDay | None) -> str:
    """Where a day that is not closed stands, and why it could not be read, if so."""
    if day is None:
        return say("not read yet")
    if box.retired:
        return say("{state}; the box has no file any more: put the file back to close the day", state=say(day.word))
    return f"{say(day.word)}: {say(day.why)}" if day.why else say(day.word)
