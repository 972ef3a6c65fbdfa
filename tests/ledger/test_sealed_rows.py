"""What links say is computed from plain rows, and is what the database sealed."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cierre.ledger import sealed_rows, seals
from cierre.ledger.jsonb_text import Column, array_text, object_text
from cierre.ledger.sealed_rows import KINDS
from cierre.ledger.statements import PlainRows

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
DECIMALS = st.decimals(-(10**20), 10**20)
JSON = st.recursive(
    st.none() | st.booleans() | DECIMALS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def plain(ledger):
    """Reads one row as plain text, as the audit does."""

    ledger.execute(
        'CREATE TEMPORARY TABLE one (a text, bc numeric, "B" bool, d date, t timestamptz, j jsonb, l text[], i bigint,'
        " x xid8)"
    )

    def read(sql: str, *values: object) -> tuple:
        ledger.execute("DELETE FROM one")
        ledger.execute(sql, values)
        with seals.as_of_one_instant(ledger):
            ((columns, row),) = PlainRows("one", "SELECT * FROM one").stream(ledger, 10)
            ((said,),) = ledger.execute("SELECT jsonb_strip_nulls(to_jsonb(one))::text FROM one").fetchall()
            ((array,),) = ledger.execute(
                'SELECT jsonb_strip_nulls(jsonb_build_array(a, bc, "B", d, t, j, l, i, x))::text FROM one'
            ).fetchall()
        return columns, row, said, array

    return read


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.tuples(
        st.none() | TEXTS,
        st.none() | DECIMALS | st.just(Decimal("NaN")),
        st.none() | st.booleans(),
        st.none() | st.dates(),
        st.none() | st.datetimes(min_value=datetime(1900, 1, 1)).map(lambda time: time.replace(tzinfo=UTC)),
        st.none() | JSON,
        st.none() | st.lists(st.none() | TEXTS, max_size=3),
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.integers(0, 2**63).map(str),
    )
)
def test_a_row_is_written_as_the_database_writes_it(plain, row):
    values = [*row]
    values[5] = None if row[5] is None else as_json(row[5])
    columns, texts, said, array = plain(
        "INSERT INTO one VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s::text::xid8)", *values
    )
    assert object_text(columns, texts) == said
    assert array_text(columns, texts) == array


def as_json(value: object) -> str:
    """As JSON, with every number as it stands."""
    match value:
        case Decimal():
            return f"{value:f}"
        case dict():
            return "{" + ", ".join(f"{json.dumps(name)}: {as_json(inner)}" for name, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(as_json, value)) + "]"
        case _:
            return json.dumps(value)


def test_shorter_keys_come_first_then_byte_by_byte():
    columns = tuple(Column(name, "text") for name in ("ñ", "b", "aaa", "B"))
    assert object_text(columns, ("1", "2", "3", "4")) == '{"B": "4", "b": "2", "ñ": "1", "aaa": "3"}'


def test_every_kind_has_its_function_in_the_database_and_no_function_lacks_its_kind(admin):
    made = admin.execute(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace AND proname LIKE 'said\\_by\\_%'"
    )
    assert {row.proname for row in made} == {f"said_by_{what.replace(' ', '_')}" for what in KINDS}


def test_more_shares_than_an_array_holds_are_sealed_by_their_hashes(monkeypatch):
    monkeypatch.setattr(sealed_rows, "SHARES_AS_ONE_ARRAY", 2)
    columns = (Column("a", "int4"),)
    three = iter([(columns, ("1",)), (columns, ("2",)), (columns, ("3",))])
    hashes = b"".join(hashlib.sha256(f'{{"a": {number}}}'.encode()).digest() for number in (1, 2, 3))
    assert sealed_rows._shares(three) == f'"{hashlib.sha256(hashes).hexdigest()}"'
    two = iter([(columns, ("1",)), (columns, ("2",))])
    assert sealed_rows._shares(two) == '[{"a": 1}, {"a": 2}]'
