"""Invoices as the readings of their source showed them, and the closed days that a later reading tells otherwise."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.invoices import InvoiceSeen
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger.landing import Place, Snapshot
from cierre.ledger.sentences import stored
from cierre.ledger.session import copy
from cierre.ledger.statements import Change, Row, Rows, Statements, Value, Values


class _DayTakenRow(NamedTuple):
    business_date: date
    source_key: str
    snapshot_id: int


class _Collected(NamedTuple):
    business_date: date
    project: str
    number: str
    amount: Decimal


class NotedChange(NamedTuple):
    """What became known of a day of a box, by its number."""

    change_id: int
    box: str
    business_date: date
    what: Sentence


class _LateChange(NamedTuple):
    what: Sentence


class _Sql(Statements):
    unread: Values[int]
    snapshot: Row[Snapshot]
    kept_since: Value[int]
    note_read: Change
    seen_of: Rows[InvoiceSeen]
    expected: Rows[InvoiceSeen]
    all_seen: Rows[InvoiceSeen]
    days_taken: Rows[_DayTakenRow]
    days_staged: Values[date]
    collections_staged: Rows[_Collected]
    late_changes: Rows[_LateChange]
    note_late_change: Value[int]
    standing_changes: Rows[NotedChange]


_sql = _Sql.of("invoices")

SeenBefore = Callable[[Sequence[str], Sequence[str]], list[InvoiceSeen]]


def unread(connection: psycopg.Connection, place: Place) -> Iterator[Snapshot]:
    """What was landed of a place, for any day, and whose invoices are not kept yet: oldest first."""
    numbers = _sql.unread(
        connection, source=place.source, connection=place.connection, source_key=place.source_key
    )  # fmt: skip
    # One by one: after an upgrade these are all that a place ever landed.
    for number in list(numbers):
        yield _sql.snapshot(connection, snapshot_id=number)


def kept_since(connection: psycopg.Connection) -> int:
    """The last landing that was made before invoices were kept; 0 in a ledger that always kept them."""
    return _sql.kept_since(connection)


def keep(connection: psycopg.Connection, snapshot: Snapshot, seen: Iterable[InvoiceSeen]) -> None:
    """Keeps what a landing shows otherwise than those before it, and that its invoices were read."""
    with connection.transaction():
        _sql.note_read(connection, snapshot_id=snapshot.snapshot_id)
        copy(
            connection,
            "landing.invoice_seen (source, connection, project, invoice, snapshot_id, number, issued_on, base, total,"
            " rate, collected, collected_on, gone)",
            (
                (
                    snapshot.source,
                    snapshot.connection,
                    one.project,
                    one.invoice,
                    snapshot.snapshot_id,
                    one.number,
                    one.issued_on,
                    one.base,
                    one.total,
                    one.rate,
                    one.collected,
                    one.collected_on,
                    one.gone,
                )
                for one in seen
            ),
        )


def seen_of(
    connection: psycopg.Connection,
    place: Place,
    projects: Sequence[str],
    invoices: Sequence[str],
    *,
    before: int,
) -> list[InvoiceSeen]:
    """What the landings before one (by its number) showed of invoices, in their order."""
    seen = _sql.seen_of(
        connection,
        source=place.source,
        connection=place.connection,
        projects=list(projects),
        invoices=list(invoices),
        before=before,
    )
    return list(seen)


def seen_before(connection: psycopg.Connection, snapshot: Snapshot) -> SeenBefore:
    """What the landings before one showed of invoices, as cierre.closing.landed_day.LandedDay asks for it."""
    place = Place(snapshot.source, snapshot.connection, snapshot.source_key, snapshot.business_date)
    return lambda projects, invoices: seen_of(connection, place, projects, invoices, before=snapshot.snapshot_id)


def expected(
    connection: psycopg.Connection, place: Place, projects: Sequence[str], since: date
) -> list[InvoiceSeen]:  # fmt: skip
    """What is known of the invoices that a reading of a day should show, in the order in which it was read.

    Those that were issued between ``since`` and the day, older ones that are not settled, and those of which money came
    in on that day.
    """
    seen = _sql.expected(
        connection,
        source=place.source,
        connection=place.connection,
        projects=list(projects),
        since=since,
        day=place.business_date,
    )
    return list(seen)


def all_seen(
    connection: psycopg.Connection, place: Place, projects: Sequence[str], *, before: int | None = None
) -> list[InvoiceSeen]:
    """What all landings, or those before one (by its number), showed of the invoices of projects, in the order in which
    it was read."""
    seen = _sql.all_seen(
        connection, source=place.source, connection=place.connection, projects=list(projects), before=before
    )
    return list(seen)


@dataclass(frozen=True, slots=True)
class DayTaken:
    """A day that a box has read: from which place, and in which landing."""

    source_key: str
    snapshot_id: int


def days_taken(connection: psycopg.Connection, box: str) -> dict[date, DayTaken]:
    """The days that a box has read, each by its newest landing."""
    return {
        row.business_date: DayTaken(row.source_key, row.snapshot_id) for row in _sql.days_taken(connection, box=box)
    }


def collections_staged(connection: psycopg.Connection, box: str) -> dict[tuple[date, str, str], Decimal]:
    """What a box's days were booked with as collected, by day, project and number of the invoice."""
    rows = _sql.collections_staged(connection, box=box)
    return {(row.business_date, row.project, row.number): row.amount for row in rows}


def days_staged(connection: psycopg.Connection, box: str) -> set[date]:
    """The days of a box that were staged."""
    return set(_sql.days_staged(connection, box=box))


def note_late_changes(
    connection: psycopg.Connection, box: str, day: date, snapshot_id: int | None, changes: Iterable[str]
) -> list[int]:
    """Notes what a landing shows of another day, a sentence each; returns the numbers that these are noted by."""
    place = {"box": box, "business_date": day, "snapshot_id": snapshot_id}
    return [_sql.note_late_change(connection, **place, what=stored(what)) for what in changes]


def standing_changes(connection: psycopg.Connection, change_ids: Sequence[int]) -> list[NotedChange]:
    """Of noted changes, those of days that were not landed since: by box and day, oldest first."""
    return list(_sql.standing_changes(connection, change_ids=list(change_ids)))


def late_changes(connection: psycopg.Connection, box: str, day: date) -> list[Sentence]:
    """What became known of a day since what is staged of it was landed, oldest first."""
    return [row.what for row in _sql.late_changes(connection, box=box, business_date=day)]
