"""What a person decides on: worked examples, and what holds for any books."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.facts import Basis, Facts, Sums, Why, account_facts, why
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.second_look import Change, Code

CASH, BANK, FEES, VAT = "1.1.01.001", "1.1.02.001", "4.1.01.001", "2.1.02.001"
NAMES = {CASH: "Caja general", BANK: "Bancos", FEES: "Ingresos por pensiones", VAT: "IVA por pagar"}


def books(*lines: tuple[str, str, str], currency: str = "USD") -> JournalEntry:
    """An entry of (side, account, amount)."""
    made = tuple(Line(Side(side), account, Decimal(amount), "Caja 164") for side, account, amount in lines)
    return JournalEntry("itb_caja_164", date(2024, 9, 6), 1, currency, made)


def table(before: list[JournalEntry], after: list[JournalEntry]) -> list[tuple[str, ...]]:
    """Account, its name, before, after, difference, as an accountant would write them down."""
    return [
        (one.account, one.name, str(one.before.net), str(one.after.net), str(one.difference))
        for one in account_facts(before, after, NAMES)
    ]


def test_a_late_payment_in_cash():
    # 100.00 were collected and posted; a further payment of 12.34 came after the close.
    assert table(
        [books(("D", CASH, "100.00"), ("C", FEES, "100.00"))],
        [books(("D", CASH, "112.34"), ("C", FEES, "112.34"))],
    ) == [
        (CASH, "Caja general", "100.00", "112.34", "12.34"),
        (FEES, "Ingresos por pensiones", "-100.00", "-112.34", "-12.34"),
    ]


def test_a_payment_that_moved_from_cash_to_the_bank():
    # The source's cashier corrected the form of payment of 35.30: income stays, the money is elsewhere.
    assert table(
        [books(("D", CASH, "100.00"), ("C", FEES, "100.00"))],
        [books(("D", CASH, "64.70"), ("D", BANK, "35.30"), ("C", FEES, "100.00"))],
    ) == [
        (CASH, "Caja general", "100.00", "64.70", "-35.30"),
        (BANK, "Bancos", "0", "35.30", "35.30"),
        (FEES, "Ingresos por pensiones", "-100.00", "-100.00", "0.00"),
    ]


def test_a_day_whose_only_sale_was_voided():
    # 119.00 with 19.00 of VAT were posted, and the invoice was voided: nothing is left of the day.
    assert table([books(("D", CASH, "119.00"), ("C", FEES, "100.00"), ("C", VAT, "19.00"))], []) == [
        (CASH, "Caja general", "119.00", "0", "-119.00"),
        (VAT, "IVA por pagar", "-19.00", "0", "19.00"),
        (FEES, "Ingresos por pensiones", "-100.00", "0", "100.00"),
    ]


def test_first_books_show_both_sides_and_their_totals():
    facts = Facts(
        account_facts([], [books(("D", CASH, "64.70"), ("D", BANK, "35.30"), ("C", FEES, "100.00"))], {}),
        replaces=False,
    )
    assert [(one.account, *one.after) for one in facts.accounts] == [
        (CASH, Decimal("64.70"), 0), (BANK, Decimal("35.30"), 0), (FEES, 0, Decimal("100.00")),
    ]  # fmt: skip
    assert facts.totals == {"USD": Sums(Decimal("100.00"), Decimal("100.00"))}


def test_books_in_another_currency_are_accounts_of_their_own():
    before = [books(("D", CASH, "10.00"), ("C", FEES, "10.00"), currency="USD")]
    after = [books(("D", CASH, "10000"), ("C", FEES, "10000"), currency="CLP")]
    assert [(one.currency, one.account, one.difference) for one in account_facts(before, after, {})] == [
        ("CLP", CASH, 10000), ("CLP", FEES, -10000), ("USD", CASH, -10), ("USD", FEES, 10),
    ]  # fmt: skip


amounts = st.integers(1, 10**9).map(lambda cents: Decimal(cents) / 100)
entries = st.lists(
    st.tuples(st.sampled_from(sorted(NAMES)), st.sampled_from(sorted(NAMES)), amounts, st.sampled_from(["USD", "EUR"])),
    max_size=6,
).map(lambda moves: [books(("D", debit, str(n)), ("C", credit, str(n)), currency=c) for debit, credit, n, c in moves])


@given(before=entries, after=entries)
def test_before_and_difference_are_after_and_debits_are_credits_whatever_the_books(before, after):
    facts = Facts(account_facts(before, after, NAMES), replaces=True)
    assert len({(one.currency, one.account) for one in facts.accounts}) == len(facts.accounts)
    nets: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for one in facts.accounts:
        assert one.before.net + one.difference == one.after.net
        for place, amount in enumerate((one.before.net, one.after.net, one.difference)):
            nets[one.currency][place] += amount
    assert all(sums == [0, 0, 0] for sums in nets.values())
    assert all(total.debit == total.credit for total in facts.totals.values())
    assert sorted((*facts.changed, *facts.unchanged), key=str) == sorted(facts.accounts, key=str)
    booked: dict[str, Decimal] = defaultdict(Decimal)
    for entry in after:
        booked[entry.currency] += entry.debit
    assert {currency: total.debit for currency, total in facts.totals.items()} == booked


CAME, CHANGED = (
    Change(code, "sga:payment:7", Kind.PAYMENT, "1", "7", "USD", before, Decimal("2.00"), Decimal("2.00"))
    for code, before in ((Code.CAME, None), (Code.CHANGED, Decimal("1.00")))
)


@pytest.mark.parametrize(
    ("change", "amounts_differ", "before", "after", "expected"),
    [
        (CAME, True, Basis("answer 1", "m"), Basis("answer 2", "m"), Why.SOURCE),
        (CHANGED, False, Basis("answer 1", "m"), Basis("answer 2", "m"), Why.SOURCE),
        (CHANGED, False, Basis("answer 1", "m"), Basis("answer 1", "n"), Why.MAPPING),
        (CAME, True, Basis("answer 1", "m"), Basis("answer 1", "n"), Why.MAPPING),
        (CHANGED, True, Basis("answer 1", "m"), Basis("answer 2", "n"), Why.SOURCE),
        (CHANGED, False, Basis("answer 1", "m"), Basis("answer 2", "n"), Why.EITHER),
        (CAME, True, Basis("answer 1", "m"), Basis("answer 2", "n"), Why.EITHER),
        (CHANGED, True, Basis("answer 1", "m"), Basis("answer 1", "m"), Why.EITHER),
    ],
)
def test_why_a_document_is_booked_otherwise(change, amounts_differ, before, after, expected):
    assert why(change, amounts_differ=amounts_differ, before=[before], after=after) is expected
