"""The ledger: a day's books, frozen as revisions of balanced entries; history stays."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from cierre.bookkeeping.corrections import Dating, correction_mark, dating, marked, unmarked
from cierre.bookkeeping.documents import Document, Total
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.money import quantum
from cierre.ledger import line_documents
from cierre.ledger.rows import TotalRow, foreign
from cierre.ledger.session import copy
from cierre.ledger.statements import Change, Row, RowOrNone, Rows, Statements, Value, ValueOrNone, Values


@dataclass(frozen=True, slots=True)
class Revision:
    """A box's day as booked at one time; ``digest`` tells whether the ERP would have to be told anything new.

    ``site``, ``tenant`` and ``lot`` are where it is meant for (None in rows older than these); ``redates`` is the
    revision of the same books that it gives another date or site to.
    """

    revision_id: int
    box: str
    business_date: date
    revision: int
    snapshot_id: int
    mapping: str
    mapping_digest: str
    digest: str
    site: str | None = None
    tenant: str | None = None
    lot: str | None = None
    redates: int | None = None

    @property
    def is_the_first(self) -> bool:
        """Whether the day had no books before."""
        return self.revision == 1


class EntrySum(NamedTuple):
    """How many entries, and the sum of their totals in the box's currency."""

    entries: int
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
    site: str | None = None


class _LineRow(NamedTuple):
    side: str
    account: str
    cost_centre: str
    item: str
    value_class: str
    entities: dict[str, str] | None
    amount: Decimal
    history: str
    foreign_currency: str | None
    foreign_amount: Decimal | None


class UnbookedDocument(NamedTuple):
    """A staged document that no line is made of, and its place in the snapshot."""

    document_key: str
    place: str
    net: Decimal
    reference: str
    currency: str


class UnacknowledgedEntry(NamedTuple):
    """An entry that the ERP has not acknowledged, or that is deleted there again."""

    entry_key: str
    total: Decimal


class _Sql(Statements):
    ledger_id: Value[str]
    current_revision: RowOrNone[Revision]
    add_revision: Row[Revision]
    site_of: ValueOrNone[str]
    is_dated_otherwise: Value[bool]
    open_dates: Values[date]
    was_posted: Value[bool]
    add_entry: Row[FrozenEntry]
    entry_of: Row[FrozenEntry]
    is_confirmed: Value[bool]
    bookings: Rows[FrozenEntry]
    superseded_bookings: Rows[FrozenEntry]
    unsent_bookings: Rows[FrozenEntry]
    reversals_of: Rows[FrozenEntry]
    standing_since: Rows[FrozenEntry]
    add_reversal: Row[FrozenEntry]
    add_reversed_lines: Change
    add_sources_of: Change
    lines: Rows[_LineRow]
    journal_totals: Rows[TotalRow]
    acknowledged_totals: Rows[TotalRow]
    booked: Row[EntrySum]
    acknowledged: Row[EntrySum]
    standing_of_others: Row[EntrySum]
    unbooked_documents: Rows[UnbookedDocument]
    unacknowledged_entries: Rows[UnacknowledgedEntry]


_sql = _Sql.of("revisions")


def ledger_id(connection: psycopg.Connection) -> str:
    """This ledger's own id, by which the ERP's documents say who posted them."""
    return _sql.ledger_id(connection)


