"""The ledger: a day's books, frozen as revisions of balanced entries; history stays."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from bookkeeping.corrections import correction_mark, dated_correction
from bookkeeping.documents import Document, Kind, Total
from bookkeeping.journal import Foreign, JournalEntry, Line, Side
from bookkeeping.money import quantum
from store.session import copy, named

_sql = named("ledger")


@dataclass(frozen=True, slots=True)
class Revision:
    """A box's day as booked at one time; ``digest`` tells whether the ERP would have to be told anything new."""

    revision_id: int
    box: str
    business_date: date
    revision: int
    snapshot_id: int
    mapping: str
    mapping_digest: str
    digest: str


class EntrySum(NamedTuple):
    """How many entries, and the sum of their totals in the box's currency."""

    count: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class FrozenEntry:
    """An entry as it stands in the ledger. ``reverses`` is the entry_id it takes back, None for a booking."""

    entry_id: int
    entry_key: str
    revision_id: int
    box: str
    business_date: date
    part: int
    reverses: int | None
    tenant: str
    lot: str
    entry_date: date
    currency: str
    total: Decimal


def current(connection: psycopg.Connection, box: str, day: date) -> Revision | None:
    """The newest revision of a box's day; None where it was never derived."""
    row = _sql.current_revision(connection, box=box, business_date=day)
    return Revision(**row._asdict()) if row else None


def freeze(
    connection: psycopg.Connection,
    *,
    box: str,
    day: date,
    snapshot_id: int,
    mapping: str,
    mapping_digest: str,
    tenant: str,
    lot: str,
    entries: Sequence[JournalEntry],
    documents: Mapping[str, Document],
    open_from: date | None = None,
) -> tuple[Revision, bool]:
    """Makes the day's entries a new revision, unless the current one already says the same to the ERP.

    ``documents`` are those behind the entries' lines, by key. ``open_from`` is the first date of the ERP's open
    periods, where known: books that replace others (be it none) of a closed period are dated then, and their lines
    say which day they correct. Returns the day's current revision and whether it is
    new. Raises psycopg.errors.CheckViolation if an entry does not balance (a bug: JournalEntry refuses first).
    """
    digest = digest_of(tenant, lot, entries)
    with connection.transaction():
        existing = current(connection, box, day)
        if existing and existing.digest == digest:
            return existing, False
        row = _sql.add_revision(
            connection,
            box=box,
            business_date=day,
            snapshot_id=snapshot_id,
            mapping=mapping,
            mapping_digest=mapping_digest,
            digest=digest,
        )
        revision = Revision(**row._asdict())
        correcting = open_from is not None and day < open_from and existing is not None
        for entry in entries:
            if correcting:
                entry = dated_correction(entry)
            _freeze_entry(connection, revision, entry, open_from if correcting else day, tenant, lot, documents)
    return revision, True


def digest_of(tenant: str, lot: str, entries: Sequence[JournalEntry]) -> str:
    """SHA-256 of all that the ERP would be told of a day: two days' books that differ in nothing else have the same."""
    said = "\n".join((tenant, lot, *(entry.digest for entry in entries)))
    return hashlib.sha256(said.encode()).hexdigest()


def _freeze_entry(
    connection: psycopg.Connection,
    revision: Revision,
    entry: JournalEntry,
    entry_date: date,
    tenant: str,
    lot: str,
    documents: Mapping[str, Document],
) -> None:
    entry_id = _sql.add_entry(
        connection,
        entry_key=f"{entry.box}|{entry.business_date:%Y%m%d}|{revision.revision}|{entry.part}",
        revision_id=revision.revision_id,
        box=entry.box,
        business_date=entry.business_date,
        part=entry.part,
        reverses=None,
        tenant=tenant,
        lot=lot,
        entry_date=entry_date,
        currency=entry.currency,
        total=entry.debit,
        digest=entry.digest,
    ).entry_id
    copy(
        connection,
        "ledger.line (entry_id, line, side, account, cost_centre, item, value_class, entities, amount, history,"
        " foreign_currency, foreign_amount)",
        (
            (
                entry_id,
                number,
                line.side,
                line.account,
                line.cost_centre,
                line.item,
                line.value_class,
                Jsonb(dict(line.entities)),
                line.amount,
                line.history,
                *(line.foreign or (None, None)),
            )
            for number, line in enumerate(entry.lines, start=1)
        ),
    )
    copy(
        connection,
        "ledger.line_source (entry_id, line, document_key, kind, form, component, amount, foreign_amount, turned,"
        " place)",
        (
            (entry_id, number, source.document_key, document.kind, document.form, source.component, source.amount,
             source.foreign, source.turned or None, document.place)
            for number, line in enumerate(entry.lines, start=1)
            for source in line.sources
            for document in (documents[source.document_key],)
        ),
    )  # fmt: skip


