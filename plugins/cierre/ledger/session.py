"""Connections to the ledger, COPY, and the lock of a box's day."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from typing import Any

import psycopg
from psycopg.copy import QueuedLibpqWriter
from psycopg.rows import namedtuple_row

from cierre.bookkeeping.sentence import Sentence


class BoxDayBusy(RuntimeError):
    """Another run is closing the same day of the same box; its sentence says so."""


def connect(dsn: str) -> psycopg.Connection:
    """A connection to the ledger as this package expects it: rows by name, and each statement its own transaction
    unless ``with connection.transaction()`` says otherwise."""
    return prepared(psycopg.connect(dsn))


def prepared(connection: psycopg.Connection) -> psycopg.Connection:
    """The same connection, set to rows by name and autocommit; each statement is planned for its own values.

    A statement that is asked often would else be prepared, and from the tenth time on PostgreSQL may plan it for values
    that it does not look at: a list of a thousand boxes as one of ten.
    """
    connection.autocommit = True
    connection.row_factory = namedtuple_row
    connection.prepare_threshold = None
    return connection


def copy(connection: psycopg.Connection, into: str, rows: Iterable[tuple[Any, ...]], *, ahead: bool = False) -> None:
    """Writes rows by COPY; ``into`` names table and columns (``staging.document (box, …)``) and is never user input.

    ``ahead``: a thread sends them, so that further ones are made while the server takes long for each; up to a thousand
    blocks of 128 KiB wait in memory.
    """
    with connection.cursor() as cursor:
        writer = QueuedLibpqWriter(cursor) if ahead else None
        with cursor.copy(f"COPY {into} FROM STDIN", writer=writer) as stream:
            for row in rows:
                stream.write_row(row)


def copy_texts(connection: psycopg.Connection, into: str, rows: Iterable[Sequence[str]]) -> None:
    """As ``copy``, for rows of nothing but texts that PostgreSQL reads by itself, several times as fast."""
    rest = iter(rows)
    with connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as stream:
        while some := list(islice(rest, _TOGETHER)):
            block = "\n".join(map("\t".join, some)) + "\n"
            if _has_only_separators(block, some):
                stream.write(block)
            else:
                for row in some:
                    stream.write_row(row)


def as_array(texts: Iterable[str]) -> str:
    """Texts as PostgreSQL reads an array of them."""
    quoted = ['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts]
    return "{" + ",".join(quoted) + "}"


_TOGETHER = 500


def _has_only_separators(block: str, rows: Sequence[Sequence[str]]) -> bool:
    """Whether no text of the rows has anything in it that COPY reads as something else."""
    return (
        block.count("\t") == sum(len(row) - 1 for row in rows)
        and block.count("\n") == len(rows)
        and "\\" not in block
        and "\r" not in block
    )


@contextmanager
def alone(connection: psycopg.Connection, key: str) -> Iterator[None]:
    """Waits until nobody anywhere holds ``key``, then holds it; the server lets go of it with the session, so whoever
    dies in the middle keeps nobody waiting."""
    connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (key,))
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (key,))


@contextmanager
def box_day(connection: psycopg.Connection, box: str, day: date, *, wait: str = "30s") -> Iterator[None]:
    """Holds the lock of one day of one box, against every other run anywhere; the server drops it with the session.

    ``wait`` is how long to queue for it (a Postgres interval). Raises BoxDayBusy when it is still taken then.
    """
    key = f"{box}|{day}"
    try:
        connection.execute(
            "SELECT pg_advisory_lock(hashtextextended(%s, 0)) FROM set_config('lock_timeout', %s, true)", (key, wait)
        )
    except psycopg.errors.LockNotAvailable:
        raise BoxDayBusy(
            Sentence(
                "another run is closing {box} for {day} right now; nothing was done here, and this step may be tried"
                " again",
                box=box,
                day=day,
            )
        ) from None
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (key,))
