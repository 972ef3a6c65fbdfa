"""Posting attempts: each a fresh address in the ERP, moved forward by compare-and-set."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import signing
from cierre.ledger.revisions import FrozenEntry
from cierre.ledger.sentences import stored
from cierre.ledger.statements import Change, Row, RowOrNone, Rows, Statements, Value, Values

NOT_SENT = ""
"""What stands for the ERP's answer where nothing was sent to an attempt's address: nothing of it can be there."""

# Outcomes. The database knows the first two by their English text: nothing is confirmed by any other.
ACKNOWLEDGED = Sentence("acknowledged")
READ_BACK = Sentence("found by reading the ERP back")
ITS_WORKER_ENDED = Sentence("its worker ended before the outcome was known")
EMPTIED = Sentence("emptied with its lot, which was taken over")
UNDONE = Sentence("deleted: the correction that it was part of was refused")
OF_NO_BOOKS = Sentence("found by reading, of this ledger and of no books that it has: to be deleted")

_FINDER = "look"
"""Who makes attempts of what is of no books. The database knows it: others are not born given up with a document."""

NthSublot = Callable[[int], str]
"""The sublot of a lot's n-th attempt on a date. Raises ValueError, with a sentence, where there is none left."""

PLAIN: NthSublot = "{:03d}".format
"""The number itself: for what an ERP's own numbering has no say in."""


class NoSublotLeft(RuntimeError):
    """All sublots of a lot and date have been used; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one entry; ``document`` is its number there. ``state``: claimed, confirmed, rejected, doomed or
    withdrawn.

    ``site`` is the ERP's (None where it was made before sites were kept). ``answered`` is the number that the ERP gave
    to a request that was given up all the same (None without an answer, NOT_SENT where nothing was sent).
    ``reaped_at``: when its address was last known to be empty. ``deleting_since``: since when its confirmed document is
    being deleted. ``adopted_at``: when its document was found by reading and taken for posted, so that a copy of it may
    still come, or a delete of ours be carried out late; None where the ERP's answer said so, or nothing did. ``worker``
    is who made it.
    """

    attempt_id: int
    entry_id: int
    address: Address
    state: str
    lease_until: datetime
    document: str | None
    outcome: Sentence | None
    site: str | None = None
    answered: str | None = None
    reaped_at: datetime | None = None
    deleting_since: datetime | None = None
    adopted_at: datetime | None = None
    worker: str = ""

    @property
    def is_of_no_books(self) -> bool:
        """Whether nothing was sent by it: it names a document that was found there, of this ledger and of no books that
        it has, which is to be deleted."""
        return self.worker == _FINDER

    @property
    def is_given_up(self) -> bool:
        """Whether nothing is to stand at its address."""
        return self.state in ("rejected", "doomed")

    @property
    def is_unreaped(self) -> bool:
        """Whether it was given up, and its address is not known to be empty."""
        return self.is_given_up and self.reaped_at is None

    @property
    def confirmed_document(self) -> str:
        """``document`` of a confirmed attempt, which always has one. Raises ValueError for any other."""
        if self.document is None:
            raise ValueError(f"attempt {self.attempt_id} is {self.state}: the ERP gave it no document")
        return self.document


@dataclass(frozen=True, slots=True)
class _AttemptRow:
    attempt_id: int
    entry_id: int
    tenant: str
    entry_date: date
    lot: str
    sublot: str
    state: str
    lease_until: datetime
    document: str | None
    outcome: Sentence | None
    site: str | None
    answered: str | None
    reaped_at: datetime | None
    deleting_since: datetime | None
    adopted_at: datetime | None
    worker: str


@dataclass(frozen=True, slots=True)
class _EmptiedRow(_AttemptRow):
    removed: int


@dataclass(frozen=True, slots=True)
class _AttemptOfBox(_AttemptRow):
    box: str


@dataclass(frozen=True, slots=True)
class _AbandonedRow(_AttemptOfBox):
    business_date: date


@dataclass(frozen=True, slots=True)
class Lease:
    """Of a claim, in seconds. ``whole_if_unknown``: where PostgreSQL was restarted or replaced since the claim, so that
    its clock may show another time and nobody knows what is left, the whole length less the time since that start; all
    of it where this server says that it began before the claim; else None."""

    seconds_left: float
    whole_if_unknown: float | None


class _Sql(Statements):
    claim: Row[_AttemptRow]
    give_up: RowOrNone[_AttemptRow]
    emptied_by: Rows[_EmptiedRow]
    sublots_used: Values[str]
    at_place: Rows[_AttemptRow]
    lot_was_posted_to: Value[bool]
    lot_is_ours: Value[bool]
    confirm: Change
    doom: Change
    reject: Change
    withdraw: Change
    adopt: Change
    begin_to_delete: Change
    keep_after_all: Change
    clock: Value[datetime]
    note_reaped: Change
    note_nothing_left: Change
    due_for_reap: Rows[_AttemptOfBox]
    not_reaped_since: Rows[_AttemptOfBox]
    abandoned: Rows[_AbandonedRow]
    attempts_of: Rows[_AttemptRow]
    lease: Row[Lease]


