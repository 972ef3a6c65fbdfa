"""Where the commands find the ledger: a libpq URI in the environment, else Airflow's connection to it.

They look, so they log in as the reader, CIERRE_LEDGER_READER_DSN or ``ledger_reader``; where there is none, or where
personal values are read or erased, as the application: CIERRE_LEDGER_DSN or ``ledger_db``.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from cierre.bookkeeping.sentence import Sentence, together
from cierre.ledger import session
from cierre.ledger.connection import APPLICATION, open_ledger as behind_airflow, reader, signing_key
from cierre.ledger.privileges import who_may_change_all
from cierre.ledger.signing import public_key as public_key_of

DSN = "CIERRE_LEDGER_DSN"
READER_DSN = "CIERRE_LEDGER_READER_DSN"


PUBLIC_KEY = "CIERRE_LEDGER_PUBLIC_KEY"

TOO_MUCH = (
    "{names} may change everything in the ledger, also what is sealed. It goes on like this;"
    " docs/operators/databases.md says how each use gets a login that may do no more than it needs."
)
"""What is told of logins (``names``) that may do more than they need."""


class NoLedger(RuntimeError):
    """Nobody says where the ledger is; the sentence says how to."""


def dsn_of_environment(*, personal_values: bool = False) -> str | None:
    """The libpq URI that the environment has for whoever looks at books, or also reads ``personal_values``."""
    return (not personal_values and os.environ.get(READER_DSN)) or os.environ.get(DSN)


def one_login_for_all() -> Sentence | None:
    """A sentence where those who close days, or look at them, log in as the ledger's owner and so may change whatever
    stands there; else, and where the ledger does not answer, None."""
    names = set()
    for personal_values in (False, True):
        try:
            with open_ledger(personal_values=personal_values) as ledger:
                names.add(who_may_change_all(ledger))
        except (psycopg.Error, NoLedger):
            continue
    found = sorted(filter(None, names))
    return Sentence(TOO_MUCH, names=together(found)) if found else None


def public_key() -> str | None:
    """What verifies the ledger's signatures: as the environment says, else of the key behind Airflow, where the command
    may read that; None where nobody says."""
    if given := os.environ.get(PUBLIC_KEY):
        return given
    if dsn_of_environment():
        return None
    key = signing_key()
    return key and public_key_of(key)


@contextmanager
def open_ledger(*, personal_values: bool = False) -> Iterator[psycopg.Connection]:
    """A connection to the ledger, closed at the end; with ``personal_values``, one that may read those, too.

    Raises psycopg.OperationalError where it does not answer, NoLedger where nobody says where it is.
    """
    if dsn := dsn_of_environment(personal_values=personal_values):
        with session.connect(dsn) as connection:
            yield connection
    else:
        # Only here: Airflow takes seconds to import.
        from airflow.sdk.exceptions import AirflowNotFoundException

        try:
            with behind_airflow(APPLICATION if personal_values else reader()) as connection:
                yield connection
        except AirflowNotFoundException:
            told = "Say where the ledger is: Airflow's connection {connection}, or a libpq URI in {variable}."
            raise NoLedger(Sentence(told, connection=APPLICATION, variable=DSN)) from None
