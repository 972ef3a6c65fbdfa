"""The audit: whoever changes, removes or slips in something afterwards is found, and the first broken link is named."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from cierre.ledger import attempts, landing, revisions, session
from cierre.reports.audit import audit
from support.books import BOX, DAY, freezer


@pytest.fixture
def freeze(ledger) -> Callable[..., revisions.Revision]:
    """Freezes a day of given amounts, one entry each, of a snapshot that the box took."""
    frozen = freezer(ledger)
    (snapshot_id,) = ledger.execute("SELECT snapshot_id FROM landing.snapshot").fetchone()
    landing.take(ledger, BOX, DAY, snapshot_id, [], [])
    return frozen


@pytest.fixture
def closed(ledger, freeze) -> revisions.FrozenEntry:
    """A day that was landed, booked and confirmed by the ERP: its entry."""
    revision = freeze("35.30", "4.00")
    first, _ = revisions.bookings(ledger, revision)
    attempts.confirm(ledger, attempts.claim(ledger, first, worker="w", lease_seconds=60), "000001")
    return first


def broken(ledger) -> str:
    (chain,) = audit(ledger).chains
    return chain.broken


def test_books_that_nobody_touched_are_sound_and_every_stage_is_a_link(ledger, closed):
    found = audit(ledger)
    (chain,) = found.chains
    assert found.sound
    links = [row.what for row in ledger.execute("SELECT what FROM ledger.seal ORDER BY seal")]
    assert links == ["snapshot", "certificate", "books", "entry", "entry", "attempt", "posting"]
    assert (chain.links, len(chain.head)) == (7, 64)


def test_an_empty_ledger_is_sound(ledger):
    assert audit(ledger).sound


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE landing.body SET body = body || ' '", "link 1 .*snapshot"),
        ("UPDATE landing.snapshot SET received_at = received_at - interval '1 second'", "link 1 .*snapshot"),
        ("UPDATE ledger.revision SET mapping = 'other'", "link 3 .*revision 1 of 2024-09-06"),
        ("UPDATE ledger.line SET account = '1.2' WHERE account = '1.1'", r"link 4 .*itb_caja_164\|20240906\|1\|1"),
        (
            "UPDATE ledger.line_documents SET amounts = ARRAY[1] WHERE document_keys[1] LIKE '%2'",
            r"link 5 .*20240906\|1\|2",
        ),
        ("DELETE FROM ledger.line_documents", "link 4 .*was changed"),
        (
            "INSERT INTO ledger.line_source SELECT entry_id, line, 'x', 'payment', '1', 'net', 1, '0' FROM ledger.line",
            "link 4 .*was changed",
        ),
        ("DELETE FROM ledger.entry", "link 4 .*is gone"),
        ("UPDATE erp.attempt SET document = '000002'", "link 6 .*attempt"),
        ("UPDATE erp.attempt SET state = 'doomed', document = NULL", "link 6 .*was changed"),
        ("DELETE FROM ledger.seal WHERE seal = 2", "link 2 .*does not follow"),
        ("UPDATE ledger.seal SET content = 'x' WHERE seal = 4", "link 4 .*the link itself"),
        ("UPDATE ledger.seal SET sealed_at = now() WHERE seal = 4", "link 4 .*the link itself"),
        ("UPDATE ledger.seal SET previous = 'x' WHERE seal = 5", "link 5 .*does not follow"),
    ],
)
@pytest.mark.usefixtures("closed")
def test_the_first_broken_link_is_named(ledger, by_force, statement, named):
    by_force(statement)
    assert not audit(ledger).sound
    assert re.search(f"itb_caja_164: {named}", broken(ledger))


@pytest.mark.usefixtures("closed")
def test_what_is_slipped_in_past_the_triggers_stands_there_without_a_seal(ledger, by_force):
    by_force("""INSERT INTO ledger.entry (entry_key, revision_id, box, business_date, part, tenant, lot, entry_date,
                                          currency, total, digest)
                SELECT 'slipped in', revision_id, box, business_date, 9, tenant, lot, entry_date, currency, total,
                       digest FROM ledger.entry WHERE part = 1""")
    (sentence,) = audit(ledger).wrong
    assert "slipped in" in sentence


@pytest.mark.usefixtures("closed")
def test_a_seal_cannot_be_changed_with_the_triggers_on(admin):
    with pytest.raises(Exception, match="append-only"):
        admin.execute("UPDATE ledger.seal SET content = ''")


def test_a_withdrawn_posting_stays_sealed_and_its_withdrawal_too(ledger, closed):
    (attempt,) = attempts.of_entry(ledger, closed)
    attempts.withdraw(ledger, attempt, "newer books replace it")
    assert audit(ledger).sound
    assert audit(ledger).chains[0].links == 9


def test_postings_confirmed_at_once_make_one_unbroken_chain(ledger, ledger_dsn, freeze):
    frozen = [freeze(f"{number}.00") for number in range(1, 9)]
    entries = [entry for revision in frozen for entry in revisions.bookings(ledger, revision)]

    for entry in entries:
        attempts.claim(ledger, entry, worker="w", lease_seconds=60)
    with ThreadPoolExecutor(8) as at_once:
        list(at_once.map(lambda entry: _confirm(ledger_dsn, entry), entries))
    found = audit(ledger)
    assert found.sound
    assert found.chains[0].links == 2 + 4 * len(entries)


def _confirm(dsn: str, entry: revisions.FrozenEntry) -> None:
    with session.connect(dsn) as own:
        (attempt,) = attempts.of_entry(own, entry)
        attempts.confirm(own, attempt, "000001")
