from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import Foreign, JournalEntry, JournalError, Line, LineSource, Side

DEBIT = Line(
    Side.DEBIT, "1.1.01.001", Decimal("35.30"), "Caja 164", sources=(LineSource("a", "net", Decimal("35.30")),)
)
CREDIT = Line(Side.CREDIT, "4.1.01.002", Decimal("35.30"), "Caja 164", cost_centre="0101")


def entry(*lines: Line) -> JournalEntry:
    return JournalEntry("itb_caja_164", date(2024, 9, 6), 1, "USD", lines)


def test_a_balanced_entry_tells_its_sums_and_its_name():
    balanced = entry(DEBIT, CREDIT)

    assert (balanced.debit, balanced.credit) == (Decimal("35.30"), Decimal("35.30"))
    assert balanced.name == "itb_caja_164 2024-09-06 part 1"


def test_an_entry_that_differs_by_a_cent_cannot_exist():
    with pytest.raises(JournalError, match=r"does not balance: debit 35\.31, credit 35\.30"):
        entry(replace(DEBIT, amount=Decimal("35.31")), CREDIT)


@pytest.mark.parametrize("amount", ["0.00", "-35.30"])
def test_a_line_that_is_not_positive_cannot_exist(amount):
    with pytest.raises(JournalError, match=r"line 2: .* on 4\.1\.01\.002 is not positive"):
        entry(DEBIT, replace(CREDIT, amount=Decimal(amount)))


def test_an_entry_that_differs_in_the_documents_own_currency_cannot_exist():
    euros, cents = Foreign("EUR", Decimal("30.00")), Foreign("EUR", Decimal("30.01"))

    assert entry(replace(DEBIT, foreign=euros), replace(CREDIT, foreign=euros)).debit == Decimal("35.30")
    with pytest.raises(JournalError, match=r"does not balance in EUR: debits and credits differ by -0\.01"):
        entry(replace(DEBIT, foreign=euros), replace(CREDIT, foreign=cents))


def test_an_entry_without_lines_cannot_exist():
    with pytest.raises(JournalError, match="has no lines"):
        entry()


@pytest.mark.parametrize(
    "change",
    [
        {"account": "4.1.01.003"},
        {"history": "Caja 165"},
        {"cost_centre": "0102"},
        {"item": "I1"},
        {"value_class": "V1"},
        {"entities": (("05", "E1"),)},
    ],
)
def test_the_digest_changes_with_whatever_the_erp_is_told(change):
    assert entry(DEBIT, replace(CREDIT, **change)).digest != entry(DEBIT, CREDIT).digest


def test_the_digest_changes_with_the_documents_own_currency_and_amount():
    def digest(currency: str, amount: str) -> str:
        foreign = Foreign(currency, Decimal(amount))
        return entry(replace(DEBIT, foreign=foreign), replace(CREDIT, foreign=foreign)).digest

    assert (
        len({digest("EUR", "30.00"), digest("EUR", "30.01"), digest("UYU", "30.00"), entry(DEBIT, CREDIT).digest}) == 4
    )


def test_the_digest_does_not_change_with_the_documents_behind_the_lines():
    assert entry(replace(DEBIT, sources=()), CREDIT).digest == entry(DEBIT, CREDIT).digest


def test_an_address_reads_like_a_place_in_the_erp():
    address = Address("T1,D MG 01 ", date(2024, 9, 6), "008964", "00A")

    assert str(address) == "06/09/2024 lot 008964 sublot 00A of T1,D MG 01"