_sql = _Sql.of("attempts")


def _attempt(row: _AttemptRow) -> Attempt:
    return Attempt(
        attempt_id=row.attempt_id,
        entry_id=row.entry_id,
        address=Address(row.tenant, row.entry_date, row.lot, row.sublot),
        state=row.state,
        lease_until=row.lease_until,
        document=row.document,
        outcome=row.outcome,
        site=row.site,
        answered=row.answered,
        reaped_at=row.reaped_at,
        deleting_since=row.deleting_since,
        adopted_at=row.adopted_at,
        worker=row.worker,
    )


def claim(
    connection: psycopg.Connection,
    entry: FrozenEntry,
    *,
    worker: str,
    lease_seconds: float,
    nth: NthSublot = PLAIN,
    site: str | None = None,
    in_use: Collection[str] = (),
    sublot: str | None = None,
) -> Attempt:
    """Claims an address that was never used for the entry and commits. Must be called outside a transaction: the
    claim has to be on disk before anything is sent.

    ``nth`` numbers the sublots, ``site`` is the ERP's, ``in_use`` are sublots where others were seen. ``sublot`` names
    one instead of the next. Raises psycopg.errors.UniqueViolation where the entry already has a claimed or confirmed
    attempt (or another run took the address meanwhile), NoSublotLeft where the lot has no unused sublot on that date.
    """
    row = _sql.claim(
        connection,
        entry_id=entry.entry_id,
        **_place(entry, site),
        sublot=sublot or _next_sublot(connection, entry, site, in_use, nth),
        worker=worker,
        lease_seconds=lease_seconds,
    )
    return _attempt(row)


def take_over_address(
    connection: psycopg.Connection,
    entry: FrozenEntry,
    *,
    site: str | None,
    takeover: int,
    nth: NthSublot = PLAIN,
) -> Attempt | None:
    """Notes an unused address of a lot that was taken over, so that it is emptied; nothing is sent there, ever. None
    where another run noted it just now.

    Raises NoSublotLeft.
    """
    row = _sql.give_up(
        connection,
        entry_id=entry.entry_id,
        **_place(entry, site),
        sublot=_next_sublot(connection, entry, site, (), nth),
        worker=_emptier(takeover),
        outcome=stored(EMPTIED),
        answered=None,
    )
    return _attempt(row) if row else None


def give_up_found(
    connection: psycopg.Connection, entry: FrozenEntry, address: Address, document: str, *, site: str | None
) -> Attempt | None:
    """Notes, before it is deleted, that a document was found which is of no books of this ledger; ``entry`` is any of
    the day's. Nothing is sent to its address, ever, and nothing there is taken for posted. None where the address is on
    record already."""
    row = _sql.give_up(
        connection,
        entry_id=entry.entry_id,
        site=site,
        tenant=address.tenant,
        entry_date=address.entry_date,
        lot=address.lot,
        sublot=address.sublot,
        worker=_FINDER,
        outcome=stored(OF_NO_BOOKS),
        answered=document,
    )
    return _attempt(row) if row else None


def emptied_by(
    connection: psycopg.Connection, entry: FrozenEntry, *, site: str | None, takeover: int
) -> list[tuple[Attempt, int]]:
    """The addresses of an entry's lot and date that are emptied by a taking over, and how many documents went."""
    rows = _sql.emptied_by(connection, **_place(entry, site), worker=_emptier(takeover))
    return [(_attempt(row), row.removed) for row in rows]


def _emptier(takeover: int) -> str:
    return f"takeover {takeover}"


def _place(entry: FrozenEntry, site: str | None) -> dict[str, object]:
    return {"site": site, "tenant": entry.tenant, "entry_date": entry.entry_date, "lot": entry.lot}


def _next_sublot(
    connection: psycopg.Connection,
    entry: FrozenEntry,
    site: str | None,
    in_use: Collection[str],
    nth: NthSublot,
) -> str:
    used = set(_sql.sublots_used(connection, **_place(entry, site)))
    number = len(used)
    while True:
        number += 1
        try:
            sublot = nth(number)
        except ValueError as error:
            raise NoSublotLeft(
                Sentence("{box} cannot post to lot {lot} on {date}: {why}", box=entry.box, lot=entry.lot,
                         date=entry.entry_date, why=error)
            ) from None  # fmt: skip
        if sublot not in used and sublot not in in_use:
            return sublot


def confirm(connection: psycopg.Connection, attempt: Attempt, document: str, *, found: bool = False) -> bool:
    """claimed → confirmed; False where somebody else decided first. ``found``: not by the answer to a request, but by
    reading, so that a copy of a request that nobody remembers may still come."""
    signed = _signature(connection, attempt, document)
    return _sql.confirm(connection, attempt_id=attempt.attempt_id, document=document, outcome=stored(ACKNOWLEDGED),
                        signature=signed, found=found) == 1  # fmt: skip


