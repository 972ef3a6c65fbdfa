"""What the ERP says it holds of a day, beside what was posted."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.ledger import attempts, revisions
from cierre.ports.errors import UncertainError
from cierre.posting.protocol import Poster
from cierre.posting.read_back import verify
from cierre.posting.site import Site
from support.books import BOX, DAY, LOT, TENANT, freezer
from support.readable_erp import ReadableMemoryErp


@pytest.fixture
def erp() -> ReadableMemoryErp:
    return ReadableMemoryErp()


@pytest.fixture
def freeze(ledger):
    return freezer(ledger)


@pytest.fixture
def poster(ledger, erp) -> Poster:
    return Poster(ledger, erp, worker="test")


@pytest.fixture
def read(ledger, erp):
    """Reads the day back."""
    return lambda: verify(ledger, erp, cash_box(BOX), DAY)


@pytest.fixture
def verified(ledger):
    """Of each confirmed document, by sublot, whether the ledger counts it as verified."""
    rows = "SELECT sublot, verified_at IS NOT NULL FROM erp.attempt WHERE state = 'confirmed' ORDER BY sublot"
    return lambda: dict(ledger.execute(rows).fetchall())


def at(sublot: str, entry_date: date = DAY) -> Address:
    return Address(TENANT, entry_date, LOT, sublot)


def by_hand(amount: str) -> JournalEntry:
    lines = [
        Line(side, account, Decimal(amount), "Manual") for side, account in ((Side.DEBIT, "1.1"), (Side.CREDIT, "4.1"))
    ]
    return JournalEntry("by hand", DAY, 1, "USD", tuple(lines))


def test_what_stands_as_posted_is_verified_with_its_figures(poster, freeze, read, verified):
    poster.converge(freeze("35.30", "4.00"))
    found = read()
    assert found.discrepancies == []
    assert (found.posted, found.verified) == ((2, Decimal("39.30")), (2, Decimal("39.30")))
    assert all(comparison.agrees for comparison in found.comparisons)
    assert verified() == {"001": True, "002": True}


def test_a_whole_lot_is_read_at_once(erp, poster, freeze, read):
    poster.converge(freeze("35.30", "4.00", "5.00"))
    read()
    assert [call for call in erp.calls if call.startswith("read")] == ["read 008964 of 2024-09-06"]


def test_a_reversal_and_its_replacement_are_verified_too(poster, freeze, read, verified):
    poster.converge(freeze("35.30"))
    poster.converge(freeze("36.00"))
    assert read().discrepancies == []
    assert verified() == {"001": True, "002": True, "003": True}


def test_a_document_that_is_gone_is_named_and_no_longer_verified(erp, poster, freeze, read, verified):
    poster.converge(freeze("35.30", "4.00"))
    read()
    del erp.documents[at("001"), "000001"]
    found = read()
    (sentence,) = found.discrepancies
    assert "itb_caja_164|20240906|1|1, document 000001" in sentence
    assert "sublot 001" in sentence
    assert "35.30 USD" in sentence
    assert "restored from a backup" in sentence
    assert (found.posted, found.verified) == ((2, Decimal("39.30")), (1, Decimal("4.00")))
    assert [comparison.agrees for comparison in found.comparisons] == [False, True]
    assert verified() == {"001": False, "002": True}


def test_a_document_that_was_changed_is_told_line_by_line_even_if_it_adds_up_to_the_same(erp, poster, freeze, read):
    poster.converge(freeze("35.30"))
    debit, credit = erp.lines[at("001"), "000001"]
    erp.lines[at("001"), "000001"] = [replace(debit, account="1.2"), credit]
    found = read()
    (sentence,) = found.discrepancies
    assert "the ERP lacks debit 1.1 35.30; the ERP has debit 1.2 35.30, which was not posted" in sentence
    assert not all(comparison.agrees for comparison in found.comparisons)


def test_a_document_that_nobody_posted_is_named_wherever_in_the_lot_it_stands(erp, poster, freeze, read):
    poster.converge(freeze("35.30"))
    erp.insert(at("777"), by_hand("9.00"), "")
    erp.insert(at("001"), by_hand("8.00"), "")
    found = read()
    assert len(found.discrepancies) == 2
    assert "document 000001 at 06/09/2024 lot 008964 sublot 777 of T1,D MG 01 (9.00 USD)" in found.discrepancies[0]
    assert "document 000002" in found.discrepancies[1]
    assert found.never_posted == (2, Decimal("17.00"))
    assert [comparison.agrees for comparison in found.comparisons] == [True, False]


def test_a_document_deleted_and_entered_again_elsewhere_by_hand_does_not_pass(erp, poster, freeze, read):
    poster.converge(freeze("35.30"))
    erp.insert(at("777"), by_hand("35.30"), "")
    del erp.documents[at("001"), "000001"]
    assert [comparison.agrees for comparison in read().comparisons] == [False, False]


def test_a_day_without_entries_is_read_for_what_nobody_posted(erp, poster, freeze, read):
    poster.converge(freeze())
    assert read().discrepancies == []
    erp.insert(at("777"), by_hand("9.00"), "")
    assert len(read().discrepancies) == 1


def test_a_withdrawn_document_that_a_backup_brought_back_is_named(erp, poster, freeze, read):
    poster.site = Site(correction="delete")
    poster.converge(freeze("35.30"))
    backup = dict(erp.documents)
    poster.converge(freeze("36.00"))
    assert read().discrepancies == []
    erp.documents.update(backup)
    (sentence,) = read().discrepancies
    assert "was withdrawn and stands again" in sentence


def test_a_request_carried_out_long_after_it_was_given_up_is_removed(erp, poster, freeze, read, ledger):
    erp.faults = ["lost_request"]
    revision = freeze("35.30")
    poster.converge(revision)
    (entry,) = revisions.bookings(ledger, revision)
    erp.insert(at("001"), revisions.journal_entry(ledger, entry), "late")
    found = read()
    assert found.discrepancies == []
    assert [address.sublot for address, _ in erp.documents] == ["002"]


def test_a_copy_of_a_document_that_was_found_by_reading_is_removed_and_one_of_an_acknowledged_one_is_told(
    erp, poster, freeze, read, ledger
):
    poster.converge(freeze("35.30"))
    own, key = (at("001"), "000001"), (at("001"), "000002")
    erp.documents[key], erp.lines[key] = erp.documents[own], erp.lines[own]
    (sentence,) = read().discrepancies
    assert "document 000002" in sentence
    ledger.execute("UPDATE erp.attempt SET adopted_at = decided_at")
    found = read()
    assert (found.discrepancies, found.removed) == ([], 1)
    assert list(erp.documents) == [own]


def test_an_attempt_under_way_is_nobodys_discrepancy(erp, freeze, read, ledger):
    (entry,) = revisions.bookings(ledger, freeze("35.30"))
    attempt = attempts.claim(ledger, entry, worker="other", lease_seconds=60)
    erp.insert(attempt.address, revisions.journal_entry(ledger, entry), entry.entry_key)
    assert read().discrepancies == []


def test_a_correction_in_a_later_period_is_read_where_it_stands(erp, poster, freeze, read):
    october = date(2024, 10, 1)
    poster.converge(freeze("35.30"))
    poster.site = Site(open_from=october)
    poster.converge(freeze("36.00", open_from=october))
    erp.insert(at("777", october), by_hand("9.00"), "")
    found = read()
    assert found.discrepancies == []
    assert found.verified == (3, Decimal("106.60"))
    del erp.documents[at("001", october), "000001"]
    assert len(read().discrepancies) == 1


def test_a_site_that_is_not_to_be_read_says_nothing_and_verifies_nothing(erp, poster, freeze, read, verified):
    poster.converge(freeze("35.30"))
    erp.offered = False
    assert read() is None
    assert verified() == {"001": False}


def test_an_erp_that_does_not_answer_leaves_what_was_verified(erp, poster, freeze, read, verified, monkeypatch):
    poster.converge(freeze("35.30"))
    read()

    def no_answer(*_):
        raise UncertainError("no answer", vendor="Protheus")

    monkeypatch.setattr(erp, "read_back", no_answer)
    with pytest.raises(UncertainError):
        read()
    assert verified() == {"001": True}
