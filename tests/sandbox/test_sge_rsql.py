"""RSQL as its grammar has it, and how the SGE reads its fields."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from sandbox.sge.questions import Field, Query, day_field, flag, in_order
from sandbox.sge.rsql import All, BadQuery, Comparison, Some, parse

A, B, C = (Comparison(name, "==", ("1",)) for name in "abc")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a==1", A),
        ("a==1;b==1", All((A, B))),
        ("a==1,b==1", Some((A, B))),
        ("a==1 and b==1 or c==1", Some((All((A, B)), C))),
        ("a==1,b==1;c==1", Some((A, All((B, C))))),
        ("(a==1,b==1);c==1", All((Some((A, B)), C))),
        ("((a==1))", A),
        (" ( a == 1 , b==1 ) ; c==1 ", All((Some((A, B)), C))),
        ("a==1;", A),
        ("a==1;b==1 ; ", All((A, B))),
    ],
)
def test_and_binds_closer_than_or_and_parentheses_closest(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("written", "operator", "arguments"),
    [
        ("==x", "==", ("x",)),
        ("!=x", "!=", ("x",)),
        ("=lt=x", "=lt=", ("x",)),
        ("<x", "=lt=", ("x",)),
        ("=le=x", "=le=", ("x",)),
        ("<=x", "=le=", ("x",)),
        ("=gt=x", "=gt=", ("x",)),
        (">x", "=gt=", ("x",)),
        ("=ge=x", "=ge=", ("x",)),
        (">=x", "=ge=", ("x",)),
        ("=in=(x,y,z)", "=in=", ("x", "y", "z")),
        ("=in=x", "=in=", ("x",)),
        ("=out=(x)", "=out=", ("x",)),
        ("=bt=(x, y)", "=bt=", ("x", "y")),
        ("==(x)", "==", ("x",)),
    ],
)
def test_every_operator_has_its_arguments(written, operator, arguments):
    assert parse(f"a{written}") == Comparison("a", operator, arguments)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("x.y-z_1*", "x.y-z_1*"),
        ("2021-01-01T00:00:00+01:00", "2021-01-01T00:00:00+01:00"),
        ('"a;b,c (d)=e"', "a;b,c (d)=e"),
        ("'it \\'s'", "it 's"),
        ('"say \\"so\\" \\\\ \\n"', 'say "so" \\ n'),
        ('""', ""),
        ('"\'"', "'"),
        ("'\"'", '"'),
    ],
)
def test_a_value_is_plain_or_in_quotes_with_its_escapes(written, value):
    assert parse(f"a=={written}") == Comparison("a", "==", (value,))


@pytest.mark.parametrize(
    "text",
    [
        ";",
        "a",
        "a=",
        "a==",
        "==1",
        "a==1;;",
        "a==1;;b==1",
        ";a==1",
        "a==1,",
        "(a==1",
        "a==1)",
        "(a==1;)",
        "a==1 b==1",
        "a=xx=1",
        "a===1",
        "a=!1",
        "a=bt=1",
        "a=bt=(1)",
        "a=bt=(1,2,3)",
        "a==(1,2)",
        "a=in=()",
        "a=in=(1,)",
        'a=="x',
        "a==x y",
        "a==1&b==1=",
        "a~1",
        "'a'==1",
        "a=in=(1,2",
        'a==\\x"',
        "()",
        "and",
        "a==1 and",
        "a==1 or or b==1",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(BadQuery):
        parse(text)


def test_a_refusal_says_where():
    with pytest.raises(BadQuery, match="expected a value at character 13, found the end"):
        parse('a=="1" ; b==')
    with pytest.raises(BadQuery, match="unknown operator =like= at character 2"):
        parse("a=like=1")


@given(st.text(max_size=30))
def test_no_text_at_all_breaks_the_parser(text):
    try:
        parse(text)
    except BadQuery:
        return


FIELDS = {
    "n": Field(lambda row: row["n"]),
    "day": day_field(lambda row: row["day"], "madrid"),
    "aside": Field(None, flag),
}
ROWS = [{"n": n, "day": date(2024, 5, day)} for n, day in (("1", 1), ("2", 2), ("3", 3), (None, 4))]


def found(text: str, fields=FIELDS) -> list[str | None]:
    query = Query(text, fields)
    return [row["n"] for row in ROWS if query.fits(row)]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", ["1", "2", "3", None]),
        ("n==2", ["2"]),
        ("n!=2", ["1", "3"]),
        ("n=in=(1,3)", ["1", "3"]),
        ("n=out=(1,3)", ["2"]),
        ("n<3;n>1", ["2"]),
        ("n<=1,n>=3", ["1", "3"]),
        ("n=bt=(2,3)", ["2", "3"]),
        ("day=bt=(2024-05-02,2024-05-03)", ["2", "3"]),
        ("day==2024-05-04", [None]),
        ("day>2024-05-02;aside==true", ["3", None]),
        ("aside==false", ["1", "2", "3", None]),
    ],
)
def test_a_query_fits_the_rows_that_it_says(text, rows):
    assert found(text) == rows


@pytest.mark.parametrize("text", ["x==1", "day==ayer", "day==2024-02-30", "aside==maybe"])
def test_a_field_or_a_value_that_makes_no_sense_is_refused(text):
    with pytest.raises(BadQuery):
        Query(text, FIELDS)


@pytest.mark.parametrize(
    ("bounds", "rows"),
    [
        # 22:30 UTC of the 1st is 00:30 of the 2nd in Madrid, and so on to the end of the 2nd there.
        ("madrid", ["2"]),
        ("text", ["1", "2"]),
        ("instant", []),
    ],
)
def test_what_a_bound_with_a_time_means_is_the_sites_to_say(bounds, rows):
    fields = {"day": day_field(lambda row: row["day"], bounds)}
    assert found('day=bt=("2024-05-01T22:30:00Z","2024-05-02T21:30:00Z")', fields) == rows


def test_rows_are_sorted_by_several_fields():
    by = {"n": lambda row: row["n"] or "", "day": lambda row: row["day"]}
    rows = [{"n": n, "day": day} for n, day in (("a", 2), ("b", 1), ("a", 1))]
    assert [(row["n"], row["day"]) for row in in_order(rows, "n,desc;day,asc", by)] == [("b", 1), ("a", 1), ("a", 2)]
    assert [row["day"] for row in in_order(rows, "day", by)] == [1, 1, 2]
    assert in_order(rows, "", by) == rows


@pytest.mark.parametrize("text", ["x,asc", "n,up", ";", "n,asc;"])
def test_an_order_that_makes_no_sense_is_refused(text):
    with pytest.raises(BadQuery):
        in_order([], text, {"n": lambda row: row["n"]})
