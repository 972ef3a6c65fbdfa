"""Keys by which clients ask for what is served of a company's books: made, looked up by their hash, revoked."""

from datetime import datetime
from typing import NamedTuple

import psycopg

from cierre.ledger.statements import RowOrNone, Rows, Statements, Value, ValueOrNone


class Key(NamedTuple):
    """A key that opens: whose it is, and of which company."""

    key_id: int
    company: str
    client: str


class MadeKey(NamedTuple):
    """A key that was once made; ``revoked_by`` and ``revoked_at`` are None while it opens."""

    key_id: int
    company: str
    client: str
    made_by: str
    made_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None


class _Sql(Statements):
    add_key: Value[int]
    key_of: RowOrNone[Key]
    keys: Rows[MadeKey]
    revoke: ValueOrNone[int]


_sql = _Sql.of("served_keys")


def add(connection: psycopg.Connection, company: str, client: str, sha256: str, by: str) -> int:
    """Puts a key on the record by what it hashes to; returns its number."""
    return _sql.add_key(connection, company=company, client=client, sha256=sha256, made_by=by)


def key_of(connection: psycopg.Connection, sha256: str) -> Key | None:
    """The key that hashes to this; None where there is none that opens."""
    return _sql.key_of(connection, sha256=sha256)


def keys(connection: psycopg.Connection) -> list[MadeKey]:
    """All that were ever made, oldest first."""
    return list(_sql.keys(connection))


def revoke(connection: psycopg.Connection, key_id: int, by: str) -> bool:
    """From now on a key opens nothing; False where there is none of this number, or it was revoked before."""
    return _sql.revoke(connection, key_id=key_id, revoked_by=by) is not None
