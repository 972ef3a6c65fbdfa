"""Staging: a snapshot's rows as typed documents; a day is replaced whole."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from sys import intern
from typing import Any, NamedTuple, TypeVar

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from cierre.bookkeeping.collector import collector_at_rest
from cierre.bookkeeping.columns import Common, Documents
from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow, Reading, Total
from cierre.bookkeeping.json_text import kept
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import shown
from cierre.ledger.rows import TotalRow
from cierre.ledger.sentences import stored
from cierre.ledger.session import copy, copy_texts
from cierre.ledger.statements import Change, Rows, Statements, ValueOrNone

T = TypeVar("T")


class _DocumentRow(NamedTuple):
    document_key: str
    amounts: str
    place: str
    reference: str
    common: str


class Blocking(NamedTuple):
    """A quarantined row that stops its day; ``net`` is None where it is unreadable."""

    place: str
    kind: str
    form: str
    reason: str
    message: Sentence
    net: Decimal | None


class _StagedTotal(NamedTuple):
    kind: str
    form: str
    rows: int
    net: Decimal
    currency: str
    rows_with_money: int


class Seen(NamedTuple):
    """Documents of a box that are alike for a mapping, and the money of one of their amounts, in their own currency."""

    box: str
    kind: str
    currency: str
    attributes: dict[str, str]
    component: str
    documents: int
    amount: Decimal
    last_day: date


class _Sql(Statements):
    empty_day: Change
    set_day: Change
    snapshot_of: ValueOrNone[int]
    documents: Rows[_DocumentRow]
    blocking: Rows[Blocking]
    staged_totals: Rows[_StagedTotal]
    quarantined_totals: Rows[TotalRow]
    seen_since: Rows[Seen]


_sql = _Sql.of("staging")


def replace(connection: psycopg.Connection, box: str, day: date, snapshot_id: int, reading: Reading) -> None:
    """Replaces all that was staged for a box's day by this reading of the given snapshot, in one transaction."""
    with connection.transaction():
        _sql.set_day(connection, box=box, business_date=day, snapshot_id=snapshot_id)
        _sql.empty_day(connection, box=box, business_date=day)
        copy_texts(
            connection,
            "staging.document (box, business_date, document_key, kind, form, currency, net, amounts, attributes,"
            " place, reference)",
            (_document_row(box, str(day), document) for document in reading.documents),
        )
        copy(
            connection,
            "staging.quarantined (box, business_date, place, kind, form, reason, message, net, currency,"
            ' "row", blocking)',
            (_quarantined_row(box, day, row) for row in reading.quarantined),
        )


# A source's row keeps its amounts as they were read: decimals, which JSON would make floats of.
as_text = partial(json.dumps, default=str)
"""Writes a quarantined row for PostgreSQL."""


# COPY takes text for any column, and writes it several times as fast as what it must first look at.
_json = msgspec.json.Encoder(decimal_format="string")
"""Writes amounts as they stand, 12.50 as "12.50"."""


def _document_row(box: str, day: str, document: Document) -> tuple[str, ...]:
    return (
        box,
        day,
        document.key,
        document.kind.value,
        document.form,
        document.currency,
        str(document.net),
        _json.encode(dict(document.amounts)).decode(),
        _json.encode(dict(document.attributes)).decode(),
        document.place,
        document.reference,
    )


def _quarantined_row(box: str, day: date, row: QuarantinedRow) -> tuple[object, ...]:
    return (
        box,
        day,
        row.place,
        row.kind,
        shown(row.form),
        row.reason,
        stored(row.message),
        row.net,
        row.currency or None,
        Jsonb(kept(row.row), dumps=as_text),
        row.blocking,
    )


def snapshot_of(connection: psycopg.Connection, box: str, day: date) -> int | None:
    """The snapshot that the staged day was read from; None where the day was never staged."""
    return _sql.snapshot_of(connection, box=box, business_date=day)


def documents(connection: psycopg.Connection, box: str, day: date) -> list[Document]:
    """The staged documents of a box's day, in the order of their keys."""
    return columns(connection, box, day).all()


def columns(connection: psycopg.Connection, box: str, day: date) -> Documents:
    """The staged documents of a box's day, as columns, in the order of their keys.

    Most have attributes and amounts that others have, too: to have them together takes half off a day's memory.
    """
    commons = _Known(partial(_common, day), 10_000)
    money = _Known(Decimal, 100_000)
    read = Documents()
    add_key, add_common, add_amounts = read.all_keys.append, read.commons.append, read.amounts.append
    add_place, add_reference = read.places.append, read.references.append
    with collector_at_rest():
        for key, amounts, place, reference, common in _sql.documents.flow(connection, box=box, business_date=day):
            sums: dict[str, Any] = _texts(amounts)
            for name, text in sums.items():
                sums[name] = money[text]
            add_key(key)
            add_common(commons[common])
            add_amounts(sums)
            add_place(place)
            add_reference(reference)
    return read


_texts = msgspec.json.Decoder(dict[str, str]).decode

_KINDS = {kind.value: kind for kind in Kind}


class _Known(dict[str, T]):
    """What texts are read as, each once: up to so many are remembered."""

    def __init__(self, read: Callable[[str], T], most: int) -> None:
        self.read, self.most = read, most

    def __missing__(self, text: str) -> T:
        if len(self) == self.most:
            self.clear()
        value = self[text] = self.read(text)
        return value


def _common(day: date, text: str) -> Common:
    """What documents have in common, as the statement ``documents`` writes it."""
    source, kind, currency, rest = text.split("\n", 3)
    form, attributes = rest.rsplit("\n", 1)
    known = {name: intern(value) for name, value in _texts(attributes).items()}
    return Common(intern(source), _KINDS[kind], day, intern(currency), intern(form), known)


def blocking(connection: psycopg.Connection, box: str, day: date) -> list[Blocking]:
    """The quarantined rows that stop the day."""
    return list(_sql.blocking(connection, box=box, business_date=day))


def totals(connection: psycopg.Connection, box: str, day: date, *, with_money: bool = False) -> list[Total]:
    """Control totals of the staged documents; ``with_money`` counts only those that have an amount to book."""
    rows = _sql.staged_totals(connection, box=box, business_date=day)
    return [
        Total(Kind(row.kind), row.form, row.rows_with_money if with_money else row.rows, row.net, row.currency)
        for row in rows
        if row.rows_with_money or not with_money
    ]


def quarantined_totals(connection: psycopg.Connection, box: str, day: date) -> list[Total]:
    """Control totals of the quarantined rows; an unreadable amount counts as zero."""
    rows = _sql.quarantined_totals(connection, box=box, business_date=day)
    return [row.total for row in rows]


def seen_since(connection: psycopg.Connection, since: date) -> list[Seen]:
    """What was staged for business dates from ``since`` on, of all boxes, each amount of money (not zero) by itself."""
    return list(_sql.seen_since(connection, since=since))
