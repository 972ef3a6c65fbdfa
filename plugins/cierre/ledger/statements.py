"""SQL by name with typed rows: what a statement gives is declared once, beside the functions that use it.

A module declares the statements of its file ``sql/<room>.sql`` in a class, each by its kind and what it gives::

    class _Sql(Statements):
        current_revision: RowOrNone[Revision]
        bookings: Rows[FrozenEntry]
        was_posted: Value[bool]
        add_sources_of: Change

    _sql = _Sql.of("revisions")
    _sql.bookings(db, revision_id=7)

mypy holds the callers to what is declared, and tests/ledger/test_statements.py holds what is declared to what
PostgreSQL itself says that the statement gives. A row is a NamedTuple or a dataclass whose first fields are the
columns, in their order; a field that is a Sentence is read from JSON (cierre.ledger.sentences).
"""

from collections.abc import Callable, Iterator
from inspect import signature
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar, get_args, get_origin, get_type_hints

import aiosql
import psycopg
from aiosql.types import SQLOperationType
from psycopg.rows import RowMaker, scalar_row, tuple_row
from psycopg.types.string import TextLoader

from cierre.bookkeeping.sentence import Sentence
from cierre.ledger.jsonb_text import Column, Columns
from cierre.ledger.sentences import sentence

T = TypeVar("T")
_Cursor = psycopg.Cursor[Any] | psycopg.ServerCursor[Any]


class NothingGiven(LookupError):
    """A statement that always gives something gave no row, or NULL."""


class Statement:
    """A statement of a name: its SQL, with ``%(value)s`` for each value, and the type of what it gives."""

    operations: ClassVar[tuple[SQLOperationType, ...]]

    def __init__(self, name: str, sql: str, gives: Any = None) -> None:
        self.name, self.sql, self.gives = name, sql, gives


class _OfRows(Statement, Generic[T]):
    def __init__(self, name: str, sql: str, gives: Callable[..., T]) -> None:
        super().__init__(name, sql, gives)
        self._rows = _rows_of(gives)


class Rows(_OfRows[T]):
    """Gives any number of rows."""

    operations = (SQLOperationType.SELECT,)

    def __call__(self, db: psycopg.Connection, **values: object) -> Iterator[T]:
        return db.cursor(row_factory=self._rows).execute(self.sql, values)

    def stream(self, db: psycopg.Connection, at_once: int, **values: object) -> Iterator[T]:
        """The same, fetched ``at_once`` rows at a time: for more of them than memory should hold. Call it within a
        transaction."""
        with db.cursor(name=self.name, row_factory=self._rows) as cursor:
            cursor.itersize = at_once
            yield from cursor.execute(self.sql, values)

    def flow(self, db: psycopg.Connection, **values: object) -> Iterator[tuple[Any, ...]]:
        """The columns of each row, while the server sends further ones: for many of them, and faster than ``stream``.
        Nothing else may be asked of the connection until all are taken."""
        with db.cursor(row_factory=tuple_row) as cursor:
            yield from cursor.stream(self.sql, values, size=_SENT_AT_ONCE)


_SENT_AT_ONCE = 1000 if psycopg.capabilities.has_stream_chunked() else 1
"""Rows that libpq hands over together; those before its version 17 know but one at a time."""


class RowOrNone(_OfRows[T]):
    """Gives one row, or None."""

    operations = (SQLOperationType.SELECT_ONE,)

    def __call__(self, db: psycopg.Connection, **values: object) -> T | None:
        with db.cursor(row_factory=self._rows) as cursor:
            return cursor.execute(self.sql, values).fetchone()


class Row(RowOrNone[T]):
    """Gives one row, always. Raises NothingGiven where there is none."""

    def __call__(self, db: psycopg.Connection, **values: object) -> T:
        return _given(super().__call__(db, **values), self.name)


