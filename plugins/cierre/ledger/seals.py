"""Seals: each box's chain of hashes over its snapshots, books, entries and postings, which triggers write."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import psycopg

from cierre.ledger.statements import Rows, Statements, ValueOrNone


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


class Unsealed(NamedTuple):
    """What the books hold without a seal."""

    box: str
    what: str
    subject: int


class _Sql(Statements):
    chains: Rows[Seal]
    unsealed: Rows[Unsealed]
    described: ValueOrNone[str]


_sql = _Sql.of("seals")


def chains(connection: psycopg.Connection) -> Iterator[Seal]:
    """All seals, box by box in their order, as a stream. Call it within a transaction."""
    return _sql.chains.stream(connection, 1000)


def unsealed(connection: psycopg.Connection) -> list[Unsealed]:
    """What the books hold without a seal."""
    return list(_sql.unsealed(connection))


def described(connection: psycopg.Connection, what: str, subject: int) -> str:
    """How people know a seal's subject: an entry's key, a posting's address."""
    return _sql.described(connection, what=what, subject=subject) or "which is gone"
