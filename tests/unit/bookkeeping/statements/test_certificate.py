"""Statements of an account follow each other; no file and no movement is taken twice."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.statements.certificate import breaks, claims, settlement_claims
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
