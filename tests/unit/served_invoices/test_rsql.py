"""RSQL as jirutka's grammar has it, with =bt=: whatever is asked is understood, or refused in a sentence."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from re import _parser
from typing import Any

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.conditions import Comparison, Either, Every
from cierre.bookkeeping.sentence import Sentence
from cierre.served_invoices import rsql
from cierre.served_invoices.questions import INVOICES, INVOICES_BY, day, orders, question
from cierre.served_invoices.rsql import BadQuery, parse
from hooks.sge.questions import quoted

A, B, C = (Comparison(name, "==", ("1",)) for name in "abc")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a==1", A),
        (' a == "1" ; ', A),
        ("a=='1';b==1", Every((A, B))),
        ("a==1 and b==1", Every((A, B))),
        ("a==1,b==1", Either((A, B))),
        ("a==1 or b==1", Either((A, B))),
        ("a==1;b==1,c==1", Either((Every((A, B)), C))),
        ("a==1;(b==1,c==1)", Every((A, Either((B, C))))),
        ("((a==1))", A),
        ('a=in=("1",2)', Comparison("a", "=in=", ("1", "2"))),
        ("a=out=1", Comparison("a", "=out=", ("1",))),
        ("a=bt=(1, 2)", Comparison("a", "=bt=", ("1", "2"))),
        ("a>=1", Comparison("a", "=ge=", ("1",))),
        ("a<1", Comparison("a", "=lt=", ("1",))),
        (r'a=="\"\\\x"', Comparison("a", "==", ('"\\x',))),
        (r"a=='\'\"'", Comparison("a", "==", ("'\"",))),
        ("a==order", Comparison("a", "==", ("order",))),
        ('a=="x;y,(z) or w"', Comparison("a", "==", ("x;y,(z) or w",))),
        ("a==2021-01-01T00:00:00Z", Comparison("a", "==", ("2021-01-01T00:00:00Z",))),
        ("a==ñ*", Comparison("a", "==", ("ñ*",))),
        ('a==""', Comparison("a", "==", ("",))),
    ],
)
def test_a_query_is_understood(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    "text",
    [
        "", " ", ";", "a", "a==", "==1", "a==1;;", "a==1,", ",a==1", "a==1 b==1", "(a==1", "a==1)", "()", "a==(1",
        "a==(1,2)", "a==()", "a=bt=1", "a=bt=(1,2,3)", "a=like=1", "a=~1", 'a=="1', "a=='1", 'a=="1\\"', "a==1;(b==1;)",
        "a==\0", "a=1", "a!1", "a==b==c",
    ],
)  # fmt: skip
def test_what_is_no_query_is_refused_in_a_sentence(text):
    with pytest.raises(BadQuery) as refused:
        parse(text)
    assert isinstance(refused.value.why, Sentence)
    assert refused.value.why.endswith(".")


@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_can_be_a_value(value):
    assert parse(f"a=={quoted(value)}") == Comparison("a", "==", (value,))


trees = st.recursive(
    st.builds(
        Comparison,
        st.from_regex(r"[A-Za-z_]{1,8}", fullmatch=True).filter(lambda name: name.lower() not in ("and", "or")),
        st.sampled_from(["==", "!=", "=lt=", "=in="]),
        st.tuples(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)),
    ),
    lambda inner: st.builds(
        lambda kind, parts: kind(tuple(parts)),
        st.sampled_from([Every, Either]),
        st.lists(inner, min_size=2, max_size=3),
    ),
    max_leaves=12,
)


def read_or_refused(read: Callable[[str], object], text: str) -> Any:
    """What a text is read as, or the sentence by which it is refused."""
    try:
        return read(text)
    except BadQuery as refused:
        return refused.why


def written(tree, blank: str) -> str:
    if isinstance(tree, Comparison):
        return f"{tree.field}{blank}{tree.operator}{blank}{quoted(tree.values[0])}"
    between = ";" if isinstance(tree, Every) else ","
    return f"{blank}{between}{blank}".join(f"({written(part, blank)})" for part in tree.parts)


@given(trees, st.sampled_from(["", " "]))
def test_whatever_is_written_is_read_as_it_was_meant(tree, blank):
    assert parse(written(tree, blank)) == tree


@given(st.text(alphabet="ab=!<>'\"\\();, \n01ñ~*", max_size=40))
def test_any_text_is_understood_or_refused(text):
    assert isinstance(read_or_refused(parse, text), (Comparison, Every, Either, Sentence))


def test_a_query_has_bounds():
    for text in (
        "a==" + "1" * rsql.LONGEST,
        "(" * 21 + "a==1" + ")" * 21,
        ";".join(["a==1"] * 51),
        f"a=in=({','.join(['1'] * 501)})",
    ):
        with pytest.raises(BadQuery):
            parse(text)
    assert parse("(" * 20 + "a==1" + ")" * 20) == A


def test_a_hostile_query_takes_no_longer_than_its_length():
    for text in ("(" * 7_999, 'a=="' + "\\" * 7_995, " " * 7_999, "a==1" + " " * 7_990 + "x", "a=" + "=" * 7_990):
        with pytest.raises(BadQuery):
            parse(text)


def repetitions(parsed: Iterable[Any]) -> Iterator[Any]:
    """The kinds of repetition in a pattern, as Python's own parser reads it, at any depth."""
    for code, argument in parsed:
        if str(code).endswith("REPEAT"):
            yield code
        yield from (one for part in _parts(argument) for one in repetitions(part))


