"""Documents in the ERP that may be somebody else's, and what people decided about the lots they stand in."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.address import Address
from cierre.ledger.attempts import Attempt
from cierre.ledger.revisions import Revision
from cierre.ledger.statements import Change, Rows, Statements, Value


class Doubt(NamedTuple):
    """A document that may be somebody else's, where it stands, and the attempt that met it (None where the lot was
    found in use before anything was sent there)."""

    document: str
    address: Address
    attempt_id: int | None


class _Doubt(NamedTuple):
    tenant: str
    lot: str
    entry_date: date
    sublot: str
    document: str
    attempt_id: int | None


class _Takeover(NamedTuple):
    tenant: str
    lot: str
    entry_date: date
    takeover_id: int


class _Sql(Statements):
    note_doubt: Change
    note_lot_in_use: Change
    open_doubts: Rows[_Doubt]
    take_over: Change
    takeovers_of: Rows[_Takeover]
    is_taken_over_since: Value[bool]
    is_in_doubt: Value[bool]
    leave_to_others: Change


_sql = _Sql.of("takeovers")


def note_doubt(connection: psycopg.Connection, attempt: Attempt, document: str) -> None:
    """Notes a document at an attempt's address that may be somebody else's; once for each attempt."""
    address = attempt.address
    _sql.note_doubt(
        connection,
        site=attempt.site,
        tenant=address.tenant,
        lot=address.lot,
        entry_date=address.entry_date,
        sublot=address.sublot,
        document=document,
        attempt_id=attempt.attempt_id,
    )


def note_lot_in_use(connection: psycopg.Connection, site: str | None, address: Address, document: str) -> None:
    """Notes a document of others in a lot that nothing was ever posted to from here."""
    _sql.note_lot_in_use(
        connection,
        site=site,
        tenant=address.tenant,
        lot=address.lot,
        entry_date=address.entry_date,
        sublot=address.sublot,
        document=document,
    )


def open_doubts(connection: psycopg.Connection, revision: Revision) -> list[Doubt]:
    """What a person must decide before a day's books can go out: documents that may be somebody else's, in the lot that
    the books are meant for, or in one that the box has left."""
    rows = _sql.open_doubts(
        connection,
        site=revision.site,
        tenant=revision.tenant,
        lot=revision.lot,
        box=revision.box,
        business_date=revision.business_date,
    )
    return [
        Doubt(row.document, Address(row.tenant, row.entry_date, row.lot, row.sublot), row.attempt_id) for row in rows
    ]


def is_in_doubt(connection: psycopg.Connection, attempt: Attempt) -> bool:
    """Whether an attempt met a document that may be somebody else's, and nobody has taken the lot over since."""
    return _sql.is_in_doubt(connection, attempt_id=attempt.attempt_id)


def leave_to_others(connection: psycopg.Connection, doubts: Iterable[Doubt]) -> None:
    """Notes that nothing of this ledger stands any more where attempts met documents that may be somebody else's: a
    person has looked there. What stands there is left alone from then on."""
    _sql.leave_to_others(connection, attempt_ids=[one.attempt_id for one in doubts if one.attempt_id is not None])


def take_over(
    connection: psycopg.Connection,
    site: str | None,
    tenant: str | None,
    lot: str | None,
    *,
    by: str | None,
    why: str,
    through: date | None = None,
) -> None:
    """Puts on record that what stands in a lot, up to today or ``through``, is this ledger's own.

    Raises psycopg.errors.NotNullViolation where the lot, or who decided, is not known.
    """
    _sql.take_over(connection, site=site, tenant=tenant, lot=lot, decided_by=by, why=why, through=through)


Place = tuple[str, str, date]
"""Tenant, lot and date."""


def takeovers_of(connection: psycopg.Connection, site: str | None, places: Collection[Place]) -> dict[Place, int]:
    """The last time (takeover_id) that a person said that what stands at a place is this ledger's own, for each of the
    places where somebody did."""
    tenants, lots, entry_dates = (list(part) for part in zip(*places, strict=True)) if places else ([], [], [])
    rows = _sql.takeovers_of(connection, site=site, tenants=tenants, lots=lots, entry_dates=entry_dates)
    return {(row.tenant, row.lot, row.entry_date): row.takeover_id for row in rows}


def is_taken_over(connection: psycopg.Connection, site: str | None, address: Address) -> bool:
    """Whether a person said that what stands there is this ledger's own."""
    return bool(takeovers_of(connection, site, [(address.tenant, address.lot, address.entry_date)]))


def is_taken_over_since(connection: psycopg.Connection, attempt: Attempt) -> bool:
    """Whether a person took over the lot of a confirmed attempt, with what stands on its date, after it was
    confirmed."""
    return _sql.is_taken_over_since(connection, attempt_id=attempt.attempt_id)
