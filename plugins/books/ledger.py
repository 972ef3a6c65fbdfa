"""Where the commands find the ledger: a libpq URI in the environment, else Airflow's connection ``ledger_db``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from store import session

DSN = "CIERRE_LEDGER_DSN"


@contextmanager
def open_ledger() -> Iterator[psycopg.Connection]:
    """A connection to the ledger, closed at the end; raises psycopg.OperationalError where it does not answer."""
    if dsn := os.environ.get(DSN):
        with session.connect(dsn) as connection:
            yield connection
    else:
        from operators.step import open_ledger as behind_airflow  # Airflow takes seconds to import

        with behind_airflow("ledger_db") as connection:
            yield connection
