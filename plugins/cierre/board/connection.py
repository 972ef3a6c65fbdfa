"""The board's connections to the ledger: kept open, and unable to write."""

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any

import psycopg
from fastapi import Depends
from psycopg_pool import ConnectionPool

from cierre.ledger.connection import connect_by
from cierre.ledger.session import prepared

CONNECTION = "ledger_db"
"""The Airflow connection of the ledger's database."""


class _LedgerConnection(psycopg.Connection):
    """Connects as the operators do: by the Airflow connection, whatever it asks for."""

    @classmethod
    # The pool hands over nothing but these, and psycopg's own gives a connection of the class.
    def connect(cls, conninfo: str = "", **kwargs: Any) -> psycopg.Connection:  # type: ignore[override]
        return connect_by(CONNECTION)


def _reader(connection: psycopg.Connection) -> None:
    prepared(connection).execute("SET default_transaction_read_only = on; SET statement_timeout = '20s'")


@cache
def _pool() -> ConnectionPool:
    """One for this process, made at its first request: a server forks its workers before."""
    return ConnectionPool(
        connection_class=_LedgerConnection, configure=_reader, check=ConnectionPool.check_connection,
        min_size=1, max_size=8, timeout=10, open=True,
    )  # fmt: skip


def ledger() -> Iterator[psycopg.Connection]:
    """A connection for one request. Raises psycopg_pool.PoolTimeout where the ledger cannot be reached."""
    with _pool().connection() as connection:
        yield connection


Ledger = Annotated[psycopg.Connection, Depends(ledger)]
