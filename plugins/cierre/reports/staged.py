"""A box's day derived anew from what lies in the ledger, in memory: nothing is written, frozen or posted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import psycopg

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.derive import Derivation, derive
from cierre.bookkeeping.documents import Document
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.rates import at_par
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.source_row import row_name
from cierre.ledger import capabilities, invoices, landing, revisions, staging


class NothingThere(LookupError):
    """Nothing was landed for a box's day yet; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class DerivedDay:
    """What a mapping makes of a box's day. ``documents`` came from ``origin`` ("staged", "landed"); ``held`` are
    sentences on the rows in quarantine that stop the day, whatever the mapping says."""

    box: CashBox
    day: date
    mapping: AccountMapping
    origin: str
    documents: list[Document]
    derivation: Derivation
    held: Sequence[str] = field(default_factory=tuple)


def derived(
    ledger: psycopg.Connection, box: CashBox, day: date, mapping: AccountMapping, *, newest: bool = False
) -> DerivedDay:
    """Derives the staged documents; those of the landed answer, read in memory, where the day is not staged, or where
    the ``newest`` answer is asked for, which may be ahead of what is staged.

    The source is never asked: an answer that nobody keeps proves nothing, and some vendors count their calls. Raises
    NothingThere where nothing was landed, ValueError where the mapping is for another source.
    """
    origin, documents, held = _documents(ledger, box, day, mapping, newest=newest)
    lines = capabilities.of(ledger, box.erp.connection, box.erp.tenant).lines_an_entry(box.erp.limits)
    return DerivedDay(box, day, mapping, origin, documents, derive(documents, mapping, box, day, max_lines=lines), held)


def _documents(
    ledger: psycopg.Connection, box: CashBox, day: date, mapping: AccountMapping, *, newest: bool
) -> tuple[str, list[Document], Sequence[str]]:
    if not newest and staging.snapshot_of(ledger, box.id, day) is not None:
        held = [_held(row.place, row.message) for row in staging.blocking(ledger, box.id, day)]
        return "staged", staging.documents(ledger, box.id, day), held
    from cierre.closing.landed_day import LandedDay, place_of

    snapshot = landing.newest(ledger, place_of(box, day))
    if snapshot is None:
        told = (
            "{box}, {day}: nothing was landed yet, so there is nothing to show. Trigger cash_close__{file}"
            " for that date with dry_run: it lands and stages the day, shows this journal, and posts nothing."
        )
        raise NothingThere(Sentence(told, box=box.name, day=day, file=box.file))
    reading = LandedDay(box, day, snapshot.body, invoices.seen_before(ledger, snapshot)).reading()
    reading = at_par(reading, mapping.at_par)
    held = [_held(row.place, row.message) for row in reading.quarantined if row.blocking]
    return "landed", reading.documents, held


def _held(place: str, message: str) -> Sentence:
    return Sentence("{row}: {why}", row=row_name(place), why=message)


def beside_the_books(ledger: psycopg.Connection, derived_day: DerivedDay) -> Sentence:
    """What it would mean to book a derived day, as a sentence: the first time, again the same, or otherwise."""
    box, day, derivation = derived_day.box, derived_day.day, derived_day.derivation
    current = revisions.current(ledger, box.id, day)
    if current is None:
        return Sentence("The day is not booked yet.")
    if derivation.problems or derived_day.held:
        told = "The day is booked (revision {n}) and stays so while it cannot be booked anew."
    elif current.digest == revisions.digest_of(box.erp.tenant, box.erp.lot, derivation.entries):
        told = "The day is booked like this (revision {n}): closing it again sends the ERP nothing."
    else:
        told = "The day is booked otherwise (revision {n}): closing it again would replace that."
    return Sentence(told, n=current.revision)
