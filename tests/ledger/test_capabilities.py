"""What is known of a site of the ERP."""

import psycopg
import pytest

from cierre.bookkeeping.limits import EntryLimits
from cierre.ledger import capabilities
from cierre.ledger.capabilities import Capabilities, Capability

LIMITS = EntryLimits(lines=999, history=40, account=20, dimensions=frozenset())
TENANT, TEST_COMPANY = "T1,D MG 01 ", "T9,TEST 01"


def found(**values) -> list[Capability]:
    return [Capability(name, value, "seen by a test") for name, value in values.items()]


def test_a_site_that_was_never_probed_is_trusted_with_what_the_contract_promises_and_no_more(ledger):
    known = capabilities.of(ledger, "protheus", TENANT)
    assert known == Capabilities()
    assert known.lacking == frozenset()
    assert (known.alphanumeric_sublots, known.read_back, known.key_kept, known.atomic_insert) == (False,) * 4
    assert (known.max_lines, known.history_length, known.probed_at) == (None, None, None)
    assert known.lines_an_entry(LIMITS) == LIMITS.lines


def test_what_was_found_out_is_known_afterwards_however_the_branch_is_padded(ledger):
    capabilities.save(ledger, "protheus", TENANT, found(alphanumeric_sublots=True, max_lines=450))
    known = capabilities.of(ledger, "protheus", TENANT.strip())
    assert (known.alphanumeric_sublots, known.max_lines, known.read_back) == (True, 450, False)
    assert known.probed_at is not None


def test_a_later_probe_replaces_what_it_could_tell_and_leaves_the_rest(ledger):
    capabilities.save(ledger, "protheus", TENANT, found(read_back=True, max_lines=450))
    capabilities.save(ledger, "protheus", TENANT, found(max_lines=999))
    known = capabilities.of(ledger, "protheus", TENANT)
    assert (known.read_back, known.max_lines) == (True, 999)


def test_a_test_company_stands_for_the_others_of_its_site_until_they_are_probed_themselves(ledger):
    capabilities.save(ledger, "protheus", TEST_COMPANY, found(read_back=True, max_lines=450))
    assert capabilities.of(ledger, "protheus", TENANT).max_lines == 450
    capabilities.save(ledger, "protheus", TENANT, found(max_lines=300))
    capabilities.save(ledger, "protheus", TEST_COMPANY, found(max_lines=450))
    known = capabilities.of(ledger, "protheus", TENANT)
    assert (known.max_lines, known.read_back) == (300, True)


def test_the_tenant_that_was_probed_last_stands_for_one_that_was_not(ledger):
    for tenant, lines in ((TEST_COMPANY, 450), ("T9,TEST 02", 300)):
        capabilities.save(ledger, "protheus", tenant, found(max_lines=lines))
    assert capabilities.of(ledger, "protheus", TENANT).max_lines == 300


def test_another_site_is_another_matter(ledger):
    capabilities.save(ledger, "protheus_test", TENANT, found(read_back=True))
    assert capabilities.of(ledger, "protheus", TENANT) == Capabilities()


@pytest.mark.parametrize("name", ["numbers_from_one", "tenant_echoed", "clean_not_found"])
def test_what_a_site_was_found_to_lack_is_known_by_its_name(ledger, name):
    capabilities.save(ledger, "protheus", TENANT, found(**{name: False}))
    assert capabilities.of(ledger, "protheus", TENANT).lacking == {name}


@pytest.mark.parametrize(
    ("max_lines", "history_length", "lines"),
    [(999, 40, 999), (450, 60, 450), (999, 39, 499), (999, 10, 249), (2000, None, 999), (None, 39, 499)],
)
def test_an_entry_has_room_for_the_histories_that_a_site_continues(max_lines, history_length, lines):
    assert Capabilities(max_lines=max_lines, history_length=history_length).lines_an_entry(LIMITS) == lines


def test_a_capability_that_this_version_does_not_know_is_passed_over(ledger):
    capabilities.save(ledger, "protheus", TENANT, found(teleports=True))
    assert not capabilities.of(ledger, "protheus", TENANT).lacking


def test_what_is_found_out_is_kept_with_what_was_seen(ledger):
    capabilities.save(ledger, "protheus", TENANT, found(read_back=False))
    (row,) = ledger.execute("SELECT tenant, name, value, evidence FROM erp.capability").fetchall()
    assert tuple(row) == (TENANT.strip(), "read_back", False, "seen by a test")


def test_all_of_a_probe_is_kept_or_nothing(ledger):
    with pytest.raises(psycopg.Error):
        capabilities.save(ledger, "protheus", TENANT, [*found(read_back=True), Capability("max_lines", 1, None)])
    assert capabilities.of(ledger, "protheus", TENANT) == Capabilities()
