"""What the ledger's modules declare of their statements is what PostgreSQL says of them."""

import ast
import inspect
import pkgutil
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import pytest
from psycopg.pq import ExecStatus

import cierre.ledger
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger.statements import (
    Change,
    NothingGiven,
    PlainRows,
    Row,
    RowOrNone,
    Rows,
    Statement,
    Statements,
    Value,
    ValueOrNone,
    Values,
)

JSON = ("jsonb",)
TYPES = {
    str: ("text", "bpchar"),
    int: ("int2", "int4", "int8"),
    float: ("float8",),
    bool: ("bool",),
    Decimal: ("numeric",),
    date: ("date",),
    datetime: ("timestamptz",),
    dict: JSON,
    bool | int: JSON,
    Any: JSON,
    Sentence: JSON,
    list: ("_text",),
}
"""What psycopg makes of a column of these types."""


ROOMS = [
    module
    for module in (
        import_module(found.name) for found in pkgutil.iter_modules(cierre.ledger.__path__, "cierre.ledger.")
    )
    if hasattr(module, "_sql")
]


class Column(NamedTuple):
    name: str
    type: str


def columns(ledger, statement: Statement) -> list[Column]:
    """What PostgreSQL says that a statement gives, without running it."""
    numbers: dict[str, str] = {}
    sql = re.sub(r"%\((\w+)\)s", lambda value: numbers.setdefault(value[1], f"${len(numbers) + 1}"), statement.sql)
    for answer in (
        ledger.pgconn.prepare(b"", sql.replace("%%", "%").encode()),
        described := ledger.pgconn.describe_prepared(b""),
    ):
        assert answer.status == ExecStatus.COMMAND_OK, answer.error_message.decode()
    types = {row.oid: row.typname for row in ledger.execute("SELECT oid, typname FROM pg_type")}
    return [
        Column(described.fname(number).decode(), types[described.ftype(number)]) for number in range(described.nfields)
    ]


def type_of(hint: Any) -> Any:
    """The type without its None, and without what is in a list."""
    if any(get_origin(one) is Literal for one in (hint, *get_args(hint))):
        return str
    if isinstance(hint, UnionType) and NoneType in get_args(hint):
        (hint,) = set(get_args(hint)) - {NoneType}
    return get_origin(hint) or hint if not isinstance(hint, UnionType) else hint


def disagreement(ledger, statement: Statement) -> str | None:
    """How what a statement gives differs from what is declared; None where it does not."""
    given = columns(ledger, statement)
    match statement:
        case PlainRows():
            return None  # whatever columns there are
        case Change():
            fields: dict[str, Any] = {}
        case Rows() | RowOrNone():
            hints = get_type_hints(statement.gives)
            fields = {name: hints[name] for name in list(inspect.signature(statement.gives).parameters)[: len(given)]}
        case _:
            fields = {column.name: statement.gives for column in given[:1]}
    if [column.name for column in given] != list(fields):
        return f"gives {given}, declared are {fields}"
    wrong = [column for column in given if column.type not in TYPES[type_of(fields[column.name])]]
    return f"gives {wrong}, declared are {fields}" if wrong else None


def test_every_statement_gives_what_its_module_declares(ledger):
    disagreements = {
        f"{room.__name__}.{statement.name}": found
        for room in ROOMS
        for statement in vars(room._sql).values()
        if (found := disagreement(ledger, statement))
    }
    assert disagreements == {}


def calls(room: ModuleType) -> Iterator[tuple[Statement, ast.Call]]:
    """Where a module of the ledger calls its statements."""
    for node in ast.walk(ast.parse(inspect.getsource(room))):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name("_sql"), attr=name)) if hasattr(room._sql, name):
                yield getattr(room._sql, name), node
            case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name("_sql"), attr=name))):
                yield getattr(room._sql, name), node


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__)
def test_callers_name_the_values_that_a_statement_takes(room):
    for statement, call in calls(room):
        takes = set(re.findall(r"%\((\w+)\)s", statement.sql))
        named = {value.arg for value in call.keywords if value.arg}
        rest = any(value.arg is None for value in call.keywords)
        assert named <= takes if rest else named == takes, statement.name


class Pair(NamedTuple):
    left: int
    right: str | None


class Examples(Statements):
    pair: Row[Pair]
    pair_or_none: RowOrNone[Pair]
    pairs: Rows[Pair]
    turned: Rows[Pair]
    number: Value[int]
    number_or_none: ValueOrNone[int]
    numbers: Values[int]
    change: Change


EXAMPLES = """
-- name: pair^
SELECT 1 AS left, 'a' AS right WHERE :there;
-- name: pair_or_none^
SELECT 1 AS left, 'a' AS right WHERE :there;
-- name: pairs
SELECT number AS left, NULL AS right FROM generate_series(1, :many) AS number;
-- name: turned
SELECT 'a' AS right, 1 AS left;
-- name: number$
SELECT 1 WHERE :there;
-- name: number_or_none$
SELECT 1 WHERE :there;
-- name: numbers
SELECT * FROM generate_series(1, :many);
-- name: change!
SET cierre.example = 'yes';
"""


@pytest.fixture(scope="module")
def examples() -> Examples:
    return Examples(EXAMPLES)


def test_rows_are_of_the_type_that_is_declared(ledger, examples):
    assert examples.pair(ledger, there=True) == Pair(1, "a")
    assert examples.pair_or_none(ledger, there=True) == Pair(1, "a")
    assert examples.pair_or_none(ledger, there=False) is None
    assert list(examples.pairs(ledger, many=2)) == [Pair(1, None), Pair(2, None)]
    assert examples.number(ledger, there=True) == 1
    assert examples.number_or_none(ledger, there=False) is None
    assert list(examples.numbers(ledger, many=2)) == [1, 2]


def test_a_stream_gives_the_same_rows(ledger, examples):
    with ledger.transaction():
        assert list(examples.pairs.stream(ledger, 2, many=5)) == list(examples.pairs(ledger, many=5))


@pytest.mark.parametrize("name", ["pair", "number"])
def test_what_always_gives_something_says_where_it_does_not(ledger, examples, name):
    with pytest.raises(NothingGiven, match=name):
        getattr(examples, name)(ledger, there=False)


def test_columns_in_another_order_are_refused(ledger, examples):
    with pytest.raises(TypeError, match="right, left"):
        list(examples.turned(ledger))


@pytest.mark.parametrize(
    "text",
    [EXAMPLES + "-- name: forgotten$\nSELECT 1;", EXAMPLES.replace("-- name: numbers\n", "-- name: numbers^\n")],
    ids=["undeclared", "another kind"],
)
def test_a_file_that_has_other_statements_than_declared_is_refused(text):
    with pytest.raises(TypeError, match="declares"):
        Examples(text)


def test_nobody_reads_the_documents_of_older_entries_alone():
    """Those of newer ones are in ledger.line_documents; ``ledger.documents_behind`` gives both."""
    folder = Path(inspect.getfile(cierre.ledger)).parent / "sql"
    statements = [
        (file.stem, text.split("\n", 1)[0])
        for file in sorted(folder.glob("*.sql"))
        for text in re.split(r"^-- name: ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        if "ledger.line_source" in text
    ]
    assert statements == [
        ("identity", "booked_documents"), ("revisions", "add_sources_of!"), ("sealed_rows", "entry_source"),
    ]  # fmt: skip
