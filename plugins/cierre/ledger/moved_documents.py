"""The documents that new books of a day have otherwise than the books that they would replace."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.facts import Basis
from cierre.ledger.revisions import FrozenEntry
from cierre.ledger.statements import Rows, Statements


class MovedDocument(NamedTuple):
    """A document: its net money in either books, in the entries' currency (None where it is not in them), the money
    that it moves on all accounts together, and which of its ``amounts`` and of its ``accounts`` differ. ``reference``
    is empty where nothing that is kept says its number; ``in_all`` are how many documents differ."""

    document_key: str
    kind: str
    form: str
    reference: str
    before: Decimal | None
    after: Decimal | None
    moved: Decimal
    amounts: list[str]
    accounts: list[str]
    in_all: int


class _Sql(Statements):
    moved: Rows[MovedDocument]
    bases: Rows[Basis]


_sql = _Sql.of("moved_documents")


def moved(
    connection: psycopg.Connection,
    box: str,
    day: date,
    before: Sequence[FrozenEntry],
    after: Sequence[FrozenEntry],
    most: int,
) -> list[MovedDocument]:
    """At most so many of the documents that entries of a box's day book otherwise, the most money first."""
    ids = {"before": [one.entry_id for one in before], "after": [one.entry_id for one in after]}
    return list(_sql.moved(connection, **ids, box=box, business_date=day, most=most))


def bases(connection: psycopg.Connection, revisions: Collection[int]) -> list[Basis]:
    """What the books of revisions, by their ids, were made of."""
    return list(_sql.bases(connection, revisions=list(revisions)))
