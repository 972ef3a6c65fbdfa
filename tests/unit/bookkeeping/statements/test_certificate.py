"""Statements of an account follow each other; no file and no movement is taken twice."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.statements.certificate import breaks, claims, repeated_days, settlement_claims
from cierre.bookkeeping.statements.charges import Charge, charge_differences, charge_on, kept
from cierre.bookkeeping.statements.lines import Settlement, SettlementLine, Statement, StatementLine

DAY = date(2025, 3, 3)


def statement(number, opening, *amounts, days=1):
    first = DAY + timedelta(days=number)
    lines = tuple(
        StatementLine(place, first, first, Decimal(one), f"{number}-{place}") for place, one in enumerate(amounts, 1)
    )
    closing = Decimal(opening) + sum(map(Decimal, amounts))
    return Statement(
        "22", "USD", first, first + timedelta(days=days - 1), Decimal(opening), closing, lines, f"{number:064}"
    )


def kinds(*statements):
    return [one.kind for one in breaks(statements)]


def test_a_chain_without_a_break():
    one, two = statement(0, "10", "5"), statement(1, "15", "-3")
    assert kinds(two, one) == []
    assert all(claim.holds for claim in [*claims(one), *claims(two)])


def test_days_without_statements_are_no_gap_where_the_balance_goes_on():
    assert kinds(statement(0, "10", "5"), statement(3, "15", "1")) == []
    assert kinds(statement(0, "10", "5"), statement(3, "17", "1")) == ["gap"]


def test_what_is_there_twice():
    one = statement(0, "10", "5")
    assert kinds(one, one) == ["same_file"]
    again = replace(statement(1, "15", "-3"), lines=one.lines)
    assert kinds(one, again) == ["same_line"]


def test_a_reversal_or_a_fee_with_the_number_of_what_it_belongs_to_is_a_movement_of_its_own():
    one = statement(0, "10", "5")
    (line,) = one.lines
    later = replace(line, booked=DAY + timedelta(days=1))
    for other in (replace(line, amount=-line.amount), replace(line, amount=Decimal("-0.10")), later):
        assert kinds(replace(one, lines=(line, other))) == []
    assert kinds(replace(one, lines=(line, replace(line, place=2)))) == ["same_line"]


def test_what_does_not_follow():
    one = statement(0, "10", "5", days=3)
    assert kinds(one, statement(1, "15", "1")) == ["overlap"]
    assert kinds(one, statement(3, "16", "1")) == ["balance"]
    assert kinds(one, replace(statement(3, "15", "1"), currency="EUR")) == ["other_currency"]


def test_two_statements_of_one_day_if_the_balance_goes_on():
    one = statement(0, "10", "5")
    assert kinds(one, replace(statement(1, "15", "2"), first=DAY, last=DAY)) == []


def of_one_day(number, opening, *amounts, reference="", numbered=False):
    """A statement of one day, whose movements have no number of the bank's own unless they are ``numbered``."""
    made = statement(number, opening, *amounts)
    lines = tuple(
        replace(line, booked=DAY, bank_id=line.bank_id if numbered else "", reference=reference) for line in made.lines
    )
    return replace(made, first=DAY, last=DAY, lines=lines)


@pytest.mark.parametrize("again", [
    of_one_day(1, "0", "50", "-50"),
    of_one_day(1, "0", "50", "-50", "30", "-30"),
    of_one_day(1, "0", "-50", "50"),
    of_one_day(1, "0", "50", "-50", reference="77"),
    of_one_day(1, "0", "50"),
])  # fmt: skip
def test_a_day_that_came_to_nothing_is_not_told_again_as_another(again):
    assert repeated_days(of_one_day(0, "0", "50", "-50"), again) == [DAY]
    assert repeated_days(again, of_one_day(0, "0", "50", "-50")) == [DAY]


@pytest.mark.parametrize(("first", "second"), [
    (of_one_day(0, "0", "50"), of_one_day(1, "50", "50")),
    (of_one_day(0, "0", "50", "-50"), of_one_day(1, "0", "30", "-30")),
    (of_one_day(0, "0", "50", "-50", reference="77"), of_one_day(1, "0", "50", "-50", reference="78")),
    (of_one_day(0, "0", "50", "-50", numbered=True), of_one_day(1, "0", "50", "-50", numbered=True)),
])  # fmt: skip
def test_what_balances_or_numbers_show_to_be_further_movements_is_taken(first, second):
    assert repeated_days(first, second) == []