def current(connection: psycopg.Connection, box: str, day: date) -> Revision | None:
    """The newest revision of a box's day; None where it was never derived."""
    return _sql.current_revision(connection, box=box, business_date=day)


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
    site: str | None = None,
    history: int | None = None,
) -> tuple[Revision, bool]:
    """Makes the day's entries a new revision, unless the current one already says the same to the same ERP.

    ``documents`` are those behind the entries' lines, by key. ``open_from`` is the first date of the ERP's open
    periods, where known: books of a closed period that are not in the ERP yet are dated then, and their lines say
    which day they are of, cut to ``history`` characters (None: never). ``site`` is the ERP's; None where nobody says,
    which is any. Returns the day's current
    revision and whether it is new. Raises psycopg.errors.CheckViolation if an entry does not balance (a bug:
    JournalEntry refuses first).
    """
    digest = digest_of(tenant, lot, entries)
    with connection.transaction():
        existing = current(connection, box, day)
        redates = None
        if existing and existing.digest == digest and _is_meant_for(connection, existing, site):
            if not _is_dated_otherwise(connection, existing, open_from):
                return _at(connection, existing, site), False
            redates = existing.redates or existing.revision_id
        revision = _sql.add_revision(
            connection,
            box=box,
            business_date=day,
            snapshot_id=snapshot_id,
            mapping=mapping,
            mapping_digest=mapping_digest,
            digest=digest,
            site=site,
            tenant=tenant,
            lot=lot,
            redates=redates,
            open_from=open_from,
        )
        dated = _dating(connection, revision, open_from)
        for entry in entries:
            _freeze_entry(connection, revision, marked(entry, dated.mark, history), dated.entry_date, documents)
    return revision, True


def placed(
    connection: psycopg.Connection,
    revision: Revision,
    site: str | None,
    open_from: date | None = None,
    history: int | None = None,
) -> Revision:
    """The revision as it must be to go out now: itself, or, where its site or the dates of what is not in the ERP yet
    have become others since, a new one of the same books. ``history``: see ``freeze``."""
    with connection.transaction():
        here = _is_meant_for(connection, revision, site)
        if here and not _is_dated_otherwise(connection, revision, open_from):
            return _at(connection, revision, site)
        new = _same_books(connection, revision, site, open_from)
        dated = _dating(connection, new, open_from)
        for entry in bookings(connection, revision):
            _freeze_again(connection, new, entry, dated, history)
    return new


def dated_on(
    connection: psycopg.Connection, revision: Revision, entry_date: date, history: int | None = None
) -> Revision:
    """A new revision of the same books, whose entries are on a date where the ERP was found to hold them already.
    ``history``: see ``freeze``."""
    with connection.transaction():
        new = _same_books(connection, revision, revision.site, open_from=None)
        dated = Dating(
            entry_date, "" if entry_date == revision.business_date else correction_mark(revision.business_date)
        )
        for entry in bookings(connection, revision):
            _freeze_again(connection, new, entry, dated, history)
    return new


def _at(connection: psycopg.Connection, revision: Revision, site: str | None) -> Revision:
    """A revision with the place that it is meant for, also where it was frozen before revisions said it."""
    if revision.lot is None and (entries := bookings(connection, revision)):
        revision = replace(revision, tenant=entries[0].tenant, lot=entries[0].lot)
    return replace(revision, site=revision.site or site)


def _same_books(
    connection: psycopg.Connection, revision: Revision, site: str | None, open_from: date | None
) -> Revision:
    """A further revision that says what an earlier one said; its entries are still to be made."""
    entries = bookings(connection, revision)
    place = entries[0] if entries else revision
    return _sql.add_revision(
        connection,
        box=revision.box,
        business_date=revision.business_date,
        snapshot_id=revision.snapshot_id,
        mapping=revision.mapping,
        mapping_digest=revision.mapping_digest,
        digest=revision.digest,
        site=site,
        tenant=place.tenant,
        lot=place.lot,
        redates=revision.redates or revision.revision_id,
        open_from=open_from,
    )


def _is_meant_for(connection: psycopg.Connection, revision: Revision, site: str | None) -> bool:
    """Whether a revision's books are meant for a site; where neither they nor their attempts name one, they are."""
    meant = revision.site or _sql.site_of(connection, revision_id=revision.revision_id)
    return site is None or meant is None or meant == site


def _is_dated_otherwise(connection: psycopg.Connection, revision: Revision, open_from: date | None) -> bool:
    """Whether any of a revision's entries that are not in the ERP yet would be dated otherwise by the periods now."""
    entry_date = dating(revision.business_date, open_from, corrects=False).entry_date
    return _sql.is_dated_otherwise(connection, revision_id=revision.revision_id, entry_date=entry_date)


def _dating(connection: psycopg.Connection, revision: Revision, open_from: date | None) -> Dating:
    posted = _sql.was_posted(connection, box=revision.box, business_date=revision.business_date, site=revision.site)
    return dating(revision.business_date, open_from, corrects=posted)


