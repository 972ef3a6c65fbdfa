"""The journal as it stands: entries of boxes between two dates, with the documents behind each line, as a stream."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.journal import JournalEntry, Line, LineSource, Side
from cierre.bookkeeping.money import quantum
from cierre.ledger.rows import foreign
from cierre.ledger.statements import Rows, Statements


class _DocumentOfLine(NamedTuple):
    """A line of an entry and a document behind it."""

    entry_id: int
    entry_key: str
    box: str
    business_date: date
    entry_date: date
    part: int
    currency: str
    revision: int
    reverses: str
    erp_document: str
    sha256: str
    line: int
    side: str
    account: str
    cost_centre: str
    item: str
    value_class: str
    entities: dict[str, str]
    line_amount: Decimal
    history: str
    foreign_currency: str | None
    foreign_amount: Decimal | None
    document_key: str
    component: str
    amount: Decimal
    source_foreign: Decimal | None
    turned: bool | None
    place: str
    reference: str


class _Sql(Statements):
    standing: Rows[_DocumentOfLine]


_sql = _Sql.of("journal")


class SourceRow(NamedTuple):
    """Where a document stands in its snapshot, and the number that people know it by ("" where it is not staged)."""

    place: str
    reference: str


@dataclass(frozen=True, slots=True)
class StandingEntry:
    """An entry and where it stands. ``entry_date`` is its date in the ERP, ``erp_document`` reads lot/sublot/document
    ("" until the ERP has confirmed it), ``reverses`` is the key of the entry it takes back (""), ``sha256`` the hash of
    the snapshot's body, ``rows`` its documents by key."""

    key: str
    entry: JournalEntry
    entry_date: date
    revision: int
    reverses: str
    erp_document: str
    sha256: str
    rows: Mapping[str, SourceRow]


def standing(connection: psycopg.Connection, boxes: Iterable[str], first: date, last: date) -> Iterator[StandingEntry]:
    """The entries dated ``first`` to ``last``, by date: those that the ERP holds at the site that their box posts to
    now, and the newest books of days of which it holds no others. Call it in a transaction."""
    found = _sql.standing.stream(connection, 5000, boxes=list(boxes), first=first, last=last)
    for _, rows in groupby(found, attrgetter("entry_id")):
        yield _standing(list(rows))


def _standing(rows: list[_DocumentOfLine]) -> StandingEntry:
    one = rows[0]
    return StandingEntry(
        key=one.entry_key,
        entry=JournalEntry(
            box=one.box,
            business_date=one.business_date,
            part=one.part,
            currency=one.currency,
            lines=tuple(_line(list(own), one.currency) for _, own in groupby(rows, attrgetter("line"))),
        ),
        entry_date=one.entry_date,
        revision=one.revision,
        reverses=one.reverses,
        erp_document=one.erp_document,
        sha256=one.sha256,
        rows={row.document_key: SourceRow(row.place, row.reference) for row in rows},
    )


def _line(rows: list[_DocumentOfLine], currency: str) -> Line:
    one, unit = rows[0], quantum(currency)
    foreign_unit = quantum(one.foreign_currency) if one.foreign_currency else unit
    return Line(
        side=Side(one.side),
        account=one.account,
        amount=one.line_amount.quantize(unit),
        history=one.history,
        cost_centre=one.cost_centre,
        item=one.item,
        value_class=one.value_class,
        entities=tuple(sorted(one.entities.items())),
        sources=tuple(
            LineSource(
                row.document_key,
                row.component,
                row.amount.quantize(unit),
                None if row.source_foreign is None else row.source_foreign.quantize(foreign_unit),
                bool(row.turned),
            )
            for row in rows
        ),
        foreign=foreign(one.foreign_currency, one.foreign_amount),
    )
