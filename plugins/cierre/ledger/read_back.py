"""What the ledger has to hold against the ERP when it is read back, and whether it agreed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.evidence import Posted
from cierre.ledger.attempts import Attempt
from cierre.ledger.revisions import FrozenEntry
from cierre.ledger.rows import BoxAndDay
from cierre.ledger.statements import Change, Rows, Statements


class _Evidence(NamedTuple):
    business_date: date
    acknowledged_at: datetime
    read_at: datetime | None


class _Sql(Statements):
    posted: Rows[FrozenEntry]
    evidence: Rows[_Evidence]
    watched: Rows[BoxAndDay]
    to_read_again: Rows[BoxAndDay]
    note_read_back: Change


_sql = _Sql.of("read_back")


def posted(connection: psycopg.Connection, box: str, day: date) -> list[FrozenEntry]:
    """All entries of a box's day that stand at its present site of the ERP by its own acknowledgement, reversals among
    them."""
    return list(_sql.posted(connection, box=box, business_date=day))


def note(connection: psycopg.Connection, attempt: Attempt, *, agrees: bool) -> None:
    """Records that the attempt's document was read back from the ERP now, and whether it is the entry."""
    _sql.note_read_back(connection, attempt_id=attempt.attempt_id, agrees=agrees)


def posted_documents(
    connection: psycopg.Connection, boxes: Sequence[str], first: date, last: date
) -> dict[date, list[Posted]]:
    """Of boxes' documents that stand at their present sites of the ERP, by business date: how far each is known."""
    found: dict[date, list[Posted]] = defaultdict(list)
    for row in _sql.evidence(connection, boxes=list(boxes), first=first, last=last):
        found[row.business_date].append(Posted(row.acknowledged_at, row.read_at))
    return found


def watched(connection: psycopg.Connection, since: datetime) -> list[tuple[str, date]]:
    """Box and business date of the days that are due to be read: a request that was given up may still be carried out
    there, or an address of theirs was looked at since an instant."""
    return [(row.box, row.business_date) for row in _sql.watched(connection, since=since)]


def to_read_again(
    connection: psycopg.Connection, boxes: Sequence[str], *, first: date, since: datetime
) -> list[tuple[str, date]]:
    """Closed days from ``first`` on that were not read since an instant, those that wait longest first."""
    rows = _sql.to_read_again(connection, boxes=list(boxes), first=first, since=since)
    return [(row.box, row.business_date) for row in rows]
