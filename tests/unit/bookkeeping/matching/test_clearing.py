"""A clearing account's periods follow each other, and what is open is the sum of its documents."""

from datetime import date, timedelta

from hypothesis import given, strategies as st

from cierre.bookkeeping.matching.clearing import AGES, ClearingItem, aged, months, roll_forward

DAY = date(2025, 3, 31)


def item(booked, units, arrived=None):
    came = None if arrived is None else DAY + timedelta(days=arrived)
    return ClearingItem("x", DAY + timedelta(days=booked), units, came)


def test_a_deposit_across_the_months_end():
    march, april = roll_forward([item(0, 100, 1), item(1, 40)], months(date(2025, 3, 5), date(2025, 4, 5)))
    assert (march.opening, march.booked, march.arrived, march.closing) == (0, 100, 0, 100)
    assert (april.opening, april.booked, april.arrived, april.closing) == (100, 40, 100, 40)
    assert (april.first, april.last) == (date(2025, 4, 1), date(2025, 4, 30))


def test_what_is_open_by_its_age():
    assert aged([item(0, 1), item(-2, 2), item(-7, 4), item(-30, 8), item(-31, 16), item(-1, 32, 0)], DAY) == [
        1,
        2,
        4,
        8,
        16,
    ]


ITEMS = st.lists(
    st.builds(item, st.integers(-20, 20), st.integers(-999, 999), st.none() | st.integers(-20, 40)), max_size=20
)


@given(ITEMS, st.lists(st.integers(-15, 30), min_size=2, max_size=6, unique=True))
def test_each_period_closes_with_what_is_open(items, starts):
    firsts = [DAY + timedelta(days=one) for one in sorted(starts)]
    opening = None
    for roll in roll_forward(items, firsts):
        # Whatever arrives before its booking never was on its way.
        still = sum(one.units for one in items if one.is_open(roll.last))
        assert roll.closing == still
        assert sum(aged(items, roll.last)) == still
        assert opening in (None, roll.opening)
        opening = roll.closing


def test_without_periods_there_is_nothing_to_tell():
    assert roll_forward([item(0, 1)], []) == []
    assert len(aged([], DAY)) == len(AGES) + 1
