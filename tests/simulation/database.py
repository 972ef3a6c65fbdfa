"""The ledger's real PostgreSQL, reached by connections that can be lost at any statement, under the virtual clock."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import namedtuple_row

from simulation.process import Process
from simulation.weather import Weather
from simulation.world import World

BEGINNING = datetime(2024, 9, 7, 5, tzinfo=UTC)
"""What the ledger's clock shows at the beginning of every seed."""

_READS = re.compile(r"FROM ([a-z]+\.[a-z_]+)")
_CHANGES = re.compile(r"\s*(?:--[^\n]*\n\s*)*(INSERT INTO|UPDATE|COPY) (\S+)", re.IGNORECASE)
_STATE = re.compile(r"SET state = '(\w+)'|SET (reaped_at)")


@cache
def change(query: str) -> str:
    """What a statement changes, in words (``update erp.attempt confirmed``); empty if it only reads."""
    found = _CHANGES.match(query)
    if not found:
        return ""
    into = _STATE.search(query)
    return " ".join(filter(None, (found[1].lower(), found[2], *(into.groups() if into else ()))))


@cache
def reading(query: str) -> str:
    """What a statement reads, in words."""
    found = _READS.search(query)
    return f"select from {found[1]}" if found else "a query"


class Line(psycopg.Connection):
    """A process's connection to the ledger. Everything it does is real; the hooks around it are the faults'."""

    process: Process | None = None
    clock: Callable[[], datetime]
    server_started: Callable[[], datetime]
    severed = False
    _shown: datetime | None = None

    @property
    def closed(self) -> bool:
        return self.severed or super().closed

    @contextmanager
    def transaction(self, *args: Any, **options: Any) -> Iterator[psycopg.Transaction]:
        self.before("begin")
        with super().transaction(*args, **options) as transaction:
            yield transaction
            self.before("commit")
        self.after("commit")

    def before(self, statement: str) -> None:
        """A statement is about to be sent: its process may be interrupted, the connection may be found lost."""
        if self.process is None:
            return
        if self._idle:
            self.process.point(f"before {statement}")
        else:
            self.process.may_die(f"before {statement}")
        self._may_break(f"before {statement}")

    def after(self, statement: str) -> None:
        """A statement was carried out, and committed if it stood alone: its answer may be lost."""
        if self.process is None:
            return
        self._may_break(f"after {statement}")
        if self._idle:
            self.process.point(f"after {statement}")

    def show_time(self) -> None:
        """Sets the ledger's clock, as this session sees it, to the virtual time."""
        now = self.clock()
        if now != self._shown:
            started = self.server_started().isoformat()
            self.pgconn.exec_(f"SET cierre.now = '{now.isoformat()}'; SET cierre.server_started = '{started}'".encode())
            self._shown = now

    def sever(self) -> None:
        """The session is gone: the server rolls back what was not committed and frees what was locked."""
        if not self.severed:
            self.severed = True
            self._shown = None
            if not self._idle:
                self.pgconn.exec_(b"ROLLBACK")
            self.pgconn.exec_(b"SELECT pg_advisory_unlock_all()")

    @property
    def _idle(self) -> bool:
        return self.pgconn.transaction_status == TransactionStatus.IDLE

    def _may_break(self, where: str) -> None:
        process = self.process
        if (
            not self.severed
            and not process.spared
            and process.weather.strikes("connection lost", 0.02, f"lost {where}")
        ):
            process.world.tell(process.name, f"loses its connection to the ledger {where}")
            self.sever()
        if self.severed:
            raise psycopg.OperationalError("server closed the connection unexpectedly")


class Cursor(psycopg.Cursor):
    """A cursor whose statements are points where faults strike."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> "Cursor":
        line = self.connection
        if line.process is None:
            return super().execute(query, params, **options)
        changes = change(query)
        line.before(changes or reading(query))
        if "erp.clock()" in query:
            line.show_time()
        if "lock_timeout" in query:
            params = (*params[:-1], "1ms")  # whoever holds the lock cannot run while this one waits
        super().execute(query, params, **options)
        if changes:
            line.after(changes)
        return self

    @contextmanager
    def copy(self, statement: Any, *args: Any, **options: Any) -> Iterator[psycopg.Copy]:
        self.connection.before(change(statement))
        with super().copy(statement, *args, **options) as stream:
            yield stream


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server by the libpq URI of one of its databases, and a database with the ledger's schema on it."""

    dsn: str
    template: str

    @contextmanager
    def database(self, *changes: str) -> Iterator["Database"]:
        """A fresh ledger, gone afterwards. ``changes`` are made to its schema first, to take guards away."""
        name = f"simulated_{uuid4().hex[:12]}"
        with psycopg.connect(self.dsn, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY FILE_COPY")
            database = Database(f"{self.dsn.rpartition('/')[0]}/{name}")
            try:
                with database.plain() as connection:
                    for change in changes:
                        connection.execute(change)
                yield database
            finally:
                database.end()
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Database:
    """The ledger's database and its sessions. Sessions are used again by later processes, as if new."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self._idle: list[Line] = []
        self._used: list[Line] = []

    def begin(self, world: World, weather: Weather) -> None:
        """Goes with a seed's clock from now on."""
        self.world = world
        self.weather = weather
        self.skew = 0.0
        self.started = BEGINNING
        self.down_until = 0.0

    def clock(self) -> datetime:
        """What the database server's clock shows."""
        return BEGINNING + timedelta(seconds=self.world.now + self.skew)

    def server_started(self) -> datetime:
        """Since when the database server runs."""
        return self.started

    def open(self, process: Process) -> Line:
        """A session for a process. Raises psycopg.OperationalError while the server is down."""
        if self.world.now < self.down_until:
            raise psycopg.OperationalError("connection refused")
        line = self._idle.pop() if self._idle else self._connect()
        line.process, line.severed, line._shown = process, False, None
        process.session = line
        self._used.append(line)
        return line

    def close(self, line: Line) -> None:
        """Ends a process's session."""
        line.process = None
        self._used.remove(line)
        self._idle.append(line)

    def restart(self) -> None:
        """The server restarts, or a standby takes over, whose clock is off by up to ten minutes: all sessions end."""
        for line in self._used:
            line.sever()
        self.down_until = self.world.now + self.weather.between(0.1, 120)
        self.skew = self.world.rng.uniform(-600, 600)
        self.started = self.clock()
        self.world.tell("PostgreSQL", f"restarts; its clock is {self.skew:+.0f} s off")

    @contextmanager
    def plain(self) -> Iterator[Line]:
        """A session nothing can happen to, for whoever is not part of the play."""
        line = self._idle.pop() if self._idle else self._connect()
        line.severed, line._shown = False, None
        try:
            yield line
        finally:
            self._idle.append(line)

    def end(self) -> None:
        """Closes all sessions."""
        for line in self._idle + self._used:
            line.process = None
            line.close()

    def _connect(self) -> Line:
        line = Line.connect(self.dsn, autocommit=True, row_factory=namedtuple_row, cursor_factory=Cursor)
        # Only one process runs at a time, so one that waited for another's lock would wait for ever.
        line.pgconn.exec_(b"SET lock_timeout = '50ms'")
        line.prepare_threshold = 0  # every statement comes again
        line.clock = self.clock
        line.server_started = self.server_started
        return line
