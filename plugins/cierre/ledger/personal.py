"""Personal values of landed answers, apart from their bodies: kept, joined again, searched, and erased for good."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from json import loads
from typing import NamedTuple
from unicodedata import normalize

import psycopg

from cierre.bookkeeping.personal import joined
from cierre.ledger.session import as_array, copy_texts
from cierre.ledger.statements import Row, RowOrNone, Rows, Statements, Value

SHORTEST = 4
"""Characters of a value that is searched: a shorter one would be found in rows of many."""


class By(StrEnum):
    """What was asked to be erased."""

    PERSON = "person"
    SNAPSHOT = "snapshot"
    AGE = "age"


class Place(NamedTuple):
    """A row with personal values: in which landed body, and its number there."""

    sha256: str
    number: int


class Erasure(NamedTuple):
    """One erasure: how many answers, rows and values it was of, and who asked for it when, and why."""

    erasure_id: int
    erased_by: str
    asked_by: str
    why: str
    answers: int
    rows: int
    values: int
    erased_at: datetime


class Gone(NamedTuple):
    """A body whose personal values are not all where they belong: how many were taken out of it, and how many are kept
    or were erased by right."""

    sha256: str
    taken_out: int
    accounted_for: int


class _Held(NamedTuple):
    size: int
    texts: list[str] | None


class _Searched(NamedTuple):
    sha256: str
    number: int
    texts: list[str]


class _HeldOfDay(NamedTuple):
    box: str
    business_date: date
    snapshot_id: int
    texts: list[str]


class _Sql(Statements):
    body_of: Value[str]
    held_of_days: Rows[_HeldOfDay]
    of_snapshot: Rows[_Held]
    all_held: Rows[_Searched]
    held_of_snapshot: Rows[Place]
    held_until: Rows[Place]
    erase: RowOrNone[Erasure]
    counted: Row[Erasure]
    erasures: Rows[Erasure]
    gone: Rows[Gone]


_sql = _Sql.of("personal")


def keep(connection: psycopg.Connection, sha256: str, rows: Sequence[list[str]]) -> None:
    """Keeps the personal values of a body, row by row as they were parted."""
    copy_texts(
        connection,
        "personal.row (sha256, number, size, texts)",
        ((sha256, str(number), str(len(texts)), as_array(texts)) for number, texts in enumerate(rows)),
    )


def whole(connection: psycopg.Connection, snapshot_id: int, body: str) -> str:
    """A snapshot's body joined with its personal values, for who may see them; tokens stay where they were erased."""
    return joined(body, _sql.of_snapshot(connection, snapshot_id=snapshot_id))


def whole_answer(connection: psycopg.Connection, snapshot_id: int) -> str:
    """A snapshot's body from the ledger, as ``whole`` joins it."""
    return whole(connection, snapshot_id, _sql.body_of(connection, snapshot_id=snapshot_id))


def of_person(connection: psycopg.Connection, value: str) -> list[Place]:
    """The rows of all answers in which a value stands: as one of its own, or as words in a longer one, in capitals or
    not. Raises ValueError for one that is too short to be somebody's."""
    is_named = _finder(_searchable(value))
    with connection.transaction():
        return [
            Place(row.sha256, row.number)
            for row in _sql.all_held.stream(connection, 5000)
            if any(map(is_named, row.texts))
        ]


def days_of_person(
    connection: psycopg.Connection, value: str, boxes: Sequence[str], first: date, last: date, most: int
) -> list[tuple[str, date, int]]:
    """The days of boxes, as they are staged, in whose answers a value stands, as ``of_person`` finds it: box, business
    date and snapshot, the newest ``most`` at most."""
    is_named = _finder(_searchable(value))
    found: dict[tuple[str, date, int], None] = {}
    with connection.transaction():
        asked = {"boxes": list(boxes), "first": first, "last": last}
        for row in _sql.held_of_days.stream(connection, 5000, **asked):
            place = (row.box, row.business_date, row.snapshot_id)
            if place not in found and any(map(is_named, row.texts)):
                found[place] = None
                if len(found) == most:
                    break
    return list(found)


def is_named_in(texts: Iterable[str], value: str) -> bool:
    """Whether a value stands in one of some texts, as ``of_person`` finds it."""
    return any(map(_finder(_searchable(value)), texts))


def of_snapshot(connection: psycopg.Connection, snapshot_id: int) -> list[Place]:
    """The rows of a snapshot's answer that are not erased; those of other snapshots of the very same answer, too."""
    return list(_sql.held_of_snapshot(connection, snapshot_id=snapshot_id))


def until(connection: psycopg.Connection, last: date) -> list[Place]:
    """The rows that are not erased of answers for business dates up to ``last``, and for no later one."""
    return list(_sql.held_until(connection, last=last))


def count(connection: psycopg.Connection, places: Iterable[Place]) -> Erasure:
    """What erasing these rows would come to; nothing is erased."""
    return _sql.counted(connection, **_arrays(places))


def erase(
    connection: psycopg.Connection, places: Iterable[Place], *, by: By, asked_by: str, why: str
) -> Erasure | None:
    """Erases the values of these rows for good, and records it; None where nothing is left to erase."""
    with connection.transaction():
        return _sql.erase(connection, **_arrays(places), erased_by=by, asked_by=asked_by, why=why)


def erasures(connection: psycopg.Connection) -> list[Erasure]:
    """All that was erased, oldest first."""
    return list(_sql.erasures(connection))


def gone(connection: psycopg.Connection) -> list[Gone]:
    """The bodies of which personal values are gone without an erasure."""
    return list(_sql.gone(connection))


def _searchable(value: str) -> str:
    words = normalize("NFC", " ".join(value.split()))
    if len(words) < SHORTEST:
        raise ValueError(f"a value of less than {SHORTEST} characters would be found in rows of many")
    return words


def _finder(words: str) -> Callable[[str], bool]:
    """Tells whether a value, as it stands in JSON, has these words, whichever way its accents are encoded."""
    spaced = r"\s+".join(map(re.escape, words.split()))
    pattern = re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)

    def is_named(raw: str) -> bool:
        text = str(loads(raw, strict=False)) if "\\" in raw else raw
        return pattern.search(normalize("NFC", text)) is not None

    return is_named


def _arrays(places: Iterable[Place]) -> dict[str, list[str] | list[int]]:
    places = list(places)
    return {"bodies": [place.sha256 for place in places], "numbers": [place.number for place in places]}
