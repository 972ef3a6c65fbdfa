"""Days beside earlier ones."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.board.comparison import Against, Compared, alike, compare

FRIDAY = date(2026, 11, 13)
BOTH, ONE = frozenset("ab"), frozenset("a")


@pytest.mark.parametrize(("day", "against", "earlier"), [
    (FRIDAY, "week", date(2026, 11, 6)),
    (FRIDAY, "month", date(2026, 10, 13)),
    (FRIDAY, "year", date(2025, 11, 13)),
    (date(2026, 1, 31), "month", date(2025, 12, 31)),
    (date(2026, 3, 31), "month", None),
    (date(2028, 2, 29), "year", None),
])  # fmt: skip
def test_a_week_before_is_the_weekday_and_a_month_or_year_the_date(day, against, earlier):
    assert Against(against).earlier(day) == earlier


@given(st.dates(min_value=date(2020, 1, 1)), st.sampled_from(Against))
def test_the_earlier_day_is_earlier(day, against):
    assert (against.earlier(day) or day - timedelta(days=1)) < day


def test_only_days_that_are_closed_of_the_same_boxes_are_compared():
    days = [FRIDAY + timedelta(days=number) for number in range(4)]
    week = timedelta(days=7)
    closed = {days[0]: BOTH, days[0] - week: BOTH, days[1]: BOTH, days[1] - week: ONE, days[2] - week: BOTH,
              days[3]: frozenset(), days[3] - week: frozenset()}  # fmt: skip
    earlier = alike(days, Against.WEEK, closed)
    assert earlier == [days[0] - week, None, None, None]
    money = {days[0]: Decimal(60), days[0] - week: Decimal(40), days[1]: Decimal(999)}
    found = compare(days, earlier, money)
    assert found == Compared(1, Decimal(60), Decimal(40))
    assert (found.difference, found.percent) == (Decimal(20), Decimal("50.0"))


def test_a_closed_day_without_money_had_none_and_of_nothing_there_is_no_percentage():
    earlier = [FRIDAY - timedelta(days=7)]
    assert compare([FRIDAY], earlier, {FRIDAY: Decimal(5)}) == Compared(1, Decimal(5), Decimal(0))
    assert Compared(1, Decimal(5), Decimal(0)).percent is None
    assert Compared(1, Decimal(5), Decimal(-10)).percent == 150
