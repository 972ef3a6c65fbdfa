"""Where the commands find the ledger: a libpq URI in the environment, else Airflow's connection ``ledger_db``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from cierre.ledger import session
from cierre.ledger.connection import open_ledger as behind_airflow

DSN = "CIERRE_LEDGER_DSN"


class NoLedger(RuntimeError):
    """Nobody says where the ledger is; the sentence says how to."""


@contextmanager
def open_ledger() -> Iterator[psycopg.Connection]:
    """A connection to the ledger, closed at the end; raises psycopg.OperationalError where it does not answer,
    NoLedger where nobody says where it is."""
    if dsn := os.environ.get(DSN):
        with session.connect(dsn) as connection:
            yield connection
    else:
        # Only here: Airflow takes seconds to import.
        from airflow.sdk.exceptions import AirflowNotFoundException

        try:
            with behind_airflow("ledger_db") as connection:
                yield connection
        except AirflowNotFoundException:
            raise NoLedger(
                f"Say where the ledger is: Airflow's connection ledger_db, or a libpq URI in {DSN}."
            ) from None
