"""Dates that cannot be are named with their row; of all others a calendar of banking days can be made."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.matching.banking_days import banking_days
from cierre.bookkeeping.statements.dates import impossible_dates, impossible_dates_of_report
from cierre.bookkeeping.statements.lines import Settlement, SettlementLine, Statement, StatementLine

TODAY = date(2026, 3, 4)
ONE = Decimal(1)


def statement(booked, value=None, first=None, last=None):
    line = StatementLine(3, booked, value or booked, ONE)
    return Statement("22", "USD", first or booked, last or booked, None, None, (line,), "a" * 64)


def report(sold, paid):
    line = SettlementLine(3, sold, paid, ONE, Decimal(0), Decimal(0), Decimal(0), ONE)
    return Settlement("red", "USD", (line,), "a" * 64)


def days(number):
    return TODAY + timedelta(days=number)


@pytest.mark.parametrize(
    ("one", "rows"),
    [
        (statement(TODAY), []),
        (statement(days(7), days(360)), []),
        (statement(date(2000, 1, 1)), []),
        (statement(days(8)), [3]),
        (statement(TODAY, days(400)), [3]),
        (statement(date(1999, 12, 31)), [3]),
        (statement(TODAY, last=date(9999, 12, 31)), [0]),
        (statement(TODAY, first=date.min), [0]),
    ],
)
def test_a_statements_dates(one, rows):
    assert [row for row, _ in impossible_dates(one, TODAY)] == rows


@pytest.mark.parametrize(
    ("sold", "paid", "rows"),
    [
        (TODAY, days(730), []),
        (TODAY, days(740), [3]),
        (TODAY, date.max, [3]),
        (days(8), days(9), [3]),
        (TODAY, date.min, [3]),
    ],
)
def test_a_reports_dates(sold, paid, rows):
    assert [row for row, _ in impossible_dates_of_report(report(sold, paid), TODAY)] == rows


@given(st.dates(), st.dates())
def test_what_is_not_refused_has_a_calendar(one, other):
    if not list(impossible_dates(statement(one), TODAY)):
        banking_days("EC", one, TODAY)
    if not list(impossible_dates_of_report(report(TODAY, other), TODAY)):
        banking_days("EC", TODAY, max(other, TODAY))
