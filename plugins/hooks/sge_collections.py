"""Collections: how ``Importe cobrado`` changed from one reading of the SGE to the next (field-notes.md).

The SGE has no list of collections and no trace of when anything was entered: it shows each invoice with what has come
in so far and the day of the last of it. So what came in is the change between two readings, in the order in which
they were made, booked on the business date of the later one. Each change belongs to exactly one reading, however
often and in whatever order days are read: reading an old day again neither takes its collections away nor doubles
them.

- What a reading shows as collected after its own business date is left to a later day's reading.
- What came in before the first reading of an invoice is not ours to book, unless it is dated that very day, or the
  invoice could not have been paid at the reading before (it was not there yet).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bookkeeping.documents import Document, Kind, QuarantinedRow
from bookkeeping.money import ZERO
from hooks.sge_landing import Landing, NoDay, Row
from hooks.sge_rows import Reason, Unbookable

RETURNED = "returned"
"""The form of a collection that was taken back; the others have none."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An invoice as one reading showed it. ``known_since``: the first day that the readings before it looked at."""

    day: date
    known_since: date | None
    issued_on: date
    collected: Decimal
    collected_on: date | None

    @property
    def in_time(self) -> bool:
        """Whether what it shows had come in by the reading's own business date, as far as the SGE says."""
        return self.collected_on is None or self.collected_on <= self.day

    @property
    def is_news(self) -> bool:
        """For an invoice's first sight: whether what it shows came in since the readings before."""
        known = self.known_since is not None and self.issued_on >= self.known_since
        return known or self.day in (self.issued_on, self.collected_on)


def collected(
    readings: Sequence[Landing], projects: Sequence[str], *, currency: str
) -> Iterator[Document | QuarantinedRow]:
    """The collections of the last reading's business date; quarantined, the rows whose collection cannot be read.

    ``readings`` in the order in which they were made: those that were landed before, then the one to be booked.
    """
    last = readings[-1]
    sights = _sights(readings, projects, currency)
    for project in last.of(projects):
        for row in project.invoices:
            if not last.covers(row.issued_on):
                continue
            try:
                _seen(row, last, None, currency)
            except Unbookable as wrong:
                yield _quarantined(row, wrong)
                continue
            changes = (change for day, change in _changes(sights[row.project, row.key]) if day == last.day)
            for number, change in enumerate(changes, start=1):
                yield _document(row, last.day, number, change, currency)


def _sights(readings: Sequence[Landing], projects: Sequence[str], currency: str) -> dict[tuple[str, str], list[Seen]]:
    """Each invoice as the readings showed it, one after the other."""
    sights: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    known_since: dict[str, date] = {}
    for reading in readings:
        for project in reading.of(projects):
            since = known_since.get(project.id)
            for row in project.invoices:
                if reading.covers(row.issued_on):
                    try:
                        sights[project.id, row.key].append(_seen(row, reading, since, currency))
                    except Unbookable:
                        continue  # That reading's own day was stopped by it.
            known_since[project.id] = min(since or reading.since, reading.since)
    return sights


def _changes(sights: Sequence[Seen]) -> Iterator[tuple[date, Decimal]]:
    """What came in for one invoice: on which business date it is booked, and how much (below zero: went back)."""
    known: Decimal | None = None
    booked = False
    for seen in sights:
        if not seen.in_time:
            continue
        change = seen.collected - (known or ZERO)
        if known is None and not seen.is_news:
            change = ZERO
        elif known is not None and not booked and seen.collected == known and seen.collected_on == seen.day:
            change = known  # It was found too late by a later day's reading; now its own day is read.
        if change:
            yield seen.day, change
            booked = True
        known = seen.collected


def _seen(row: Row, reading: Landing, known_since: date | None, currency: str) -> Seen:
    amount = row.collected(currency)
    if amount is None:
        shown = str(row.cell("collected"))[:40]
        raise Unbookable(Reason.BAD_AMOUNT, "the amount collected is {said}, which is no amount", said=repr(shown))
    try:
        collected_on = row.day("collected_on")
    except NoDay as wrong:
        raise Unbookable(Reason.BAD_DATE, "day of collection: {why}", why=wrong) from None
    return Seen(reading.day, known_since, row.issued_on or reading.day, amount, collected_on)


def _document(row: Row, day: date, number: int, change: Decimal, currency: str) -> Document:
    returned = change < ZERO
    return Document(
        source="sge",
        kind=Kind.COLLECTION,
        source_id=f"{row.key}/{number}",
        business_date=day,
        currency=currency,
        form=RETURNED if returned else "",
        amounts={"net": abs(change)},
        attributes={"project": row.project, "year": row.year, "returned": "true" if returned else "false"},
        place=f"{row.place}/collected",
        reference=row.number,
    )


def _quarantined(row: Row, why: Unbookable) -> QuarantinedRow:
    return QuarantinedRow(
        place=f"{row.place}/collected",
        kind=Kind.COLLECTION,
        form="",
        reason=why.reason,
        message=str(why),
        net=None,
        row=row.value,
        blocking=True,
    )
