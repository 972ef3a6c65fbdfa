"""Pools of connections to the ledger, for processes that answer requests."""

from collections.abc import Callable
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from cierre.ledger.connection import connect_by


def pool(
    connection_id: Callable[[], str], most: int, configure: Callable[[psycopg.Connection], None]
) -> ConnectionPool:
    """A pool behind an Airflow connection, which is asked for when it first connects; ``configure`` sets up each."""

    class Connection(psycopg.Connection):
        """Connects as the operators do: by an Airflow connection, whatever it asks for."""

        @classmethod
        # The pool hands over nothing but these, and psycopg's own gives a connection of the class.
        def connect(cls, conninfo: str = "", **kwargs: Any) -> psycopg.Connection:  # type: ignore[override]
            return connect_by(connection_id())

    return ConnectionPool(
        connection_class=Connection, configure=configure, check=ConnectionPool.check_connection,
        min_size=1, max_size=most, timeout=10, open=True,
    )  # fmt: skip
