"""Documents, journal lines and the ERP's documents of some boxes, found by number, text or amount. Reads only."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import shown
from cierre.ledger.statements import Rows, Statements


class SentDocument(NamedTuple):
    """An attempt to post an entry, with the ERP's number for it, None where it gave none; ``total`` in ``currency``."""

    box: str
    business_date: date
    entry_id: int
    entry_key: str
    reversal: bool
    lot: str
    sublot: str
    document: str | None
    state: str
    total: Decimal
    currency: str


class FoundDocument(NamedTuple):
    """A staged document, and where its row stands; ``net`` is its money in ``currency``."""

    box: str
    business_date: date
    reference: str
    document_key: str
    kind: str
    form: str
    net: Decimal
    currency: str
    snapshot_id: int
    place: str


class FoundHeldBack(NamedTuple):
    """A row that is not booked, why, and where it stands; ``net`` is None where it has none, ``currency`` where the
    day was staged before that was kept."""

    box: str
    business_date: date
    kind: str
    form: str
    net: Decimal | None
    currency: str | None
    message: Sentence
    snapshot_id: int
    place: str


class FoundLine(NamedTuple):
    """A line of a current journal; ``amount`` in ``currency``."""

    box: str
    business_date: date
    entry_id: int
    line: int
    side: str
    account: str
    history: str
    amount: Decimal
    currency: str


class LineOfEntry(NamedTuple):
    """A line of an entry, in the entry's currency."""

    entry_id: int
    line: int
    side: str
    account: str
    history: str
    amount: Decimal


class ReadFrom(NamedTuple):
    """A place of a snapshot that a day was read from."""

    kind: str
    form: str
    net: Decimal | None
    place: str


class _Sql(Statements):
    sent: Rows[SentDocument]
    documents: Rows[FoundDocument]
    held_back: Rows[FoundHeldBack]
    lines: Rows[FoundLine]
    lines_of: Rows[LineOfEntry]
    read_from: Rows[ReadFrom]


_sql = _Sql.of("search")


_MARKED, _PLAIN = "ÁÉÍÓÚÜÑáéíóúüñ", "AEIOUUNaeiouun"
"""Spanish letters with a mark, and without: people leave it out, and a database may know no capitals of such."""


class Books:
    """The books of some boxes in a range of days, both ends included. Each method gives the newest ``most`` at most.

    Parts of texts are found whether in capitals or not, and with the marks of Spanish letters or without.
    """

    def __init__(
        self, connection: psycopg.Connection, boxes: Sequence[str], first: date, last: date, most: int
    ) -> None:
        self._connection = connection
        self._where = {"boxes": list(boxes), "first": first, "last": last, "most": most}

    def sent(self, text: str) -> list[SentDocument]:
        """Documents of the ERP by their number, alone or as ``lot/sublot/number``."""
        return list(_sql.sent(self._connection, **self._where, text=shown(text)))

    def documents(self, text: str, amount: Decimal | None) -> list[FoundDocument]:
        """The source's documents by a part of their number, or by their money."""
        return list(_sql.documents(self._connection, **self._where, **_part(text), amount=amount))

    def held_back(self, text: str, amount: Decimal | None) -> list[FoundHeldBack]:
        """Rows that are not booked, by a part of a text in them, or by their money."""
        return list(_sql.held_back(self._connection, **self._where, **_part(text), amount=amount))

    def lines(self, text: str, amount: Decimal | None) -> list[FoundLine]:
        """Journal lines by account, by a part of their text, or by amount."""
        return list(_sql.lines(self._connection, **self._where, **_part(text), amount=amount))


def _part(text: str) -> dict[str, str]:
    folded = shown(text).translate(str.maketrans(_MARKED, _PLAIN)).lower()
    return {"text": shown(text), "folded": folded, "marked": _MARKED, "plain": _PLAIN}


def lines_of(connection: psycopg.Connection, entries: Iterable[int]) -> dict[int, list[LineOfEntry]]:
    """The lines of entries, by entry."""
    found: dict[int, list[LineOfEntry]] = {}
    for row in _sql.lines_of(connection, entries=list(entries)):
        found.setdefault(row.entry_id, []).append(row)
    return found


def read_from(connection: psycopg.Connection, box: str, day: date) -> list[ReadFrom]:
    """Where the rows of a day stand in its snapshot, booked or held back."""
    return list(_sql.read_from(connection, box=box, business_date=day))
