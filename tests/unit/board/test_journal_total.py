"""The way from a day's money to its journal's total, as an accountant can add it up."""

from decimal import Decimal

from hypothesis import given, strategies as st

from cierre.board.journal_total import PartOfTotal, explained
from cierre.bookkeeping.documents import Kind, Total
from cierre.ledger.board_rows import DebitPart

PAYMENT, NOTE = str(Kind.PAYMENT), str(Kind.CREDIT_NOTE)


def test_discounts_and_a_credit_note_lead_from_the_money_to_the_journals_total():
    """900.00 in cash and 100.00 by card, 50.00 of it after a scholarship of 8.57; a credit note takes back 10.00, which
    debits the income; 0.01 rounds."""
    booked = [
        Total(Kind.PAYMENT, "1", 2, Decimal("900.00")),
        Total(Kind.PAYMENT, "2", 1, Decimal("100.00")),
        Total(Kind.CREDIT_NOTE, "", 1, Decimal("-10.00")),
    ]
    debits = [
        DebitPart("", "", Decimal("0.01")),
        DebitPart(NOTE, "net", Decimal("10.00")),
        DebitPart(PAYMENT, "net", Decimal("1000.00")),
        DebitPart(PAYMENT, "scholarship", Decimal("8.57")),
    ]
    parts = explained(booked, debits)
    assert parts == [
        PartOfTotal(NOTE, "net", Decimal("-10.00"), Decimal("10.00")),
        PartOfTotal(PAYMENT, "net", Decimal("1000.00"), Decimal("1000.00")),
        PartOfTotal(PAYMENT, "scholarship", Decimal(0), Decimal("8.57")),
        PartOfTotal("", "", Decimal(0), Decimal("0.01")),
    ]
    assert sum(part.money for part in parts) == Decimal("990.00")
    assert sum(part.debits for part in parts) == Decimal("1018.58")


amounts = st.integers(-(10**9), 10**9).map(lambda cents: Decimal(cents) / 100)
kinds = st.sampled_from([Kind.PAYMENT, Kind.CREDIT_NOTE, Kind.RECEIPT])


@given(
    st.lists(st.builds(Total, kinds, st.sampled_from("12"), st.just(1), amounts)),
    st.dictionaries(st.tuples(kinds.map(str), st.sampled_from(["net", "gross", "vat"])), amounts),
)
def test_both_columns_add_up_whatever_the_day_holds(booked, debits):
    parts = explained(booked, [DebitPart(*place, amount) for place, amount in debits.items()])
    assert sum(part.money for part in parts) == sum(total.net for total in booked)
    assert sum(part.debits for part in parts) == sum(debits.values())
