"""Days whose step waits for a vendor that is down, and what people were told of that."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import NamedTuple

import psycopg

from cierre.ledger.statements import Change, Rows, Statements


@dataclass(frozen=True, slots=True)
class Wait:
    """A day's step that waits for what stands behind a connection, until its deadline.

    ``name`` is the box's, ``vendor`` who is waited for, both for people. ``again_at``: when it is asked again; None
    where the deadline is over and the step fails.
    """

    box: str
    business_date: date
    step: str
    company: str
    name: str
    connection: str
    vendor: str
    again_at: datetime | None
    until: datetime


class StepWait(NamedTuple):
    """A step of a day that waits, or gave up waiting."""

    step: str
    connection: str
    vendor: str
    since: datetime
    again_at: datetime | None
    until: datetime


class Untold(NamedTuple):
    """A wait that nobody was told of; ``name`` is the box's."""

    box: str
    business_date: date
    step: str
    name: str
    vendor: str
    since: datetime
    again_at: datetime | None
    until: datetime


class _Sql(Statements):
    wait: Change
    over: Change
    of_day: Rows[StepWait]
    take_untold: Rows[Untold]
    give_back: Change


_sql = _Sql.of("outages")


def note(connection: psycopg.Connection, wait: Wait, *, first: bool) -> None:
    """Keeps that a step waits. ``first``: it did not before, or was tried anew; people are told of that anew, too."""
    _sql.wait(connection, **asdict(wait), first=first)


def over(connection: psycopg.Connection, box: str, day: date, step: str) -> None:
    """A day's step went on: it waits for nobody any more."""
    _sql.over(connection, box=box, business_date=day, step=step)


def of_day(connection: psycopg.Connection, box: str, day: date) -> list[StepWait]:
    """What a day waits for, or gave up waiting for."""
    return list(_sql.of_day(connection, box=box, business_date=day))


def take_untold(connection: psycopg.Connection, company: str, connection_id: str) -> list[Untold]:
    """What waits for the same connection, or gave up, and nobody was told of: each is taken by one caller alone."""
    rows = _sql.take_untold(connection, company=company, connection=connection_id)
    return sorted(rows, key=lambda row: (row.name, row.business_date))


def give_back(connection: psycopg.Connection, rows: Iterable[Untold]) -> None:
    """What was taken to be told, and could not be: it is still to be told."""
    for row in rows:
        _sql.give_back(connection, box=row.box, business_date=row.business_date, step=row.step)
