"""Posting attempts: each a fresh address in the ERP, moved forward by compare-and-set."""

from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from bookkeeping.address import Address, nth_sublot
from bookkeeping.sentence import Sentence
from store.ledger import FrozenEntry
from store.session import named

_sql = named("attempts")


class NoSublotLeft(RuntimeError):
    """All sublots of a lot and date have been used; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one entry; ``document`` is CT2_DOC. ``state``: claimed, confirmed, rejected, doomed or withdrawn."""

    attempt_id: int
    entry_id: int
    address: Address
    state: str
    lease_until: datetime
    document: str | None
    outcome: str | None


def _attempt(row) -> Attempt:
    return Attempt(
        attempt_id=row.attempt_id,
        entry_id=row.entry_id,
        address=Address(row.tenant, row.entry_date, row.lot, row.sublot),
        state=row.state,
        lease_until=row.lease_until,
        document=row.document,
        outcome=row.outcome,
    )


def claim(
    connection: psycopg.Connection,
    entry: FrozenEntry,
    *,
    worker: str,
    lease_seconds: float,
    alphanumeric_sublots: bool = False,
) -> Attempt:
    """Claims an address that was never used for the entry and commits. Must be called outside a transaction: the
    claim has to be on disk before anything is sent.

    Raises psycopg.errors.UniqueViolation where the entry already has a claimed or confirmed attempt (or another run
    took the address meanwhile), NoSublotLeft where the lot has no unused sublot on that date.
    """
    place = {"tenant": entry.tenant, "entry_date": entry.entry_date, "lot": entry.lot}
    used = _sql.addresses_used(connection, **place)
    try:
        sublot = nth_sublot(used + 1, alphanumeric=alphanumeric_sublots)
    except ValueError as error:
        raise NoSublotLeft(
            Sentence("{box} cannot post to lot {lot} on {date}: {why}", box=entry.box, lot=entry.lot,
                     date=entry.entry_date, why=error)
        ) from None  # fmt: skip
    row = _sql.claim(
        connection, entry_id=entry.entry_id, **place, sublot=sublot, worker=worker, lease_seconds=lease_seconds
    )
    return _attempt(row)


def confirm(connection: psycopg.Connection, attempt: Attempt, document: str) -> bool:
    """claimed → confirmed; False where somebody else decided first."""
    return _sql.confirm(connection, attempt_id=attempt.attempt_id, document=document) == 1


def doom(connection: psycopg.Connection, attempt: Attempt, outcome: str) -> bool:
    """claimed → doomed, with the sentence that says why; False where somebody else decided first."""
    return _sql.doom(connection, attempt_id=attempt.attempt_id, outcome=outcome) == 1


def reject(connection: psycopg.Connection, attempt: Attempt, outcome: str) -> bool:
    """claimed → rejected, with the ERP's own words; False where somebody else decided first."""
    return _sql.reject(connection, attempt_id=attempt.attempt_id, outcome=outcome) == 1


def withdraw(connection: psycopg.Connection, attempt: Attempt, outcome: str) -> bool:
    """confirmed → withdrawn, after its document was deleted from the ERP; False where it was no longer confirmed."""
    return _sql.withdraw(connection, attempt_id=attempt.attempt_id, outcome=outcome) == 1


def clock(connection: psycopg.Connection) -> datetime:
    """The ledger's clock, which alone decides about leases and reaps."""
    return _sql.clock(connection)


def note_reaped(
    connection: psycopg.Connection, attempt: Attempt, *, removed: int = 0, asked_at: datetime | None = None
) -> None:
    """Records that the attempt's address was found empty, or made so by removing that many documents.

    ``asked_at``: when the ERP was first asked, by the ledger's clock; None where it was just now.
    """
    _sql.note_reaped(connection, attempt_id=attempt.attempt_id, removed=removed, asked_at=asked_at)


def of_entry(connection: psycopg.Connection, entry: FrozenEntry) -> list[Attempt]:
    """All attempts of an entry, oldest first."""
    return [_attempt(row) for row in _sql.attempts_of(connection, entry_id=entry.entry_id)]


def unreaped(connection: psycopg.Connection, entry: FrozenEntry) -> list[Attempt]:
    """The entry's rejected or doomed attempts whose address is not known to be empty."""
    return [_attempt(row) for row in _sql.unreaped(connection, entry_id=entry.entry_id)]


def due_for_reap(connection: psycopg.Connection) -> list[tuple[str, Attempt]]:
    """Given-up attempts whose address is to be emptied now, for the first time or again, each with its box's id."""
    return [(row.box, _attempt(row)) for row in _sql.due_for_reap(connection)]


def not_reaped_since(
    connection: psycopg.Connection, box: str, *, first: date, last: date, since: datetime
) -> list[Attempt]:
    """Given-up attempts of a box on ERP dates from ``first`` to ``last``, not emptied since an instant."""
    rows = _sql.not_reaped_since(connection, box=box, first=first, last=last, since=since)
    return [_attempt(row) for row in rows]


def abandoned(connection: psycopg.Connection) -> list[tuple[str, date, Attempt]]:
    """Claims that outlived their lease by five minutes, each with its box's id and business date."""
    return [(row.box, row.business_date, _attempt(row)) for row in _sql.abandoned(connection)]


def seconds_of_lease_left(connection: psycopg.Connection, attempt: Attempt) -> float:
    """How long the attempt's worker may still be at it, by the ledger's clock; 0 once the lease has run out."""
    return _sql.seconds_of_lease_left(connection, attempt_id=attempt.attempt_id)
