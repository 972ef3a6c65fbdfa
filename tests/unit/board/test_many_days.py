"""Which days a person is offered to close together."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st

from cierre.accounting_files.loader import cash_boxes
from cierre.board.many_days import MOST, MOST_DAYS, OpenBox, OpenDay, bounded, open_boxes, shortened
from cierre.board.month import LOOK_BACK, Amounts, BoxMonth
from cierre.board.states import NOT_DUE, STATES, UNCLOSED

BOX = cash_boxes()["itb_caja_164"]
DAYS = [date(2024, 9, day) for day in range(1, 6)]
NEWEST = date(2024, 9, 30)


def month(letters: str) -> BoxMonth:
    return BoxMonth(BOX, letters, Amounts((Decimal(0),) * len(letters)), "USD")


def test_open_days_are_offered_with_the_run_that_can_go_on():
    failed = {(BOX.id, DAYS[0]): "old", (BOX.id, DAYS[2]): "run 3"}
    (one,) = open_boxes([month("cmfrw")], DAYS, failed)
    assert one.days == [OpenDay(DAYS[1], "m", None), OpenDay(DAYS[2], "f", "run 3")]


def test_of_a_gap_only_its_days_are_offered():
    (one,) = open_boxes([month("mmmmm")], DAYS, {}, frozenset({(BOX.id, DAYS[3])}))
    assert [day.day for day in one.days] == [DAYS[3]]
    assert open_boxes([month("mmmmm")], DAYS, {}, frozenset()) == []


@given(st.text([*STATES, NOT_DUE], min_size=5, max_size=5))
def test_every_day_that_somebody_is_to_close_is_offered_and_no_other(letters):
    offered = [day.letter for one in open_boxes([month(letters)], DAYS, {}) for day in one.days]
    assert offered == [letter for letter in letters if letter in UNCLOSED]


ADDRESSABLE = st.none() | st.dates(date(2000, 1, 1), date(2100, 12, 31))


@given(ADDRESSABLE, ADDRESSABLE)
def test_a_range_is_bounded_whatever_is_asked_for(first, last):
    first, last = bounded(first, last, NEWEST)
    assert timedelta(0) <= last - first < timedelta(days=MOST_DAYS)
    assert last <= NEWEST


def test_without_a_range_it_is_the_last_five_weeks():
    assert bounded(None, None, NEWEST) == (NEWEST - timedelta(days=LOOK_BACK - 1), NEWEST)


def test_a_long_list_is_cut_and_says_so():
    many = [OpenDay(DAYS[0], "m", None)] * (MOST - 1)
    kept, is_cut = shortened([OpenBox(BOX, many), OpenBox(BOX, many)])
    assert sum(len(one.days) for one in kept) == MOST
    assert is_cut
    assert shortened([OpenBox(BOX, many)]) == ([OpenBox(BOX, many)], False)
