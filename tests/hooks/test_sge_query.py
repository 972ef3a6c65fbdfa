"""Queries that the hook writes: as the contract words them, and read back by a parser of the whole grammar."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from hooks.sge.questions import all_of, between, compare, issued_between, one_of, ordered_by, quoted
from sandbox.sge.rsql import Comparison, parse


def test_the_contracts_own_query_can_be_written():
    written = all_of(
        compare("proyectoId", "==", "123456"), between("fechaFactura", "2020-12-01T00:00:00Z", "2021-01-31T23:59:59Z")
    )
    assert written == 'proyectoId=="123456";fechaFactura=bt=("2020-12-01T00:00:00Z","2021-01-31T23:59:59Z")'


def test_an_open_range_a_set_and_an_order_can_be_written():
    assert compare("fechaFactura", "=ge=", "2021-01-01") == 'fechaFactura=ge="2021-01-01"'
    assert one_of("numeroFactura", ["J2021/01", "J2021/02"]) == 'numeroFactura=in=("J2021/01","J2021/02")'
    assert ordered_by(("anualidad", "desc"), ("id", "asc")) == "anualidad,desc;id,asc"


@given(st.text())
def test_any_value_reaches_the_server_as_it_is(value):
    assert parse(compare("proyectoId", "==", value)) == Comparison("proyectoId", "==", (value,))
    assert parse(one_of("proyectoId", [value, "x"])).arguments == (value, "x")


def test_quotes_and_backslashes_are_escaped():
    assert quoted('a"b\\c') == '"a\\"b\\\\c"'


@pytest.mark.parametrize("field", ["", "a b", "a;b==c", 'a"', "a=in="])
def test_a_field_cannot_smuggle_in_a_condition(field):
    with pytest.raises(ValueError, match="not the name of a field"):
        compare(field, "==", "x")


@pytest.mark.parametrize(
    ("first", "last", "begin", "end"),
    [
        (date(2020, 12, 1), date(2021, 1, 31), "2020-11-30T23:00:00Z", "2021-01-31T22:59:59Z"),
        (date(2024, 7, 1), date(2024, 7, 1), "2024-06-30T22:00:00Z", "2024-07-01T21:59:59Z"),
        # The clocks go forward on the one day and back on the other.
        (date(2024, 3, 31), date(2024, 3, 31), "2024-03-30T23:00:00Z", "2024-03-31T21:59:59Z"),
        (date(2024, 10, 27), date(2024, 10, 27), "2024-10-26T22:00:00Z", "2024-10-27T22:59:59Z"),
    ],
)
def test_days_are_whole_days_of_madrid(first, last, begin, end):
    assert issued_between(first, last) == f'fechaFactura=bt=("{begin}","{end}")'
