"""Balances: what each booked day of a box put on which account, with all of its dimensions."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.ledger.statements import Rows, Statements, Value


class _BookedDay(NamedTuple):
    business_date: date
    digest: str


class _Balance(NamedTuple):
    business_date: date
    currency: str
    account: str
    cost_centre: str
    item: str
    value_class: str
    entities: dict[str, str]
    balance: Decimal


class _Sql(Statements):
    booked_days: Rows[_BookedDay]
    booked_balances: Rows[_Balance]
    staged_days: Value[int]


_sql = _Sql.of("balances")


class Place(NamedTuple):
    """Where money is booked: an account with the line's other codes, each "" where there is none."""

    account: str
    cost_centre: str
    item: str
    value_class: str
    entities: tuple[tuple[str, str], ...]


Balances = dict[tuple[str, Place], Decimal]
"""Debits less credits, by currency and place."""


def booked_days(connection: psycopg.Connection, box: str, since: date) -> dict[date, str]:
    """A box's days from ``since`` on that are booked as they are staged, each with the digest of its books."""
    return {row.business_date: row.digest for row in _sql.booked_days(connection, box=box, since=since)}


def staged_days(connection: psycopg.Connection, box: str, since: date) -> int:
    """How many of a box's days from ``since`` on are staged, booked or not."""
    return _sql.staged_days(connection, box=box, since=since)


def booked(connection: psycopg.Connection, box: str, since: date) -> dict[date, Balances]:
    """The balances of a box's newest books, day by day from ``since`` on."""
    found: dict[date, Balances] = defaultdict(dict)
    for row in _sql.booked_balances(connection, box=box, since=since):
        entities = tuple(sorted(row.entities.items()))
        place = Place(row.account, row.cost_centre, row.item, row.value_class, entities)
        found[row.business_date][row.currency, place] = row.balance
    return found


def of(entries: Iterable[JournalEntry]) -> Balances:
    """The balances of entries."""
    found: Balances = defaultdict(Decimal)
    for entry in entries:
        for line in entry.lines:
            found[entry.currency, _place(line)] += line.amount if line.side is Side.DEBIT else -line.amount
    return found


def _place(line: Line) -> Place:
    return Place(line.account, line.cost_centre, line.item, line.value_class, line.entities)
