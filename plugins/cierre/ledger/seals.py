"""Seals: each box's chain of hashes over what was landed, decided, booked, posted and compared.

Triggers write the links (cierre.ledger.sealed_rows says how a kind is added); here they are read and held against the
rows.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

import psycopg
from psycopg import IsolationLevel

from cierre.bookkeeping.sentence import Sentence
from cierre.ledger.sealed_rows import KINDS, Sealed, changed_bodies, contents
from cierre.ledger.statements import Rows, Statements, ValueOrNone, Values

NO_BOX = "*"
"""The chain of what belongs to no box."""

_POSTED = "{a} at {b} of {c}"

DESCRIBED: Mapping[str, str] = {
    "snapshot": "{a} of {b}, {c}",
    "certificate": "of snapshot {a}, {b}",
    "quarantine": "of {a}",
    "books": "revision {a} of {b}",
    "entry": "{a}",
    "question": "{a}, {b}",
    "answer": "{a}, {b}",
    "reconciliation": "of {a}",
    "identity": "version {a}",
    "late change": "of {a}",
    "look": "at {a}",
    "tie out": "of {a}, {b}",
    "doubt": "{a} in lot {b}",
    "takeover": "of lot {a}",
    "capability": "{a} of {b}",
    "conversion": "of body {a}",
    "erasure": "by {a}, {b}",
    "sign off": "of {a}, {b}, by {c}",
    "revocation": "by {a}, {b}",
    "audit": "of {a}",
    "attempt": _POSTED,
    "posting": _POSTED,
    "withdrawal": _POSTED,
}
"""What is said of a link's subject beside its number, by its kind; the values come from the statement ``described``.
Of a kind that is not here the number is all."""

ASKED = ("question", "answer")
"""The kinds of which the first value is an approval's reason."""


@dataclass(frozen=True, slots=True)
class Seal:
    """One link of a box's chain. ``content`` is the SHA-256 of what its subject (by its number) said when it was
    sealed; ``previous`` is the hash of the link before, "" for the first; ``late``: sealed by an upgrade."""

    box: str
    seal: int
    what: str
    subject: int
    content: str
    previous: str
    hash: str
    sealed_at: datetime
    late: bool

    @property
    def own_hash(self) -> str:
        """What ``hash`` must be, by the rest of the link."""
        time = written_time(self.sealed_at)
        said = (self.previous, self.box, self.seal, self.what, self.subject, self.content, time)
        late = ("late",) if self.late else ()
        return hashlib.sha256("|".join(map(str, said + late)).encode()).hexdigest()


def written_time(instant: datetime) -> str:
    """An instant as it stands in what a link's hash is of: in UTC, to the microsecond, without a zone."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"


class Objection(NamedTuple):
    """What is wrong with a subject: ``why`` is "gone", "changed", "again" (sealed a second time), "unknown" (of a kind
    that this version does not know) or "unsealed"; ``seal`` is the number of its link, None without one."""

    box: str
    seal: int | None
    what: str
    subject: int
    why: str


class Head(NamedTuple):
    """A chain's length, and the hash of its last link: who notes it elsewhere finds out whether the chain was cut off
    or written anew."""

    box: str
    links: int
    hash: str

    @property
    def line(self) -> str:
        """It as a line of text, as cierre.reports.heads reads it."""
        return "\t".join(map(str, self))


class _Plainly(NamedTuple):
    zone: str
    dates: str


class _Link(NamedTuple):
    box: str
    seal: int
    subject: int
    content: str


class _Sql(Statements):
    plainly: Rows[_Plainly]
    chains: Rows[Seal]
    since: Rows[Seal]
    kinds: Values[str]
    of_kind: Rows[_Link]
    heads: Rows[Head]
    hash_of: ValueOrNone[str]
    described: ValueOrNone[list[str | None]]


_sql = _Sql.of("seals")


@contextmanager
def as_of_one_instant(connection: psycopg.Connection) -> Iterator[None]:
    """All that is read within is of one instant, while boxes may go on closing. Not within a transaction."""
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction():
            list(_sql.plainly(connection))
            yield
    finally:
        connection.isolation_level = None


def chains(connection: psycopg.Connection) -> Iterator[Seal]:
    """All links, chain by chain in their order, as a stream. Call it within as_of_one_instant."""
    return _sql.chains.stream(connection, 1000)


def links_since(connection: psycopg.Connection, boxes: Collection[str], since: datetime) -> Iterator[Seal]:
    """The links of boxes' chains, chain by chain in their order, as a stream: those from the first one on that was
    written at an instant or later, at least each chain's last. Call it within as_of_one_instant."""
    return _sql.since.stream(connection, 1000, boxes=list(boxes), since=since)


def objections(connection: psycopg.Connection) -> Iterator[Objection]:
    """Every link that does not say what its subject says now, and every subject without one. Call it within
    as_of_one_instant."""
    bodies = changed_bodies(connection)
    for what, kind in KINDS.items():
        links = groupby(_sql.of_kind.stream(connection, 1000, what=what), key=lambda link: (link.subject, link.box))
        link = next(links, None)
        for subject in contents(connection, what, bodies):
            while link and link[0] < (subject.subject, subject.chain):
                yield from (Objection(one.box, one.seal, what, one.subject, "gone") for one in link[1])
                link = next(links, None)
            if link and link[0] == (subject.subject, subject.chain):
                yield from _of_subject(what, subject, list(link[1]), last_counts=kind.last_counts)
                link = next(links, None)
            else:
                yield Objection(subject.chain, None, what, subject.subject, "unsealed")
        while link:
            yield from (Objection(one.box, one.seal, what, one.subject, "gone") for one in link[1])
            link = next(links, None)
    for what in set(_sql.kinds(connection)) - KINDS.keys():
        for one in _sql.of_kind.stream(connection, 1000, what=what):
            yield Objection(one.box, one.seal, what, one.subject, "unknown")


def _of_subject(what: str, subject: Sealed, links: list[_Link], *, last_counts: bool) -> Iterator[Objection]:
    counts = links[-1] if last_counts else links[0]
    if counts.content != subject.content:
        yield Objection(counts.box, counts.seal, what, subject.subject, "changed")
    if not last_counts:
        yield from (Objection(one.box, one.seal, what, subject.subject, "again") for one in links[1:])


def heads(connection: psycopg.Connection, boxes: Collection[str] | None = None) -> list[Head]:
    """Every chain's head, or those of some boxes."""
    return list(_sql.heads(connection, boxes=None if boxes is None else list(boxes)))


def hash_of(connection: psycopg.Connection, box: str, seal: int) -> str | None:
    """The hash of a chain's link by its number; None where the chain has no such link."""
    return _sql.hash_of(connection, box=box, seal=seal)


def described(connection: psycopg.Connection, what: str, subject: int) -> Sentence:
    """A link's subject as people know it: its kind and number, and an entry's key, a posting's address."""
    named = {"what": _word(what), "subject": subject}
    if what not in DESCRIBED:
        return Sentence("{what} {subject}", **named)
    values = _sql.described(connection, what=what, subject=subject)
    if values is None:
        return Sentence("{what} {subject} (which is gone)", **named)
    said: list[str] = [one or "" for one in values]
    if what in ASKED:
        said[0] = _word(said[0])
    known = Sentence(DESCRIBED[what], **dict(zip("abc", said, strict=False)))
    return Sentence("{what} {subject} ({known})", **named, known=known)


def _word(code: str) -> Sentence:
    return Sentence(code.replace("_", " "))
