"""The addresses that probes use."""

from dataclasses import replace
from datetime import date

from cierre.bookkeeping.address import Address
from cierre.ledger import attempts, probes, revisions
from support.books import LOT, freezer

DAY = date(2024, 9, 6)
ADDRESS = Address("T9,TEST 01 ", DAY, "PROBE1", "7F2")


def test_an_address_serves_once(ledger):
    assert probes.take(ledger, "protheus", ADDRESS)
    assert not probes.take(ledger, "protheus", ADDRESS)
    assert probes.take(ledger, "another_site", ADDRESS)
    assert probes.take(ledger, "protheus", replace(ADDRESS, sublot="7F3"))
    assert probes.taken(ledger, "protheus", ADDRESS.tenant, DAY, "PROBE1") == {"7F2", "7F3"}


def test_what_a_probe_left_is_known_with_its_numbers_until_it_is_gone(ledger):
    other = replace(ADDRESS, sublot="001", entry_date=date(2024, 9, 7), lot="PROBE2")
    for address in (ADDRESS, other):
        probes.take(ledger, "protheus", address)
    probes.note_document(ledger, "protheus", ADDRESS, "000001")
    assert probes.left_behind(ledger, "protheus", "T9,TEST 01") == {other: [], ADDRESS: ["000001"]}
    probes.note_emptied(ledger, "protheus", ADDRESS)
    assert list(probes.left_behind(ledger, "protheus", ADDRESS.tenant)) == [other]
    assert probes.left_behind(ledger, "protheus", "T1,D MG 01 ") == {}


def test_a_lot_that_was_ever_posted_to_is_known(ledger):
    assert not probes.was_posted_to(ledger, LOT)
    (entry,) = revisions.bookings(ledger, freezer(ledger)("35.30"))
    attempts.claim(ledger, entry, worker="test", lease_seconds=60)
    assert probes.was_posted_to(ledger, LOT)
    assert not probes.was_posted_to(ledger, "PROBE1")