def _parts(argument: Any) -> Iterator[Any]:
    """The patterns within an argument of an operation."""
    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, (tuple, list)):
        for one in argument:
            yield from _parts(one)


PATTERNS = {name: one for name, one in vars(rsql).items() if isinstance(one, re.Pattern)}


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_goes_back_over_what_it_has_matched(name):
    pattern = PATTERNS[name]
    assert set(repetitions(_parser.parse(pattern.pattern, pattern.flags))) <= {re._constants.POSSESSIVE_REPEAT}


def test_a_repetition_that_goes_back_is_seen():
    for pattern in ("a*", "(?:a|b+)c", "(?=x?)", "(a{1,3})"):
        assert set(repetitions(_parser.parse(pattern))) == {re._constants.MAX_REPEAT}


# What a query means


@pytest.mark.parametrize(
    ("text", "its_day"),
    [
        ("2021-01-31", date(2021, 1, 31)),
        ("2020-12-01T00:00:00Z", date(2020, 12, 1)),
        ("2021-01-31T22:59:59Z", date(2021, 1, 31)),
        ("2021-01-31T23:59:59Z", date(2021, 2, 1)),  # past midnight in Madrid
        ("2021-07-31T21:59:59Z", date(2021, 7, 31)),
        ("2021-07-31T22:00:00Z", date(2021, 8, 1)),
        ("2021-07-31T23:30:00", date(2021, 7, 31)),
        ("2021-07-31T23:30:00-05:00", date(2021, 8, 1)),
    ],
)
def test_a_date_or_an_instant_is_a_day_of_madrid(text, its_day):
    assert day(text) == its_day


@pytest.mark.parametrize(
    "text", ["ayer", "", "2021-02-30", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "٢٠٢١-٠١-٠١"]
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(BadQuery, match="is no date"):
        day(text)


def test_reducida_is_about_columns_and_every_row_fits_it():
    asked = question("proyectoId==1;reducida==true", INVOICES, reducible=True)
    assert (asked.reduced, asked.condition) == (True, Every((Comparison("project", "==", ("1",)), Every(()))))
    assert question("reducida!=true", INVOICES, reducible=True).reduced is False
    assert question("proyectoId==1", INVOICES, reducible=True).reduced is None
    for text in ("reducida==si", "reducida=in=(true,false)", "reducida==true;reducida==false"):
        with pytest.raises(BadQuery, match="reducida"):
            question(text, INVOICES, reducible=True)


def test_orders_are_by_known_fields_and_a_few():
    assert [(one.field, one.descending) for one in orders("anualidad,desc;id;", INVOICES_BY)] == [
        ("year", True),
        ("id", False),
    ]
    for text in ("nada", "id,up", "id;;id", ";".join(["id"] * 6), "issued_on", "id,asc,desc"):
        with pytest.raises(BadQuery):
            orders(text, INVOICES_BY)


@given(st.text(max_size=30))
def test_any_order_is_understood_or_refused(text):
    found = read_or_refused(lambda said: orders(said, INVOICES_BY), text)
    assert isinstance(found, Sentence) or {one.field for one in found} <= set(INVOICES_BY.values())
