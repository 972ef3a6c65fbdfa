"""JSON of sources: nothing is lost, nothing is hidden, and one row is found again."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.json_text import Several, kept, read, repeated, row_at, write
from cierre.bookkeeping.money import AmountError, amount

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(st.characters(), max_size=8),
    st.decimals(allow_nan=False, allow_infinity=False),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.lists(st.tuples(st.sampled_from("abc"), inner), max_size=4).map(tuple)
    ),
    max_leaves=12,
)


def written(value) -> str:
    """JSON of a value in which tuples are objects, fields as often as they are given."""
    if isinstance(value, tuple):
        return "{" + ",".join(f"{json.dumps(name)}:{written(inner)}" for name, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def test_a_field_that_stands_twice_is_no_amount_and_no_text():
    row = read('{"pagoValor": 1, "x": {"y": 2}, "pagoValor": 100}')
    assert row["pagoValor"] == Several([1, 100])
    assert repeated(row) == "pagoValor"
    with pytest.raises(AmountError):
        amount(row["pagoValor"], "USD")
    assert json.loads(json.dumps(kept(row))) == {"pagoValor": [1, 100], "x": {"y": 2}}


@pytest.mark.parametrize("text", ['[{"a": {"b": 1, "b": 1}}]', '{"a": [[{"b": 1, "b": 2}]]}'])
def test_a_field_that_stands_twice_below_is_found(text):
    assert repeated(read(text)) == "b"


def test_numbers_that_python_does_not_read_are_read_as_decimals_or_left_as_text():
    huge = read(f"[1{'0' * 5000}, 1e99999999999999999999, 1.5, NaN, -Infinity]")
    assert huge[0] == Decimal(10) ** 5000 or str(huge[0]).startswith("1000")
    assert huge[1:] == ["1e99999999999999999999", Decimal("1.5"), "NaN", "-Infinity"]


@pytest.mark.parametrize("text", ["", "[", "{'a': 1}", '["a]', "[" * 100_000, '{"a": 1,}', "\ufeff[]"])
def test_what_is_no_json_is_a_value_error(text):
    with pytest.raises(ValueError):  # noqa: PT011
        read(text)


def test_control_characters_inside_of_texts_are_taken():
    assert read('["a\x00\t\nb"]') == ["a\x00\t\nb"]


@given(VALUES)
def test_what_is_read_is_written_and_read_again_alike(value):
    once = read(written(value))
    assert read(write(once)) == once


@given(VALUES)
def test_what_is_kept_can_be_stored_as_json(value):
    stored = json.dumps(kept(read(written(value))), default=str)
    assert "\\u0000" not in stored.replace("\\\\", "")
    json.loads(stored).__repr__().encode()


@given(st.lists(st.lists(VALUES, max_size=4), min_size=1, max_size=3), st.data())
def test_a_row_is_found_at_its_place_whatever_stands_around_it(rows, data):
    body = "[" + ",".join(f'{{"PAGOS": {written(values)}, "NC": []}}' for values in rows) + "]"
    session = data.draw(st.integers(0, len(rows) - 1))
    number = data.draw(st.integers(0, 4))
    expected = read(written(rows[session][number])) if number < len(rows[session]) else None
    assert row_at(body, f"{session}/PAGOS/{number}") == expected


@pytest.mark.parametrize("place", ["", "0", "x/y", "0/PAGOS/-1", "0/PAGOS/1/2", "7/PAGOS/0", "0/NO/0", "0//0"])
def test_a_place_that_leads_to_no_row_gives_none_or_what_stands_there(place):
    assert row_at('[{"PAGOS": [1], "NC": []}]', place) in (None, {"PAGOS": [1], "NC": []})


def test_a_row_of_a_project_is_found_by_the_projects_id():
    for number in ("1", '"\\ud83d"'):
        body = f'{{"day": "x", "projects": [{{"id": "P1"}}, {{"id": "P2", "invoices": [[0, {{"a": {number}}}]]}}]}}'
        assert row_at(body, "P2/0/1/collected") == {"a": read(number)}
        assert row_at(body, "P3/0/1") is None
