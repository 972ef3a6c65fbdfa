"""Days of cards are matched through what the acquirer reports, only where booked, reported and arrived are one."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.matching.arrivals import channel
from cierre.bookkeeping.matching.banking_days import banking_days
from cierre.bookkeeping.matching.by_report import Sold, match_by_reports
from cierre.bookkeeping.matching.items import Item, Rules
from cierre.bookkeeping.statements.lines import Settlement, SettlementLine

DAY = date(2026, 3, 2)
NEVER = DAY + timedelta(days=60)
CHANNEL = channel("red", "22", "USD")


def row(place, days, gross, payment, kept=6, slip=None, paid=2):
    money, charges = Decimal(gross), Decimal(kept)
    return SettlementLine(
        place, DAY + timedelta(days=days), DAY + timedelta(days=paid), money, charges, Decimal(0), Decimal(0),
        money - charges, payment, "", "T1", "1", slip or str(place),
    )  # fmt: skip


def sold(name, days, gross, net):
    return Sold(name, ("T1", DAY + timedelta(days=days), "USD"), gross * 100, net * 100)


def came(name, days, money, number=""):
    return Item(name, (DAY + timedelta(days=days)).toordinal(), int(money * 100), CHANNEL, number)


def matched(booked, rows, arrived, as_of=NEVER):
    calendar = banking_days("EC", DAY, NEVER)
    report = Settlement("any", "USD", tuple(rows), "0" * 64)
    return match_by_reports("red", "22", booked, [report], arrived, Rules(0, 3, 20), calendar, as_of.toordinal())


def pairs(told):
    return [(one.booked, one.arrived, one.why) for one in told.matches]


def test_days_are_matched_with_the_payments_that_pay_them():
    booked = [sold("a", 0, 100, 94), sold("b", 1, 50, 44), sold("c", 5, 9, 3)]
    rows = [row(1, 0, 60, "P1"), row(2, 0, 40, "P2", kept=0), row(3, 1, 50, "P2")]
    told = matched(booked, rows, [came("x", 2, 54, "P1"), came("y", 2, 84, "P2")])
    assert pairs(told) == [(("a", "b"), ("x", "y"), "identity")]
    assert told.told == {"a", "b"}
    assert [one.word for one in told.payments] == ["arrived", "arrived"]


@pytest.mark.parametrize(("booked", "rows", "arrived", "word"), [
    (sold("a", 0, 100, 95), [row(1, 0, 100, "P1")], came("x", 2, 94, "P1"), "fee"),
    (sold("a", 0, 101, 94), [row(1, 0, 100, "P1")], came("x", 2, 94, "P1"), "differs"),
    (sold("a", 0, 100, 94), [row(1, 0, 100, "P1")], came("x", 2, 93, "P1"), "differs"),
    (sold("a", 0, 100, 94), [row(1, 0, 100, "P1"), row(2, 0, -30, "P1", kept=0, slip="1")], came("x", 2, 64, "P1"),
     "charge_back"),
])  # fmt: skip
def test_what_is_not_the_same_on_all_sides_is_proposed_with_its_class(booked, rows, arrived, word):
    told = matched([booked], rows, [arrived])
    assert told.matches == []
    assert [(one.booked, one.arrived) for one in told.proposals] == [(("a",), ("x",))]
    assert (told.open_booked["a"], told.open_arrived["x"]) == (word, word)


def test_what_is_announced_and_not_paid_is_waited_for():
    told = matched([sold("a", 0, 100, 94)], [row(1, 0, 100, "P1")], [], DAY + timedelta(days=2))
    assert (told.told, told.open_booked, told.proposals) == ({"a"}, {}, [])
    assert [one.word for one in told.payments] == ["in_transit"]


def test_a_day_that_is_reported_in_part_is_not_called_different_before_its_time():
    booked, rows, arrived = [sold("a", 0, 100, 94)], [row(1, 0, 60, "P1")], [came("x", 2, 54, "P1")]
    early = matched(booked, rows, arrived, DAY + timedelta(days=2))
    assert (early.open_booked, early.open_arrived) == ({}, {"x": "announced"})
    assert matched(booked, rows, arrived).open_booked == {"a": "differs"}


def test_equal_payments_that_nothing_tells_apart_are_for_a_person():
    booked = [sold("a", 0, 100, 94), sold("b", 1, 100, 94)]
    rows = [row(1, 0, 100, "P1"), row(2, 1, 100, "P2")]
    told = matched(booked, rows, [came("x", 2, 94), came("y", 2, 94)])
    assert told.matches == []
    assert {one.why for one in told.proposals} == {"several"}


@pytest.mark.parametrize(("further", "word"), [
    (came("y", 2, 94, "1778"), "double"),
    (came("y", 9, 94, "1778"), "double"),
    (came("y", 30, -94, "1778"), "charge_back"),
    (came("y", 2, 94, "001778"), "unknown"),
])  # fmt: skip
def test_what_bears_a_payments_number_or_a_piece_of_it_is_never_another_days_money(further, word):
    told = matched([sold("a", 0, 100, 94)], [row(1, 0, 100, "1778")], [came("x", 2, 94, "1778"), further])
    assert pairs(told) == [(("a",), ("x",), "identity")]
    assert (told.lines, told.open_arrived) == ({"x", "y"}, {"y": word})


def test_a_payment_that_came_before_its_day_is_of_nobody_and_for_a_person():
    told = matched([sold("a", 0, 100, 94)], [row(1, 0, 100, "1778")], [came("x", 0, 94, "1778")])
    assert (told.matches, told.lines, told.open_arrived) == ([], {"x"}, {"x": "unknown"})


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from([-94, 44, 94, 188]), st.integers(0, 2)), max_size=6))
def test_nothing_that_bears_a_payments_number_is_left_to_matching_by_amount(lines):
    arrived = [came(f"x{n}", day, money, f"P{number}") for n, (day, money, number) in enumerate(lines)]
    told = matched([sold("a", 0, 100, 94)], [row(1, 0, 100, "P0"), row(2, 1, 50, "P1")], arrived)
    assert told.lines >= {one.id for one in arrived if one.identity != "P2"}
    assert told.lines.isdisjoint(one.id for one in arrived if one.identity == "P2")


def test_a_number_of_a_payment_that_no_report_tells_of_is_left_to_matching_by_amount():
    told = matched([sold("a", 0, 100, 94)], [row(1, 0, 100, "778")], [came("x", 2, 94, "778"), came("y", 2, 94, "9")])
    assert told.lines == {"x"}


def test_a_number_that_two_currencies_share_is_two_payments():
    dollars, pesos = (Settlement("any", code, (row(1, 0, 100, "P1"),), code * 8) for code in ("USD", "UYU"))
    calendar = banking_days("EC", DAY, NEVER)
    arrived = [came("x", 2, 94, "P1"), came("y", 2, 188, "P1")]
    told = match_by_reports(
        "red",
        "22",
        [sold("a", 0, 100, 94)],
        [dollars, pesos],
        arrived[:1],
        Rules(0, 3, 20),
        calendar,
        NEVER.toordinal(),
    )
    assert pairs(told) == [(("a",), ("x",), "identity")]
    assert [(one.currency, one.units, one.word) for one in told.payments] == [
        ("USD", 9400, "arrived"),
        ("UYU", 9400, "missing"),
    ]
    both = match_by_reports(
        "red",
        "22",
        [sold("a", 0, 100, 94)],
        [dollars, pesos],
        arrived[1:],
        Rules(0, 3, 20),
        calendar,
        NEVER.toordinal(),
    )
    assert both.matches == []


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(1, 90), st.integers(0, 3)), max_size=12),
       st.sets(st.integers(0, 3)))  # fmt: skip
def test_no_match_hides_a_cent_and_nothing_is_in_two(rows, lost):
    made = [row(place, day, gross, f"P{payment}", kept) for place, (day, payment, gross, kept) in enumerate(rows, 1)]
    booked = [
        sold(f"d{day}", day, sum(one.gross for one in made if one.sold == DAY + timedelta(days=day)),
             sum(one.net for one in made if one.sold == DAY + timedelta(days=day)))
        for day in sorted({day for day, *_ in rows})
    ]  # fmt: skip
    sums = {one.payment: sum(other.net for other in made if other.payment == one.payment) for one in made}
    arrived = [came(f"x{name}", 2, money, name) for name, money in sums.items() if money and int(name[1]) not in lost]
    if not made:
        return
    told = matched([Sold(one.id, one.day, int(one.gross), int(one.net)) for one in booked], made, arrived)
    net = {one.id: int(one.net) for one in booked} | {one.id: one.units for one in arrived}
    for one in told.matches:
        assert sum(net[id] for id in one.booked) == sum(net[id] for id in one.arrived)
    for side in ("booked", "arrived"):
        ids = [id for one in told.matches for id in getattr(one, side)]
        assert len(ids) == len(set(ids))
    if not lost and all(sums.values()):
        assert {id for one in told.matches for id in one.booked} == {one.id for one in booked}
