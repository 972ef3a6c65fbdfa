from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import Side
from simulation.books import BUSINESS_DATE, NEXT_PERIOD, TENANT
from simulation.erp import Document, Place, Posting, Refused, TrueLedger
from simulation.oracle import DUPLICATE, FOREIGN, MISSING, OUTSIDE, REVERSED_TWICE, STALE, Ours, judge

LOT = "008964"
OURS = Ours(TENANT, LOT, (BUSINESS_DATE, NEXT_PERIOD), "box|")


def entry(amount: str) -> tuple[Posting, ...]:
    return (Posting(Side.DEBIT, "1.1", Decimal(amount)), Posting(Side.CREDIT, "4.1", Decimal(amount)))


def address(sublot: str, *, lot: str = LOT, day: date = BUSINESS_DATE) -> Address:
    return Address(TENANT, day, lot, sublot)


@pytest.fixture
def erp() -> TrueLedger:
    ledger = TrueLedger()
    ledger.book(address("001"), Document(entry("35.30"), "box|20240906|1|1"))
    return ledger


def found(erp: TrueLedger, *expected: str, foreign: dict | None = None) -> set[str]:
    return {invariant for invariant, _ in judge(erp.standing, [entry(e) for e in expected], OURS, foreign or {})}


def test_each_entry_once_to_the_cent_is_right(erp):
    assert found(erp, "35.30") == set()


def test_a_cent_too_much_is_found(erp):
    assert found(erp, "35.29") == {MISSING, STALE}


def test_a_second_document_of_an_entry_is_a_duplicate_wherever_it_stands(erp):
    erp.book(address("002"), Document(entry("35.30"), "box|20240906|1|1"))
    assert found(erp, "35.30") == {DUPLICATE}


def test_an_entry_without_a_document_is_missing(erp):
    assert found(erp, "35.30", "4.00") == {MISSING}


def test_two_equal_entries_need_two_documents(erp):
    assert found(erp, "35.30", "35.30") == {MISSING}
    erp.book(address("002"), Document(entry("35.30"), "box|20240906|1|2"))
    assert found(erp, "35.30", "35.30") == set()


def test_superseded_books_must_be_reversed_once_or_gone(erp):
    erp.book(address("003"), Document(entry("36.00"), "box|20240906|2|1"))
    assert found(erp, "36.00") == {STALE}
    erp.reverse(address("001"), "000001", into=address("002"))
    assert found(erp, "36.00") == set()
    erp.reverse(address("001"), "000001", into=address("004"))
    assert found(erp, "36.00") == {REVERSED_TWICE}


def test_a_reversal_of_what_is_gone_is_found(erp):
    erp.reverse(address("001"), "000001", into=address("002"))
    erp.delete(address("001"), "000001")
    assert REVERSED_TWICE in found(erp)


def test_a_correction_that_is_not_the_mirror_is_found(erp):
    erp.book(address("001", day=NEXT_PERIOD), Document(entry("35.30"), "box|20240906|1|1|R"))
    assert found(erp) == {STALE}


def test_a_document_of_ours_outside_our_lot_is_found(erp):
    erp.delete(address("001"), "000001")
    erp.book(address("001", lot="000001"), Document(entry("35.30"), "box|20240906|1|1"))
    assert found(erp, "35.30") == {OUTSIDE}


def test_others_documents_must_stay(erp):
    theirs = Document((), "somebody's")
    place = Place(address("001", lot="OTHERS"), erp.book(address("001", lot="OTHERS"), theirs))
    assert found(erp, "35.30", foreign={place: theirs}) == set()
    erp.delete(*place)
    assert found(erp, "35.30", foreign={place: theirs}) == {FOREIGN}


def test_the_erp_numbers_an_address_from_000001_and_gives_no_number_twice(erp):
    erp.delete(address("001"), "000001")
    assert erp.book(address("001"), Document((), "k")) == "000002"
    assert erp.book(address("002"), Document((), "k")) == "000001"


def test_a_closed_period_takes_nothing_and_gives_nothing(erp):
    erp.open_from = NEXT_PERIOD
    with pytest.raises(Refused):
        erp.delete(address("001"), "000001")
    assert not erp.delete(address("001"), "000002")


def test_after_a_restore_a_number_may_be_given_again_and_the_first_be_reversed_under_the_key_it_has_now(erp):
    """36.00 was revision 3, forgotten and believed again as 2; 37.00 is revision 3 now, and takes it back."""
    erp.book(address("002"), Document(mirrored("35.30"), "box|20240906|1|1|R"))
    erp.book(address("003"), Document(entry("36.00"), "box|20240906|3|1"))
    erp.book(address("004"), Document(entry("37.00"), "box|20240906|3|1"))
    erp.book(address("005"), Document(mirrored("36.00"), "box|20240906|2|1|R"))
    restored = replace(OURS, adopts=True)
    assert judge(erp.standing, [entry("37.00")], restored, {}) == []
    assert {invariant for invariant, _ in judge(erp.standing, [entry("36.00")], restored, {})} == {MISSING, STALE}


def mirrored(amount: str) -> tuple[Posting, ...]:
    opposite = {Side.DEBIT: Side.CREDIT, Side.CREDIT: Side.DEBIT}
    return tuple(line._replace(side=opposite[line.side]) for line in entry(amount))
