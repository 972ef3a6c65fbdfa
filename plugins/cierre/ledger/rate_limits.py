"""Rate limits of vendors, shared by every process that uses the ledger.

As many slots as a connection may make requests in a second: a request takes one, and gives it back with the time for
which it must rest. The server's clock alone counts, so it does not matter whose process or machine it is.
"""

from contextlib import suppress
from datetime import datetime
from threading import Event
from typing import NamedTuple

import psycopg

from cierre.ledger.statements import Change, RowOrNone, Statements, ValueOrNone
from cierre.ports.allowance import NEVER, GivenUp


class _Taken(NamedTuple):
    slot: int
    free_at: datetime


class _Sql(Statements):
    make_slots: Change
    take: RowOrNone[_Taken]
    seconds_to_wait: ValueOrNone[float]
    give_back: Change
    pause: Change


_sql = _Sql.of("rate_limits")

LEASE_SECONDS = 10
"""How long a slot stays taken whose request is not heard of again. A request that is under way for that long has been
counted by the vendor long ago."""

LOOK_SECONDS = 0.5
"""How often to look again while all slots are in use: often enough to see a slot before its rest is over."""


class Slot(NamedTuple):
    """A slot that a request holds; until when it is leased tells this use of it from the next."""

    connection: str
    number: int
    leased_until: datetime


def take(ledger: psycopg.Connection, connection: str, slots: int, given_up: Event = NEVER) -> Slot:
    """Waits for a free one of the slots of an Airflow connection, and takes it.

    ``ledger`` must be in autocommit, as ``cierre.ledger.session`` makes it, and may be shared by threads. Raises
    psycopg.Error where it cannot be reached, GivenUp once ``given_up`` is set: then no slot was taken.
    """
    which = {"connection": connection, "slots": slots}
    while not given_up.is_set():
        if taken := _sql.take(ledger, **which, lease_seconds=LEASE_SECONDS):
            return Slot(connection, taken.slot, taken.free_at)
        seconds = _sql.seconds_to_wait(ledger, **which)
        if seconds is None:
            _sql.make_slots(ledger, **which)
        else:
            given_up.wait(min(max(seconds, 0), LOOK_SECONDS))
    raise GivenUp


def give_back(ledger: psycopg.Connection, slot: Slot, *, rest: float) -> None:
    """Frees a slot after ``rest`` seconds. It frees itself when its lease is over, so a lost ledger is no error."""
    with suppress(psycopg.Error):
        _sql.give_back(ledger, **slot._asdict(), rest=rest)


def pause(ledger: psycopg.Connection, connection: str, seconds: float) -> None:
    """Nobody takes a slot of the connection for so long."""
    _sql.pause(ledger, connection=connection, seconds=seconds)
