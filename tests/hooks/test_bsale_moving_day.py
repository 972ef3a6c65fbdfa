"""A day of Bsale that grows while it is read: whichever question a payment comes in before, it is landed."""

import json
from math import ceil

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.personal import parted
from hooks.bsale.description import BSALE
from hooks.bsale.fetch import body_of, still_says
from hooks.bsale.hook import certify
from hooks.bsale.lists import LIMIT
from hooks.bsale.snapshot import landing
from support.bsale_in_memory import DAY, MIDNIGHT, Bsale, ids_of_the_day


def landed(bsale: Bsale) -> list[int]:
    return [row["id"] for row in json.loads(body_of(bsale, DAY)[0])["payments"]]


sizes = st.tuples(*[st.sampled_from([0, 1, 30, 49, 50, 51, 52, 120]) | st.integers(0, 260)] * 3)


@given(sizes, st.booleans(), st.booleans(), st.sets(st.integers(0, 14), max_size=3))
def test_a_payment_that_comes_in_before_any_question_is_landed(sizes, newest_first, late, comes_in_before):
    bsale = Bsale(sizes, newest_first=newest_first, late=late, comes_in_before=comes_in_before)
    assert landed(bsale) == ids_of_the_day(bsale)


@given(sizes, st.booleans(), st.booleans(), st.sets(st.integers(0, 14), max_size=3))
def test_payments_read_ahead_are_those_of_the_body(sizes, newest_first, late, comes_in_before):
    bsale = Bsale(sizes, newest_first=newest_first, late=late, comes_in_before=comes_in_before)
    body, ahead = body_of(bsale, DAY)
    assert [json.loads(one.text) for one in ahead.elements] == json.loads(body)["payments"]
    assert parted(body, BSALE.open_fields, [ahead]) == parted(body, BSALE.open_fields)
    assert body.startswith(",".join(one.text for one in ahead.elements), ahead.begin)


@given(sizes, st.booleans(), st.booleans(), st.dictionaries(st.integers(0, 14), st.integers(0, 400), max_size=1))
def test_what_is_landed_of_a_day_with_a_payment_that_becomes_void_is_of_one_moment(sizes, newest_first, late, voided):
    """Rows, totals and counts belong together, with that payment or without it."""
    body, _ = body_of(Bsale(sizes, newest_first=newest_first, late=late, voided_before=voided), DAY)
    assert all(claim.holds for claim in certify(body, currency="CLP", key="1"))


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("evenings", range(1, 4))
def test_a_list_that_has_others_of_the_undated_payments_is_read_though_it_has_as_many(evenings, newest_first):
    """The list takes undated payments for those of the UTC day: late sales of the evening before instead of its own."""
    days = (3 + evenings, 3 + evenings, 0)
    undated = {number: {"recordDate": ""} for number in range(1, sum(days) + 1)}
    given = set(range(4, 4 + evenings + 3))
    body = json.loads(body_of(Bsale(days, newest_first=newest_first, late=False, odd=undated, given=given), DAY)[0])
    assert {row["id"] for row in body["payments"]} == given
    assert {row["id"] for row in body["undated"]} == undated.keys() - given - {1, 2, 3}


@pytest.mark.parametrize(
    ("single", "same"),
    [
        ({"amount": "102.0", "recordDate": "", "state": "0"}, True), ({"amount": "103.0"}, False),
        ({"state": "1"}, False), ({"recordDate": str(MIDNIGHT)}, False),
    ],
)  # fmt: skip
def test_a_look_takes_numbers_as_texts_for_the_same(single, same):
    bsale = Bsale((0, 3, 0), newest_first=True, late=False, odd={2: {"recordDate": ""}})
    landed = landing(body_of(bsale, DAY)[0])
    assert [row["id"] for row in landed.undated] == [2]
    bsale.payment = lambda number: bsale.row(int(number), 0) | single
    assert still_says(bsale, landed, DAY) is same


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("late", [True, False])
def test_a_day_that_holds_still_is_read_once(newest_first, late):
    bsale = Bsale((70, 230, 60), newest_first=newest_first, late=late)
    assert landed(bsale) == ids_of_the_day(bsale)
    assert bsale.questions <= 12


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("size", [20, 230])
def test_nothing_is_searched_for_where_the_day_is_the_newest(newest_first, size):
    """Two ends of the day, count, totals, and a page for each fifty payments that the ends do not bring."""
    bsale = Bsale((1000, size, 0), newest_first=newest_first, late=False)
    assert landed(bsale) == ids_of_the_day(bsale)
    assert bsale.questions <= 4 + ceil((size - LIMIT) / LIMIT) + 2