def open_dates(connection: psycopg.Connection, box: str, after: date, until: date) -> list[date]:
    """The first dates of the ERP's open periods by which books of a box were ever dated, as far as the ledger knows;
    those later than ``after``, up to ``until``."""
    return list(_sql.open_dates(connection, box=box, after=after, until=until))


def digest_of(tenant: str, lot: str, entries: Sequence[JournalEntry]) -> str:
    """SHA-256 of all that the ERP would be told of a day: two days' books that differ in nothing else have the same."""
    said = "\n".join((tenant, lot, *(entry.digest for entry in entries)))
    return hashlib.sha256(said.encode()).hexdigest()


def _freeze_entry(
    connection: psycopg.Connection,
    revision: Revision,
    entry: JournalEntry,
    entry_date: date,
    documents: Mapping[str, Document],
) -> None:
    entry_id = _add_entry(connection, revision, entry, entry_date)
    rows = line_documents.rows(entry_id, entry.lines, documents)
    copy(connection, line_documents.COLUMNS, rows, ahead=True)


def _freeze_again(
    connection: psycopg.Connection, revision: Revision, entry: FrozenEntry, dated: Dating, history: int | None
) -> None:
    """The same entry in another revision, dated anew; the documents behind its lines stay."""
    said = journal_entry(connection, entry)
    if entry.entry_date != entry.business_date:
        said = unmarked(said)
    entry_id = _add_entry(connection, revision, marked(said, dated.mark, history), dated.entry_date)
    _sql.add_sources_of(connection, entry_id=entry.entry_id, new_entry_id=entry_id)


def _add_entry(connection: psycopg.Connection, revision: Revision, entry: JournalEntry, entry_date: date) -> int:
    """An entry with its lines; returns its id."""
    entry_id = _sql.add_entry(
        connection,
        entry_key=f"{entry.box}|{entry.business_date:%Y%m%d}|{revision.revision}|{entry.part}",
        revision_id=revision.revision_id,
        box=entry.box,
        business_date=entry.business_date,
        part=entry.part,
        reverses=None,
        tenant=revision.tenant,
        lot=revision.lot,
        entry_date=entry_date,
        currency=entry.currency,
        total=entry.debit,
        digest=entry.digest,
        site=revision.site,
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
    return entry_id


def bookings(connection: psycopg.Connection, revision: Revision) -> list[FrozenEntry]:
    """The revision's own entries, part by part."""
    return list(_sql.bookings(connection, revision_id=revision.revision_id))


def superseded(connection: psycopg.Connection, revision: Revision) -> list[FrozenEntry]:
    """Bookings of the day's earlier revisions that the revision's own site may still hold."""
    return [] if revision.is_the_first else list(_sql.superseded_bookings(connection, **_before(revision)))


def unsent(connection: psycopg.Connection, revision: Revision) -> list[FrozenEntry]:
    """Bookings of the day's earlier revisions that were never sent, unless the ledger forgot it."""
    return [] if revision.is_the_first else list(_sql.unsent_bookings(connection, **_before(revision)))


def _before(revision: Revision) -> dict[str, object]:
    return {
        "box": revision.box,
        "business_date": revision.business_date,
        "revision_id": revision.revision_id,
        "site": revision.site,
    }


def reversals(connection: psycopg.Connection, entry: FrozenEntry) -> list[FrozenEntry]:
    """All entries that were made to take ``entry`` back, one for each date that was meant for it, oldest first."""
    return list(_sql.reversals_of(connection, entry_id=entry.entry_id))


def standing_since(connection: psycopg.Connection, revision: Revision, first: int) -> list[FrozenEntry]:
    """What the ERP acknowledged of a correction, reversals first: of the attempts from ``first`` on (attempt_id), the
    revision's own entries, and those that take others of the day back, for whichever revision they were made."""
    return list(
        _sql.standing_since(
            connection,
            box=revision.box,
            business_date=revision.business_date,
            revision_id=revision.revision_id,
            first=first,
        )
    )


def reversal(
    connection: psycopg.Connection,
    entry: FrozenEntry,
    revision: Revision,
    open_from: date | None = None,
    history: int | None = None,
) -> FrozenEntry:
    """The entry that takes ``entry`` back on behalf of the newer revision; made once, found again afterwards.

    It has the date of what it takes back, or, where that period is closed, the first open one (``open_from``), and goes
    to the lot that the newer books go to: what the box has left may be somebody else's. Where the periods or the lot
    have changed since it was made, and it is not in the ERP, there is a further one for the new place.
    ``history``: see ``freeze``.
    """
    closed = open_from is not None and entry.entry_date < open_from
    entry_date = open_from if closed else entry.entry_date
    lot = (revision.lot if revision.tenant == entry.tenant else None) or entry.lot
    with connection.transaction():
        made = reversals(connection, entry)
        for row in made:
            if (row.entry_date, row.lot) == (entry_date, lot):
                return row
        new = _sql.add_reversal(
            connection,
            entry_id=entry.entry_id,
            entry_key=f"{entry.entry_key}|R{len(made) + 1 if made else ''}",
            revision_id=revision.revision_id,
            entry_date=entry_date,
            lot=lot,
            site=revision.site,
        )
        mark = correction_mark(entry.business_date) if closed else ""
        _sql.add_reversed_lines(
            connection, entry_id=entry.entry_id, reversal_id=new.entry_id, mark=mark, history=history
        )
        _sql.add_sources_of(connection, entry_id=entry.entry_id, new_entry_id=new.entry_id)
    return new


def entry_of(connection: psycopg.Connection, entry_id: int) -> FrozenEntry:
    """An entry by its id."""
    return _sql.entry_of(connection, entry_id=entry_id)


def is_confirmed(connection: psycopg.Connection, entry_key: str) -> bool:
    """Whether an entry of that key is known to stand in the ERP, or to have stood there."""
    return _sql.is_confirmed(connection, entry_key=entry_key)


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
                entities=tuple(sorted(row.entities.items())) if row.entities else (),
                foreign=foreign(row.foreign_currency, row.foreign_amount),
            )
            for row in _sql.lines(connection, entry_id=entry.entry_id)
        ),
    )


