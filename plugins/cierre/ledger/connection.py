"""The ledger behind an Airflow connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import psycopg

# Every task reads this file with its DAG, so what is heavy is imported where it is used.

APPLICATION = "ledger_db"
"""The Airflow connection of those who close days."""

READER = "ledger_reader"
"""The Airflow connection of those who look at books: the board, reports. An installation with one login has none."""

SIGNER = "ledger_signer"
"""The Airflow connection whose password is the key that the code signs with; without it nothing is signed."""


ANSWER_KEY = "answer_key"
"""The Airflow connection with the key of landed answers' hashes. It is nowhere in the database."""


def reader() -> str:
    """The connection to look at books with: READER, or APPLICATION where there is no other."""
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        BaseHook.get_connection(READER)
    except AirflowNotFoundException:
        return APPLICATION
    return READER


def signing_key() -> str | None:
    """The private key of SIGNER, in URL-safe base64; None where there is none."""
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return BaseHook.get_connection(SIGNER).password or None
    except AirflowNotFoundException:
        return None


def connect_by(connection_id: str) -> "psycopg.Connection":
    """The ledger's database behind an Airflow connection of type postgres, prepared for the ledger's modules. What is
    written through it is signed, where there is a key.

    Raises psycopg.Error where it cannot be reached, AirflowNotFoundException for an unknown connection, ValueError
    where the key is none.
    """
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    from cierre.ledger.session import prepared
    from cierre.ledger.signing import sign_with

    # The hook declares only what connections of psycopg 2 and 3 have in common; this is one of psycopg 3.
    connection = prepared(cast("psycopg.Connection", PostgresHook(connection_id).get_conn()))
    if connection_id != READER and (key := signing_key()):
        sign_with(connection, key)
    return connection


def answer_key() -> bytes | None:
    """The key of the keyed hashes of whole answers: the password of the Airflow connection ANSWER_KEY; None where there
    is none."""
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        password = BaseHook.get_connection(ANSWER_KEY).password
    except AirflowNotFoundException:
        return None
    return password.encode() if password else None


@contextmanager
def open_ledger(connection_id: str) -> Iterator["psycopg.Connection"]:
    """The same for a block, closed at its end."""
    with connect_by(connection_id) as connection:
        yield connection