DAYS = st.lists(st.sampled_from([50, -50, 30, -30, 20]), min_size=1, max_size=6)


@given(DAYS, st.data())
def test_a_part_of_a_day_that_goes_on_where_the_other_ends_is_never_the_same_part(moves, data):
    """Two files of one day's true movements: seen whenever they share one, if the second seems to go on."""
    balances = [sum(moves[:place]) for place in range(len(moves) + 1)]
    places = st.integers(0, len(moves))
    first, second = (sorted(data.draw(st.lists(places, min_size=2, max_size=2, unique=True))) for _ in range(2))
    one, other = (
        of_one_day(number, str(balances[begin]), *map(str, moves[begin:end]))
        for number, (begin, end) in enumerate((first, second))
    )
    shared = max(first[0], second[0]) < min(first[1], second[1])
    if shared:
        assert repeated_days(one, other) == [DAY]
        newest_first = replace(one, lines=one.lines[::-1])
        assert repeated_days(newest_first, other) == [DAY]


@given(st.lists(st.integers(-999, 999), min_size=2, max_size=8), st.data())
def test_a_statement_that_is_left_out_is_seen(amounts, data):
    balance, chain = 0, []
    for number, one in enumerate(amounts):
        chain.append(statement(number, str(balance), str(one)))
        balance += one
    assert kinds(*chain) == []
    left_out = data.draw(st.integers(1, len(chain) - 1))
    rest = chain[:left_out] + chain[left_out + 1 :]
    seen = kinds(*rest)
    # Nobody can see that the last is missing, or one whose movements come to nothing.
    assert bool(seen) == (left_out < len(chain) - 1 and amounts[left_out] != 0)


def row(place, gross, fee, vat, withheld, net):
    money = (Decimal(one) for one in (gross, fee, vat, withheld, net))
    return SettlementLine(place, DAY, DAY + timedelta(days=2), *money)


def test_a_report_whose_charges_do_not_add_up_says_where():
    settlement = Settlement("red", "USD", (row(2, "100", "3.50", "0.53", "2", "93.97"),), "f", Decimal("93.97"))
    assert [claim.holds for claim in settlement_claims(settlement)] == [True]
    wrong = replace(settlement, lines=(row(2, "100", "3.50", "0.53", "2", "93.00"),))
    assert [claim.holds for claim in settlement_claims(wrong)] == [False, False]


CHARGES = (
    Charge(valid_from=date(2025, 1, 1), fee=Decimal("3.5"), vat=Decimal(15), withheld=Decimal(2)),
    Charge(valid_from=date(2025, 6, 1), fee=Decimal(3), vat=Decimal(15), withheld=Decimal(2)),
    Charge(valid_from=date(2025, 1, 1), kind="debit", fee=Decimal(2)),
)


def test_charges_by_their_date_and_card():
    assert charge_on(CHARGES, DAY, "credit") is CHARGES[0]
    assert charge_on(CHARGES, date(2025, 6, 1), "credit") is CHARGES[1]
    assert charge_on(CHARGES, date(2025, 6, 1), "debit") is CHARGES[2]
    assert charge_on(CHARGES, date(2024, 12, 31), "debit") is None


@pytest.mark.parametrize(("gross", "parts"), [("100", ("3.50", "0.53", "2.00")), ("-100", ("-3.50", "-0.53", "-2.00"))])
def test_what_is_kept_is_rounded_part_by_part(gross, parts):
    made = kept(CHARGES[0], Decimal(gross), "USD")
    assert (made.fee, made.vat, made.withheld) == tuple(map(Decimal, parts))


def test_a_fee_that_is_not_the_contracts_is_told_with_both_figures():
    settlement = Settlement("red", "USD", (row(2, "100", "4.00", "0.60", "2", "93.40"),), "f")
    assert [str(one) for one in charge_differences(settlement, CHARGES)] == [
        "row 2: fee 4.00, and by the contract 3.50",
        "row 2: vat 0.60, and by the contract 0.53",
    ]
    early = replace(settlement, lines=(replace(settlement.lines[0], sold=date(2020, 1, 1)),))
    assert "no rule says" in str(charge_differences(early, CHARGES)[0])
