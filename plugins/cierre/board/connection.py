"""The board's connections to the ledger: kept open, and unable to write, but for what people decide on pages."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Annotated

import psycopg
from fastapi import Depends
from psycopg_pool import ConnectionPool

from cierre.ledger.connection import APPLICATION, reader
from cierre.ledger.pools import pool
from cierre.ledger.session import prepared


def _looking(connection: psycopg.Connection) -> None:
    prepared(connection).execute("SET default_transaction_read_only = on; SET statement_timeout = '20s'")


def _writing(connection: psycopg.Connection) -> None:
    prepared(connection).execute("SET statement_timeout = '20s'")


@cache
def _books() -> ConnectionPool:
    """One for this process, made at its first request: a server forks its workers before."""
    return pool(reader, 8, _looking)


@cache
def _personal() -> ConnectionPool:
    """The same, made once somebody looks at a source's row who may see all of it."""
    return pool(lambda: APPLICATION, 2, _looking)


def ledger() -> Iterator[psycopg.Connection]:
    """The reader's connection for one request. Raises psycopg_pool.PoolTimeout where the ledger cannot be reached."""
    with _books().connection() as connection:
        yield connection


@contextmanager
def _whole_rows() -> Iterator[psycopg.Connection]:
    with _personal().connection() as connection:
        yield connection


def personal_values() -> Callable[[], AbstractContextManager[psycopg.Connection]]:
    """Opens the application's connection, for a row with its personal values, which the reader has no right to. That
    raises psycopg_pool.PoolTimeout where the ledger cannot be reached."""
    return _whole_rows


@cache
def _what_people_decide() -> ConnectionPool:
    """The application's login, made once somebody signs a month, proposes a change of a mapping, or takes a statement.
    It may do all that a step of a close may: what is written by it is up to the few routes that ask for it."""
    return pool(lambda: APPLICATION, 1, _writing)


def writing() -> Iterator[psycopg.Connection]:
    """The application's connection for one request that writes. Raises psycopg_pool.PoolTimeout where the ledger cannot
    be reached."""
    with _what_people_decide().connection() as connection:
        yield connection


Writing = Annotated[psycopg.Connection, Depends(writing)]
Ledger = Annotated[psycopg.Connection, Depends(ledger)]
PersonalValues = Annotated[Callable[[], AbstractContextManager[psycopg.Connection]], Depends(personal_values)]
