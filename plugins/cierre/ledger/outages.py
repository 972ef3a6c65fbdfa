"""Days whose step waits for a vendor that is down, and what people were told of that."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import psycopg

from cierre.ledger.session import named

_sql = named("outages")


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


def note(connection: psycopg.Connection, wait: Wait, *, first: bool) -> None:
    """Keeps that a step waits. ``first``: it did not before, or was tried anew; people are told of that anew, too."""
    _sql.wait(connection, **asdict(wait), first=first)


def over(connection: psycopg.Connection, box: str, day: date, step: str) -> None:
    """A day's step went on: it waits for nobody any more."""
    _sql.over(connection, box=box, business_date=day, step=step)


def of_day(connection: psycopg.Connection, box: str, day: date) -> list[Any]:
    """What a day waits for, or gave up waiting for: step, connection, vendor, since, again_at, until."""
    return list(_sql.of_day(connection, box=box, business_date=day))


def take_untold(connection: psycopg.Connection, company: str, connection_id: str) -> list[Any]:
    """What waits for the same connection, or gave up, and nobody was told of: each is taken by one caller alone."""
    rows = list(_sql.take_untold(connection, company=company, connection=connection_id))
    return sorted(rows, key=lambda row: (row.name, row.business_date))


def give_back(connection: psycopg.Connection, rows: Iterable[Any]) -> None:
    """What was taken to be told, and could not be: it is still to be told."""
    for row in rows:
        _sql.give_back(connection, box=row.box, business_date=row.business_date, step=row.step)
