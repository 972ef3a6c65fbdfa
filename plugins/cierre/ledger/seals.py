"""Seals: each box's chain of hashes over its snapshots, books, entries and postings, which triggers write."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from psycopg.rows import class_row

from cierre.ledger.session import named

_sql = named("seals")


@dataclass(frozen=True, slots=True)
class Seal:
    """One link of a box's chain. ``content`` is the SHA-256 of what its subject (snapshot, books, entry, posting or
    withdrawal, by its id) said when it was sealed, ``content_now`` of what it says today: None where it is gone.
    ``previous`` is the hash of the seal before, "" for the first."""

    box: str
    seal: int
    what: str
    subject: int
    content: str
    previous: str
    hash: str
    sealed_at: datetime
    content_now: str | None

    @property
    def own_hash(self) -> str:
        """What ``hash`` must be, by the rest of the seal."""
        time = f"{self.sealed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"
        said = (self.previous, self.box, self.seal, self.what, self.subject, self.content, time)
        return hashlib.sha256("|".join(map(str, said)).encode()).hexdigest()


def chains(connection: psycopg.Connection) -> Iterator[Seal]:
    """All seals, box by box in their order, as a stream. Call it within a transaction."""
    with connection.cursor(name="seals", row_factory=class_row(Seal)) as cursor:
        cursor.itersize = 1000
        yield from cursor.execute(_sql.chains.sql)


def unsealed(connection: psycopg.Connection) -> list:
    """What the books hold without a seal: box, what, subject."""
    return list(_sql.unsealed(connection))


def described(connection: psycopg.Connection, what: str, subject: int) -> str:
    """How people know a seal's subject: an entry's key, a posting's address."""
    return _sql.described(connection, what=what, subject=subject) or "which is gone"
