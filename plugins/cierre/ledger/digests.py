"""Digests: the closed days of a company that its people are still to be told of."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import NamedTuple

import psycopg

from cierre.ledger.session import alone
from cierre.ledger.statements import Change, Rows, Statements, Value, ValueOrNone, Values


class _Owed(NamedTuple):
    business_date: date
    begun_at: datetime | None


class _Sql(Statements):
    ask: Change
    owed: Rows[_Owed]
    overdue: Values[date]
    active_until: ValueOrNone[datetime]
    another_waits: Value[bool]
    wait: Change
    begin: Change
    told: Change
    not_begun: Change


_sql = _Sql.of("digests")


@contextmanager
def one_at_a_time(connection: psycopg.Connection, company: str) -> Iterator[None]:
    """Waits until nobody else tells a company of its days; then holds all others off."""
    with alone(connection, f"digest|{company}"):
        yield


def ask(connection: psycopg.Connection, company: str, day: date, run: str) -> None:
    """Keeps that a company is to be told of a day; once for each DAG run that asks for it."""
    _sql.ask(connection, company=company, business_date=day, run=run)


def owed(connection: psycopg.Connection, company: str) -> dict[date, bool]:
    """The days that the company is still to be told of, in order, and whether a digest may have gone out already: it
    was about to be sent, and nobody noted that it was."""
    return {row.business_date: row.begun_at is not None for row in _sql.owed(connection, company=company)}


def overdue(connection: psycopg.Connection, company: str) -> list[date]:
    """The days that the company is still to be told of and that no run waits to tell."""
    return list(_sql.overdue(connection, company=company))


def active_until(
    connection: psycopg.Connection, company: str, boxes: Sequence[str], quiet: timedelta
) -> datetime | None:
    """When a company's boxes will have closed nothing, and no run asked for one of its days, for as long as ``quiet``;
    None where that is so already."""
    return _sql.active_until(connection, company=company, boxes=list(boxes), quiet=quiet)


def another_waits(connection: psycopg.Connection, company: str, day: date) -> bool:
    """Whether the run of another day waits to tell the company of all that it is owed."""
    return _sql.another_waits(connection, company=company, business_date=day)


def wait(connection: psycopg.Connection, company: str, day: date, until: datetime) -> None:
    """Keeps that the run of a day waits, and until when it can be counted on."""
    _sql.wait(connection, company=company, business_date=day, until=until)


def begin(connection: psycopg.Connection, company: str, days: Sequence[date]) -> None:
    """Keeps, before it is sent, that a digest of these days is."""
    _sql.begin(connection, company=company, days=list(days))


def told(connection: psycopg.Connection, company: str, days: Sequence[date]) -> None:
    """Keeps that the company was told of these days."""
    _sql.told(connection, company=company, days=list(days))


def not_begun(connection: psycopg.Connection, company: str, days: Sequence[date]) -> None:
    """Takes back that a digest of these days is being sent: it surely was not."""
    _sql.not_begun(connection, company=company, days=list(days))