def journal_totals(connection: psycopg.Connection, revision: Revision) -> list[Total]:
    """Documents and their net money, in their own currency, booked by the revision, by kind and form."""
    rows = _sql.journal_totals(connection, revision_id=revision.revision_id)
    return [row.total for row in rows]


def acknowledged_totals(connection: psycopg.Connection, box: str, day: date) -> list[Total]:
    """Documents and net money of the day that stand in the ERP by its own acknowledgements, reversals taken off."""
    rows = _sql.acknowledged_totals(connection, box=box, business_date=day)
    return [row.total for row in rows]


def entry_sums(connection: psycopg.Connection, revision: Revision) -> tuple[EntrySum, EntrySum]:
    """The revision's own entries, and all of the day's that the ERP acknowledged (reversals taken off)."""
    booked = _sql.booked(connection, revision_id=revision.revision_id)
    acknowledged = _sql.acknowledged(
        connection, box=revision.box, business_date=revision.business_date, revision_id=revision.revision_id
    )
    return booked, acknowledged


def standing_of_others(connection: psycopg.Connection, revision: Revision) -> EntrySum:
    """The entries of the day's other revisions that the ERP holds, or may hold, beside or instead of the revision's
    own: of equal sums, only this tells whose they are."""
    return _sql.standing_of_others(connection, revision_id=revision.revision_id)


def unbooked_documents(connection: psycopg.Connection, revision: Revision) -> list[UnbookedDocument]:
    """Up to twenty staged documents that have money and no line in the revision."""
    return list(
        _sql.unbooked_documents(
            connection, box=revision.box, business_date=revision.business_date, revision_id=revision.revision_id
        )
    )


def unacknowledged_entries(connection: psycopg.Connection, revision: Revision) -> list[UnacknowledgedEntry]:
    """The revision's entries that the ERP did not acknowledge, or that are being deleted there."""
    return list(_sql.unacknowledged_entries(connection, revision_id=revision.revision_id))
