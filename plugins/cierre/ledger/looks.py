"""Looks at closed days: when each was read again in its source, what was found, and what followed."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.second_look import Change, Code, Outcome, size_of
from cierre.ledger import news
from cierre.ledger.session import copy
from cierre.ledger.statements import RowOrNone, Rows, Statements, Value


class ClosedDay(NamedTuple):
    """A box's closed day, and when it was last read in its source (aware)."""

    box: str
    business_date: date
    read_at: datetime


class ChangedDay(NamedTuple):
    """A box's day that a look found changed: how many documents, and by how much their money is more than booked, by
    currency."""

    box: str
    business_date: date
    documents: int
    differences: tuple[tuple[str, Decimal], ...]


class _Changed(NamedTuple):
    box: str
    business_date: date
    currency: str
    documents: int
    difference: Decimal


class Correction(NamedTuple):
    """A box's day that is to be closed again, and the look that says so."""

    box: str
    business_date: date
    look_id: int


class _StandingRow(NamedTuple):
    box: str
    business_date: date
    look_id: int
    outcome: str


class _LookRow(NamedTuple):
    look_id: int
    outcome: str
    size: Decimal
    looked_at: datetime


class _ChangeRow(NamedTuple):
    code: str
    document_key: str
    kind: str
    form: str
    reference: str
    currency: str
    before: Decimal | None
    after: Decimal | None
    size: Decimal
    fields: list[str]
    since: int
    looked_at: datetime


class _Sql(Statements):
    closed_days: Rows[ClosedDay]
    newest: RowOrNone[_LookRow]
    changes: Rows[_ChangeRow]
    changed: Rows[_Changed]
    add: Value[int]
    standing: Rows[_StandingRow]
    corrections: Rows[Correction]
    proposed: RowOrNone[_LookRow]


_sql = _Sql.of("looks")


@dataclass(frozen=True, slots=True)
class Found:
    """A change as the ledger keeps it: ``since`` is the number of the first look that found it so, ``first_seen`` when
    that was."""

    change: Change
    since: int
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """A look at a day; ``size`` as cierre.bookkeeping.second_look.size_of."""

    look_id: int
    outcome: Outcome
    size: Decimal
    looked_at: datetime
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a look at a box's day found, and what followed: nothing where all is again as it was booked."""

    box: str
    business_date: date
    look_id: int
    outcome: Outcome
    found: tuple[Found, ...]


def closed_days(connection: psycopg.Connection, boxes: Sequence[str], first: date, last: date) -> list[ClosedDay]:
    """The days of boxes that were closed, both ends inclusive, oldest first."""
    return list(_sql.closed_days(connection, boxes=list(boxes), first=first, last=last))


def newest(connection: psycopg.Connection, box: str, day: date) -> Look | None:
    """The newest look at a day; None where it was staged anew since, or never looked at."""
    return _look(connection, _sql.newest(connection, box=box, business_date=day))


def changed(
    connection: psycopg.Connection, boxes: Sequence[str], first: date, last: date
) -> dict[tuple[str, date], ChangedDay]:
    """The days of boxes that count as changed by their newest look, by box and day; both ends inclusive."""
    by_day: dict[tuple[str, date], list[_Changed]] = defaultdict(list)
    for row in _sql.changed(connection, boxes=list(boxes), first=first, last=last):
        by_day[row.box, row.business_date].append(row)
    return {
        (box, day): ChangedDay(
            box, day, sum(row.documents for row in rows), tuple((row.currency, row.difference) for row in rows)
        )
        for (box, day), rows in by_day.items()
    }


def corrections(connection: psycopg.Connection, boxes: Sequence[str], most: int) -> list[Correction]:
    """The days of boxes that are to be closed again by what a look found, and that nobody has staged anew since: so
    many at most, the newest looks first."""
    return list(_sql.corrections(connection, boxes=list(boxes), most=most))


def standing(connection: psycopg.Connection, look_ids: Sequence[int]) -> list[Standing]:
    """Of looks, the newest at each box's day; none at a day that was staged anew since."""
    return [
        Standing(row.box, row.business_date, row.look_id, Outcome(row.outcome), _found_by(connection, row.look_id))
        for row in _sql.standing(connection, look_ids=list(look_ids))
    ]


def proposed(connection: psycopg.Connection, box: str, day: date) -> Look | None:
    """The newest look that had a correction of a day prepared, asked about or not, where that was not closed since with
    what it found; else None."""
    return _look(connection, _sql.proposed(connection, box=box, business_date=day))


def keep(
    connection: psycopg.Connection,
    box: str,
    day: date,
    *,
    compared_to: int,
    snapshot_id: int | None,
    found: Sequence[Change],
    outcome: Outcome,
    tell: Collection[str],
) -> int:
    """Keeps a look and what it found beside the landing ``compared_to``; returns its number. ``snapshot_id`` is the
    landing that shows it. What the look before found, too, is known since then. ``tell`` are the companies whose people
    are to be told."""
    with connection.transaction():
        before = newest(connection, box, day)
        known = {one.change: one.since for one in before.found} if before else {}
        look_id = _sql.add(
            connection,
            box=box,
            business_date=day,
            compared_to=compared_to,
            snapshot_id=snapshot_id,
            size=size_of(found),
            outcome=outcome,
        )
        news.add(connection, news.Kind.LOOK, [look_id], tell)
        copy(
            connection,
            "ledger.look_change (look_id, change, code, document_key, kind, form, reference, currency, before, after,"
            " size, fields, since)",
            (
                (look_id, number, one.code, one.document_key, one.kind, one.form, one.reference, one.currency,
                 one.before, one.after, one.size, list(one.fields), known.get(one, look_id))
                for number, one in enumerate(found, start=1)
            ),
        )  # fmt: skip
    return look_id


def _look(connection: psycopg.Connection, row: _LookRow | None) -> Look | None:
    if row is None:
        return None
    found = _found_by(connection, row.look_id)
    return Look(row.look_id, Outcome(row.outcome), row.size, row.looked_at, found)


def _found_by(connection: psycopg.Connection, look_id: int) -> tuple[Found, ...]:
    return tuple(map(_found, _sql.changes(connection, look_id=look_id)))


def _found(row: _ChangeRow) -> Found:
    change = Change(
        Code(row.code), row.document_key, Kind(row.kind), row.form, row.reference, row.currency, row.before, row.after,
        row.size, tuple(row.fields),
    )  # fmt: skip
    return Found(change, row.since, row.looked_at)