def bookings(connection: psycopg.Connection, revision: Revision) -> list[FrozenEntry]:
    """The revision's own entries, part by part."""
    rows = _sql.bookings(connection, revision_id=revision.revision_id)
    return [FrozenEntry(**row._asdict()) for row in rows]


def superseded(connection: psycopg.Connection, revision: Revision) -> list[FrozenEntry]:
    """Bookings of the day's earlier revisions that the ERP may still hold."""
    rows = _sql.superseded_bookings(
        connection, box=revision.box, business_date=revision.business_date, revision_id=revision.revision_id
    )
    return [FrozenEntry(**row._asdict()) for row in rows]


def reversal(
    connection: psycopg.Connection, entry: FrozenEntry, revision: Revision, open_from: date | None = None
) -> FrozenEntry:
    """The entry that takes ``entry`` back on behalf of the newer revision; made once, found again afterwards.

    It has the date of what it takes back, or, where that period is closed, the first open one (``open_from``).
    """
    with connection.transaction():
        row = _sql.reversal_of(connection, entry_id=entry.entry_id)
        if not row:
            closed = open_from is not None and entry.entry_date < open_from
            row = _sql.add_reversal(
                connection,
                entry_id=entry.entry_id,
                revision_id=revision.revision_id,
                entry_date=open_from if closed else entry.entry_date,
            )
            mark = correction_mark(entry.business_date) if closed else ""
            _sql.add_reversed_lines(connection, entry_id=entry.entry_id, reversal_id=row.entry_id, mark=mark)
            _sql.add_reversed_sources(connection, entry_id=entry.entry_id, reversal_id=row.entry_id)
    return FrozenEntry(**row._asdict())


def journal_entry(connection: psycopg.Connection, entry: FrozenEntry) -> JournalEntry:
    """The entry's lines as the ERP is told them (without the documents behind)."""
    unit = quantum(entry.currency)
    return JournalEntry(
        box=entry.box,
        business_date=entry.business_date,
        part=entry.part,
        currency=entry.currency,
        lines=tuple(
            Line(
                side=Side(row.side),
                account=row.account,
                amount=row.amount.quantize(unit),
                history=row.history,
                cost_centre=row.cost_centre,
                item=row.item,
                value_class=row.value_class,
                entities=tuple(sorted(row.entities.items())),
                foreign=_foreign(row.foreign_currency, row.foreign_amount),
            )
            for row in _sql.lines(connection, entry_id=entry.entry_id)
        ),
    )


def _foreign(currency: str | None, amount: Decimal | None) -> Foreign | None:
    return Foreign(currency, amount.quantize(quantum(currency))) if currency else None


def journal_totals(connection: psycopg.Connection, revision: Revision) -> list[Total]:
    """Documents and their net money, in their own currency, booked by the revision, by kind and form."""
    rows = _sql.journal_totals(connection, revision_id=revision.revision_id)
    return [Total(Kind(row.kind), row.form, row.rows, row.net) for row in rows]


def acknowledged_totals(connection: psycopg.Connection, box: str, day: date) -> list[Total]:
    """Documents and net money of the day that stand in the ERP by its own acknowledgements, reversals taken off."""
    rows = _sql.acknowledged_totals(connection, box=box, business_date=day)
    return [Total(Kind(row.kind), row.form, row.rows, row.net) for row in rows]


def entry_sums(connection: psycopg.Connection, revision: Revision) -> tuple[EntrySum, EntrySum]:
    """The revision's own entries, and all of the day's that the ERP acknowledged (reversals taken off)."""
    booked = _sql.booked(connection, revision_id=revision.revision_id)
    acknowledged = _sql.acknowledged(connection, box=revision.box, business_date=revision.business_date)
    return EntrySum(*booked), EntrySum(*acknowledged)


def unbooked_documents(connection: psycopg.Connection, revision: Revision) -> list:
    """Up to twenty staged documents that have money and no line in the revision: document_key, place, net."""
    return list(
        _sql.unbooked_documents(
            connection, box=revision.box, business_date=revision.business_date, revision_id=revision.revision_id
        )
    )


def unacknowledged_entries(connection: psycopg.Connection, revision: Revision) -> list:
    """The revision's entries without a confirmed attempt: entry_key, total."""
    return list(_sql.unacknowledged_entries(connection, revision_id=revision.revision_id))
