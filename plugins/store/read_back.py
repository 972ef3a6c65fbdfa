"""What the ledger has to hold against the ERP when it is read back, and whether it agreed."""

from datetime import date

import psycopg

from bookkeeping.address import Address
from store.attempts import Attempt
from store.ledger import FrozenEntry
from store.session import named

_sql = named("read_back")


def posted(connection: psycopg.Connection, box: str, day: date) -> list[FrozenEntry]:
    """All entries of a box's day that stand in the ERP by its own acknowledgement, reversals among them."""
    return [FrozenEntry(**row._asdict()) for row in _sql.posted(connection, box=box, business_date=day)]


def attempts_in(connection: psycopg.Connection, tenant: str, entry_date: date, lot: str) -> dict[str, Attempt]:
    """All attempts at addresses of a lot on an ERP date, by sublot, whichever day of which box they are of."""
    rows = _sql.attempts_in(connection, tenant=tenant, entry_date=entry_date, lot=lot)
    return {
        row.sublot: Attempt(
            attempt_id=row.attempt_id,
            entry_id=row.entry_id,
            address=Address(row.tenant, row.entry_date, row.lot, row.sublot),
            state=row.state,
            lease_until=row.lease_until,
            document=row.document,
            outcome=row.outcome,
        )
        for row in rows
    }


def note(connection: psycopg.Connection, attempt: Attempt, *, agrees: bool) -> None:
    """Records that the attempt's document was read back from the ERP now, and whether it is the entry."""
    _sql.note_read_back(connection, attempt_id=attempt.attempt_id, agrees=agrees)
