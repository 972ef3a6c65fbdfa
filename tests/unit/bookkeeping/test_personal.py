import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from cierre.bookkeeping import json_text
from cierre.bookkeeping.personal import NOTHING_OPEN, Ahead, ElementsAhead, OpenFields, is_token, joined, parted

OPEN = OpenFields(names=frozenset({"amount", "id", "when", "kinds.name"}))

names = st.sampled_from(["amount", "id", "when", "name", "kinds", "rut", "⟦1⟧", 'a"b', "ñ"]) | st.text(max_size=6)
texts = st.text(max_size=12) | st.sampled_from(["⟦1⟧", '"⟦1⟧', "⟦2 x⟧", "\x00", "\ud800", "Ana Vera", '\\"⟦1⟧'])
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=20
)
ways = st.fixed_dictionaries({"ensure_ascii": st.booleans(), "indent": st.sampled_from([None, 1])})


def scalars_of(value: Any, name: str = "", parent: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every value with its field and what that stands in, as they are judged."""
    if isinstance(value, dict):
        for inner_name, inner in value.items():
            yield from scalars_of(inner, inner_name, name)
    elif isinstance(value, list):
        for inner in value:
            yield from scalars_of(inner, name, parent)
    else:
        yield name, parent, value


def rows_of(text: str, fields: OpenFields = OPEN) -> list[tuple[int, list[str] | None]]:
    return [(len(row), row) for row in parted(text, fields).rows]


@given(values, ways)
@example({"amount": "⟦1⟧", "name": "⟦1⟧"}, {"ensure_ascii": False, "indent": None})
@example({"amount": 'say "⟦1⟧"', "name": "Ana"}, {"ensure_ascii": False, "indent": None})
@example({"⟦1⟧": "Ana"}, {"ensure_ascii": False, "indent": None})
def test_the_parts_of_any_json_join_to_the_very_text(value: Any, way: dict[str, Any]):
    text = json.dumps(value, **way)
    assert joined(parted(text, OPEN).text, rows_of(text)) == text


@given(values, ways)
def test_open_values_stay_and_nothing_else_does(value: Any, way: dict[str, Any]):
    text = json.dumps(value, **way)
    left = json_text.read(parted(text, OPEN).text)
    before, after = list(scalars_of(json_text.read(text))), list(scalars_of(left))
    assert [place[:2] for place in before] == [place[:2] for place in after]
    for (name, parent, was), (_, _, now) in zip(before, after, strict=True):
        looks_like_a_token = isinstance(was, str) and was.startswith("⟦")
        if was in (None, "") or (OPEN.includes(name, parent) and not looks_like_a_token):
            assert now == was or repr(now) == repr(was)
        else:
            assert is_token(now)


@given(values)
def test_equal_values_have_the_same_token_and_others_have_not(value: Any):
    text = json.dumps(value)
    pairs = [
        (repr(was), now)
        for (_, _, was), (_, _, now) in zip(
            scalars_of(json_text.read(text)), scalars_of(json_text.read(parted(text, OPEN).text)), strict=True
        )
        if is_token(now)
    ]
    assert len(set(pairs)) == len({was for was, _ in pairs}) == len({now for _, now in pairs})


@given(values, st.data())
def test_what_was_erased_stays_a_token_and_all_else_comes_back(value: Any, data: st.DataObject):
    text = json.dumps(value)
    parts = parted(text, OPEN)
    erased = {number for number in range(len(parts.rows)) if data.draw(st.booleans())}
    rows = [(len(row), None if number in erased else row) for number, row in enumerate(parts.rows)]
    left = Counter(str(one) for _, _, one in scalars_of(json_text.read(joined(parts.text, rows))) if is_token(one))
    kept = [one for row in (row for _, row in rows if row is not None) for one in map(json_text.read, row)]
    assert sum(left.values()) == sum(len(parts.rows[number]) for number in erased) + sum(map(is_token, kept))


@pytest.mark.parametrize("number", ["1.50", "1E2", "0.1000000000000000055", "12345678901234567890.10", "-0.00", "007"])
def test_amounts_stay_digit_by_digit(number):
    assert parted(f'{{"amount": {number}}}', OPEN).text == f'{{"amount": {number}}}'
    assert rows_of(f'{{"rut": {number}}}') == [(1, [number])]


def test_what_is_open_around_a_personal_value_changes_nothing_of_it():
    open_object = {"id": 7, "when": None, "rut": "", "amount": "1.50"}
    one = {"id": 1, "kinds": open_object, "rut": None, "user": open_object | {"name": "Ana"}, "form": open_object}
    text = json.dumps([one, {"form": open_object}, one | {"note": "null"}])
    ana, note = '"⟦1⟧"', '"⟦2⟧"'
    assert parted(text, OPEN).text == text.replace('"Ana"', ana).replace('"null"', note)
    assert parted(text, OPEN).rows == [['"Ana"'], ['"Ana"', '"null"']]


def test_a_row_is_the_outermost_object_with_a_personal_value_of_its_own():
    text = json.dumps(
        {"id": 7, "kinds": [{"name": "ticket"}], "sales": [
            {"lines": [{"note": "for Ana"}], "name": "Ana"}, {"name": "Luis", "lines": [{"note": "x"}, {"amount": 1}]}
        ]}
    )  # fmt: skip
    assert parted(text, OPEN).rows == [['"for Ana"', '"Ana"'], ['"Luis"', '"x"']]


def test_a_field_may_be_judged_by_what_another_one_says():
    fields = OpenFields(frozenset({"fields.nombre", "fields.total"}), named_by={"valor": "nombre"})
    said = {
        "fields": [
            {"nombre": "total", "valor": 5}, {"valor": 6, "nombre": "total"}, {"nombre": "name", "valor": "Ana"},
            {"valor": "alone"}, {"nombre": "total", "valor": "⟦1⟧"},
        ]
    }  # fmt: skip
    assert parted(json.dumps(said, ensure_ascii=False), fields).rows == [['"Ana"'], ['"alone"'], ['"⟦1⟧"']]
    twice = '{"fields": [{"nombre": "total", "nombre": "name", "valor": "Ana"}]}'
    assert '"Ana"' in str(parted(twice, fields).rows)


def test_a_token_shows_the_word_that_the_reading_needs_and_no_other():
    fields = OpenFields(marks={"notes": lambda text: "#MARK" if "mark" in text else ""})
    text = '[{"notes": "mark, for Ana"}, {"notes": "Ana"}]'
    assert parted(text, fields).text == '[{"notes": "⟦1 #MARK⟧"}, {"notes": "⟦2⟧"}]'
    assert joined(parted(text, fields).text, rows_of(text, fields)) == text


@pytest.mark.parametrize("text", ["", " ", "Ana Vera", "[1, 2", '{"a": "Ana}', "[}]", "]", '{"a" "Ana"}x[', "\x01"])
def test_of_what_is_no_json_nothing_stays(text):
    parts = parted(text, OPEN)
    assert "Ana" not in parts.text
    assert "1, 2" not in parts.text


def test_a_huge_text_and_deep_nesting_are_parted_too():
    for text in (json.dumps({"name": "Ana " * 1_000_000}), "[" * 50_000 + '"Ana"' + "]" * 50_000):
        parts = parted(text, OPEN)
        assert "Ana" not in parts.text
        assert joined(parts.text, rows_of(text)) == text


OPEN_BY_NAME = OpenFields(
    frozenset({"amount", "kinds.name", "rows.id"}), {"id": "name"}, {"rut": lambda text: text[:1]}
)


def with_rows(before: Any, rows: list[str], after: Any) -> tuple[str, int]:
    """A text with a list of objects in it, and where the first of them begins."""
    head = f'{{"before": {json.dumps(before)}, "rows": ['
    return f'{head}{",".join(rows)}], "after": {json.dumps(after)}, "rut": "x"}}', len(head)


@given(values, st.lists(st.dictionaries(names, values, max_size=4), max_size=5), values, ways, st.data())
def test_what_was_read_ahead_parts_as_if_it_were_read_with_the_rest(before, objects, after, way, data):
    """Whichever rows were read before, and in whatever order."""
    rows = [json.dumps(one, **way) for one in objects]
    text, begin = with_rows(before, rows, after)
    for fields in (OPEN, OPEN_BY_NAME, NOTHING_OPEN):
        ahead = Ahead(fields, "rows")
        ahead.read(data.draw(st.lists(st.sampled_from(rows), max_size=5)) if rows else [])
        assert parted(text, fields, [ahead.side_by_side(begin, rows)]) == parted(text, fields)


@given(st.lists(st.dictionaries(names, values, max_size=4), min_size=1, max_size=3), st.integers(-3, 3))
def test_what_was_read_ahead_of_another_text_list_or_reading_is_not_taken(objects, shift):
    rows = [json.dumps(one) for one in objects]
    text, begin = with_rows([], rows, [])
    whole = parted(text, OPEN)
    for ahead, place in (
        (Ahead(OPEN, "rows"), begin + (shift or 1)),
        (Ahead(OPEN, "before"), begin),
        (Ahead(NOTHING_OPEN, "rows"), begin),
        (Ahead(OPEN, "rows"), text.index("[") + 1),
    ):
        assert parted(text, OPEN, [ahead.side_by_side(place, rows)]) == whole
    assert parted(text, OPEN, [Ahead(OPEN, "rows").side_by_side(begin, [*rows, "{}"])]) == whole
    assert parted(text, OPEN, [ElementsAhead(begin, "rows", OPEN, ())]) == whole
