"""The ledger behind an Airflow connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

# Every task reads this file with its DAG, so what is heavy is imported where it is used.


@contextmanager
def open_ledger(connection_id: str) -> Iterator["psycopg.Connection"]:
    """The ledger's database behind an Airflow connection of type postgres, prepared for the ledger's modules; closed at
    the end. Raises psycopg.Error where it cannot be reached, AirflowNotFoundException for an unknown connection."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    from cierre.ledger.session import prepared

    with prepared(PostgresHook(connection_id).get_conn()) as connection:
        yield connection
