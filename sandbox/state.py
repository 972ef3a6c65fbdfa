"""The sandbox's memory: one SQLite database for all vendors, one user of it at a time."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import StaticPool

IN_MEMORY = ":memory:"


class Table(DeclarativeBase):
    """Base of every vendor's tables."""


class State:
    """Everything the vendors remember, in a file that outlives the process, or in memory."""

    def __init__(self, path: str | Path = IN_MEMORY) -> None:
        self._lock = threading.RLock()
        self._engine = _engine(path)
        self._opened: sqlite3.Connection | None = None
        Table.metadata.create_all(self._engine)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction: kept whole if the block ends, gone if it raises. The vendors take turns."""
        with self._lock, Session(self._engine) as session, session.begin():
            yield session

    def forget(self, opening: Callable[[], object]) -> None:
        """Forgets everything; ``opening`` then writes what vendors have from the start, unless it is there. What it
        wrote the first time is kept and copied back at each later time: tests ask for it thousands of times."""
        with self._lock:
            if self._opened is not None:
                with self._driver() as driver:
                    self._opened.backup(driver)
                opening()
                return
            with self.session() as session:
                for table in reversed(Table.metadata.sorted_tables):
                    session.execute(table.delete())
            opening()
            self._opened = sqlite3.connect(IN_MEMORY, check_same_thread=False)
            with self._driver() as driver:
                driver.backup(self._opened)

    def close(self) -> None:
        """Lets go of the file."""
        self._engine.dispose()
        if self._opened is not None:
            self._opened.close()

    @contextmanager
    def _driver(self) -> Iterator[sqlite3.Connection]:
        with self._engine.connect() as connection:
            yield connection.connection.driver_connection


def _engine(path: str | Path) -> Engine:
    if str(path) == IN_MEMORY:
        # One connection for all threads: each connection to SQLite's memory would see a database of its own.
        return create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    engine = create_engine(f"sqlite:///{Path(path).absolute()}", connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def keep_a_write_ahead_log(connection, _record) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")

    return engine