def doom(connection: psycopg.Connection, attempt: Attempt, outcome: str, *, answered: str | None = None) -> bool:
    """claimed → doomed, with the sentence that says why, and the number that the ERP answered, if it did.

    False where somebody else decided first.
    """
    return _sql.doom(connection, attempt_id=attempt.attempt_id, outcome=stored(outcome), answered=answered) == 1


def reject(connection: psycopg.Connection, attempt: Attempt, outcome: str) -> bool:
    """claimed → rejected, with the ERP's own words; False where somebody else decided first."""
    return _sql.reject(connection, attempt_id=attempt.attempt_id, outcome=stored(outcome)) == 1


def begin_to_delete(connection: psycopg.Connection, attempt: Attempt, why: str) -> bool:
    """Notes that a confirmed document is to be deleted, before it is; False where somebody else did, or it is no longer
    confirmed. From here on it does not count as standing, whatever becomes of this worker."""
    return _sql.begin_to_delete(connection, attempt_id=attempt.attempt_id, why=stored(why)) == 1


def keep_after_all(connection: psycopg.Connection, attempt: Attempt, *, in_doubt: bool = False) -> None:
    """Notes that a document was not deleted, and stands: the ERP refused it for certain. ``in_doubt``: an earlier
    delete had no answer and may be carried out late, so that sweeps look for a day whether the document still
    stands."""
    _sql.keep_after_all(connection, attempt_id=attempt.attempt_id, outcome=stored(ACKNOWLEDGED), in_doubt=in_doubt)


def withdraw(connection: psycopg.Connection, attempt: Attempt, outcome: str | None = None) -> bool:
    """confirmed → withdrawn, after its document was deleted from the ERP; False where it was no longer confirmed.

    ``outcome`` says why, where ``begin_to_delete`` did not.
    """
    said = stored(outcome) if outcome else None
    return _sql.withdraw(connection, attempt_id=attempt.attempt_id, outcome=said) == 1


def adopt(connection: psycopg.Connection, attempt: Attempt, document: str) -> bool:
    """rejected or doomed → confirmed: its document was read back, and cannot be deleted any more; False where the
    attempt was neither. Sweeps go on looking for copies of it. Raises psycopg.errors.UniqueViolation where the entry
    stands elsewhere, too."""
    signed = _signature(connection, attempt, document)
    return _sql.adopt(connection, attempt_id=attempt.attempt_id, document=document, outcome=stored(READ_BACK),
                      signature=signed) == 1  # fmt: skip


def _signature(connection: psycopg.Connection, attempt: Attempt, document: str) -> str | None:
    place = attempt.address
    address = (place.tenant, place.entry_date, place.lot, place.sublot)
    return signing.signature(connection, "posting", attempt.attempt_id, attempt.entry_id, *address, document)


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


def note_nothing_left(connection: psycopg.Connection, attempt: Attempt) -> None:
    """Records that a request that the ERP refused left nothing, as far as is known; sweeps look again."""
    _sql.note_nothing_left(connection, attempt_id=attempt.attempt_id)


def lot_was_posted_to(connection: psycopg.Connection, site: str | None, tenant: str, lot: str) -> bool:
    """Whether this ledger ever sent anything to a lot at a site."""
    return _sql.lot_was_posted_to(connection, site=site, tenant=tenant, lot=lot)


def lot_is_ours(connection: psycopg.Connection, site: str | None, tenant: str, lot: str) -> bool:
    """Whether all that is known of a lot says that nobody else uses it: an address was answered as unused, and no
    document is in doubt."""
    return _sql.lot_is_ours(connection, site=site, tenant=tenant, lot=lot)


def at_place(
    connection: psycopg.Connection, site: str | None, tenant: str, entry_date: date, lot: str
) -> dict[str, Attempt]:
    """All attempts at addresses of a lot on an ERP date, by sublot, whichever day of which box they are of."""
    rows = _sql.at_place(connection, site=site, tenant=tenant, entry_date=entry_date, lot=lot)
    return {row.sublot: _attempt(row) for row in rows}


def of_entry(connection: psycopg.Connection, entry: FrozenEntry) -> list[Attempt]:
    """All attempts of an entry, oldest first."""
    return [_attempt(row) for row in _sql.attempts_of(connection, entry_id=entry.entry_id)]


def unreaped(connection: psycopg.Connection, entry: FrozenEntry) -> list[Attempt]:
    """The entry's rejected or doomed attempts whose address is not known to be empty."""
    return [attempt for attempt in of_entry(connection, entry) if attempt.is_unreaped]


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
    """Claims that outlived their lease by five minutes, each with its box's id and business date.

    By an hour, where another server's clock dated them.
    """
    return [(row.box, row.business_date, _attempt(row)) for row in _sql.abandoned(connection)]


def lease(connection: psycopg.Connection, attempt: Attempt) -> Lease:
    """How long the attempt's worker may still be at it, by the ledger's clock."""
    return _sql.lease(connection, attempt_id=attempt.attempt_id)
