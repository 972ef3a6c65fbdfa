"""The connections to the ledger: the reader's for every question, the application's for keeping what is served."""

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


def _keeping(connection: psycopg.Connection) -> None:
    prepared(connection).execute("SET statement_timeout = '300s'")


@cache
def _books() -> ConnectionPool:
    """One for this process, made at its first request: a server forks its workers before."""
    return pool(reader, 6, _looking)


@cache
def _kept() -> ConnectionPool:
    return pool(lambda: APPLICATION, 1, _keeping)


def ledger() -> Iterator[psycopg.Connection]:
    """The reader's connection for one request. Raises psycopg_pool.PoolTimeout where the ledger cannot be reached."""
    with _books().connection() as connection:
        yield connection


@contextmanager
def _application() -> Iterator[psycopg.Connection]:
    with _kept().connection() as connection:
        yield connection


def application() -> Callable[[], AbstractContextManager[psycopg.Connection]]:
    """Opens the application's connection, to keep what is served; raises as ``ledger`` does."""
    return _application


Ledger = Annotated[psycopg.Connection, Depends(ledger)]
Application = Annotated[Callable[[], AbstractContextManager[psycopg.Connection]], Depends(application)]