class PlainRows(Statement):
    """Gives rows as PostgreSQL writes them: each with its columns, and with every value a text (an array a list of
    them, NULL None). For who wants values exactly as they are."""

    operations = (SQLOperationType.SELECT,)

    def stream(self, db: psycopg.Connection, at_once: int) -> Iterator[tuple[Columns, tuple[Any, ...]]]:
        """The rows, fetched ``at_once`` at a time. Call it within a transaction."""
        with db.cursor(name=self.name, row_factory=tuple_row) as cursor:
            for oid in _SENSIBLE:
                cursor.adapters.register_loader(oid, TextLoader)
            cursor.itersize = at_once
            cursor.execute(self.sql)
            columns = tuple(Column(column.name, _type_name(column.type_code)) for column in cursor.description or ())
            for row in cursor:
                yield columns, row


_SENSIBLE = ("bool", "int2", "int4", "int8", "numeric", "date", "timestamptz", "jsonb")
"""The types that psycopg would make values of."""


def _type_name(oid: int) -> str:
    known = psycopg.adapters.types.get(oid)
    return "" if known is None else f"_{known.name}" if oid == known.array_oid else known.name


class Values(Statement, Generic[T]):
    """Gives any number of single values."""

    operations = (SQLOperationType.SELECT,)

    def __call__(self, db: psycopg.Connection, **values: object) -> Iterator[T]:
        return db.cursor(row_factory=scalar_row).execute(self.sql, values)


class ValueOrNone(Statement, Generic[T]):
    """Gives one value; None where that is NULL, or where there is no row."""

    operations = (SQLOperationType.SELECT_VALUE, SQLOperationType.INSERT_RETURNING)

    def __call__(self, db: psycopg.Connection, **values: object) -> T | None:
        with db.cursor(row_factory=scalar_row) as cursor:
            value: T | None = cursor.execute(self.sql, values).fetchone()
            return value


class Value(ValueOrNone[T]):
    """Gives one value, always. Raises NothingGiven where it is NULL, or where there is no row."""

    def __call__(self, db: psycopg.Connection, **values: object) -> T:
        return _given(super().__call__(db, **values), self.name)


class Change(Statement):
    """Changes rows, and gives how many."""

    operations = (SQLOperationType.INSERT_UPDATE_DELETE,)

    def __call__(self, db: psycopg.Connection, **values: object) -> int:
        with db.cursor() as cursor:
            return cursor.execute(self.sql, values).rowcount


class Statements:
    """A file's statements, each an attribute that a subclass declares.

    Raises TypeError where the file has others, or where a name's sign (``^``, ``$``, ``!``) says another kind.
    """

    def __init__(self, text: str) -> None:
        queries = aiosql.from_str(text, "psycopg", mandatory_parameters=False)
        declared = get_type_hints(type(self))
        if declared.keys() != {name for name in queries.available_queries if not name.endswith("_cursor")}:
            raise TypeError(f"{type(self).__module__} declares other statements than its file has")
        for name, hint in declared.items():
            kind, query = get_origin(hint) or hint, getattr(queries, name)
            if query.operation not in kind.operations:
                raise TypeError(f"{type(self).__module__} declares {name} as another kind than its file says")
            setattr(self, name, kind(name, query.sql, *get_args(hint)))

    @classmethod
    def of(cls, room: str) -> Self:
        """The statements of ``sql/<room>.sql``."""
        return cls((Path(__file__).parent / "sql" / f"{room}.sql").read_text(encoding="utf-8"))


def _given(what: T | None, name: str) -> T:
    if what is None:
        raise NothingGiven(f"the ledger's statement {name} gave nothing")
    return what


def _rows_of(row: Callable[..., T]) -> Callable[[_Cursor], RowMaker[T]]:
    """As psycopg's class_row, but by position once the names are known to agree: several times as fast a row."""
    fields, hints = tuple(signature(row).parameters), get_type_hints(row)
    sentences = {
        place for place, name in enumerate(fields) if Sentence in (hints.get(name), *get_args(hints.get(name)))
    }

    def factory(cursor: _Cursor) -> RowMaker[T]:
        columns = tuple(column.name for column in cursor.description or ())
        if columns != fields[: len(columns)]:
            raise TypeError(f"{row!r} has other fields than the columns {', '.join(columns)}")
        if sentences.isdisjoint(range(len(columns))):
            return lambda values: row(*values)
        return lambda values: row(*(
            sentence(value) if place in sentences and value is not None else value for place, value in enumerate(values)
        ))  # fmt: skip

    return factory
