from datetime import date, timedelta
from functools import partial

import psycopg
import pytest

from cierre.ledger import attempts, revisions
from hooks.protheus.numbering import NUMBERING


@pytest.fixture
def entries(ledger, snapshot_id, day, make_payment, make_entry):
    documents = [make_payment(number, "10.00") for number in (1, 2)]
    revision, _ = revisions.freeze(
        ledger, box="itb_caja_164", day=day, snapshot_id=snapshot_id, mapping="sga_ecuador", mapping_digest="m",
        tenant="T1,D MG 01 ", lot="008964",
        entries=[make_entry(document, part=part) for part, document in enumerate(documents, start=1)],
        documents={document.key: document for document in documents},
    )  # fmt: skip
    return revisions.bookings(ledger, revision)


def claim(ledger, entry):
    return attempts.claim(ledger, entry, worker="test", lease_seconds=60)


def test_every_claim_gets_an_address_never_used_before(ledger, entries):
    one, two = entries
    first = claim(ledger, one)
    attempts.doom(ledger, first, "no answer")
    sublots = [first.address.sublot, claim(ledger, two).address.sublot, claim(ledger, one).address.sublot]
    assert sublots == ["001", "002", "003"]
    assert first.address.entry_date == date(2024, 9, 6)


def test_an_entry_has_at_most_one_claimed_or_confirmed_attempt(ledger, entries):
    attempt = claim(ledger, entries[0])
    with pytest.raises(psycopg.errors.UniqueViolation):
        claim(ledger, entries[0])
    attempts.confirm(ledger, attempt, "000001")
    with pytest.raises(psycopg.errors.UniqueViolation):
        claim(ledger, entries[0])


def test_only_the_first_decision_counts(ledger, entries):
    attempt = claim(ledger, entries[0])
    assert attempts.doom(ledger, attempt, "its worker died")
    assert not attempts.confirm(ledger, attempt, "000001")
    (kept,) = attempts.of_entry(ledger, entries[0])
    assert (kept.state, kept.outcome) == ("doomed", "its worker died")


def test_postgres_itself_refuses_to_move_an_attempt_back(ledger, entries):
    attempt = claim(ledger, entries[0])
    attempts.confirm(ledger, attempt, "000001")
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="cannot become claimed"):
        ledger.execute("UPDATE erp.attempt SET state = 'claimed', decided_at = NULL, document = NULL")


def test_an_attempt_is_unreaped_until_its_address_is_known_empty(ledger, entries):
    attempt = claim(ledger, entries[0])
    assert attempts.unreaped(ledger, entries[0]) == []
    attempts.reject(ledger, attempt, "account blocked")
    assert [found.attempt_id for found in attempts.unreaped(ledger, entries[0])] == [attempt.attempt_id]
    attempts.note_reaped(ledger, attempt)
    assert attempts.unreaped(ledger, entries[0]) == []


def test_a_lease_runs_by_the_ledgers_clock(ledger, entries):
    attempt = claim(ledger, entries[0])
    lease = attempts.lease(ledger, attempt)
    assert 0 < lease.seconds_left <= 60
    assert lease.whole_if_unknown is None
    ledger.execute("SELECT set_config('cierre.now', %s, false)", (str(attempt.lease_until),))
    assert attempts.lease(ledger, attempt).seconds_left == 0


def test_nobody_knows_what_is_left_of_a_lease_that_another_servers_clock_dated(ledger, entries):
    attempt = claim(ledger, entries[0])
    later = str(attempt.lease_until + timedelta(minutes=10))
    ledger.execute("SELECT set_config('cierre.now', %s, false)", (later,))
    assert [one.attempt_id for _, _, one in attempts.abandoned(ledger)] == [attempt.attempt_id]

    ledger.execute("SELECT set_config('cierre.server_started', %s, false)", (later,))
    assert attempts.lease(ledger, attempt).whole_if_unknown == pytest.approx(60, abs=1)
    assert attempts.abandoned(ledger) == []
    ledger.execute("SELECT set_config('cierre.now', %s, false)", (str(attempt.lease_until + timedelta(minutes=61)),))
    assert [one.attempt_id for _, _, one in attempts.abandoned(ledger)] == [attempt.attempt_id]


def test_the_last_sublot_is_999_and_then_it_says_so(ledger, entries, by_force):
    by_force(
        """INSERT INTO erp.attempt (entry_id, tenant, entry_date, lot, sublot, state, worker, claimed_at, lease_until,
                                    decided_at)
           SELECT %s, 'T1,D MG 01 ', '2024-09-06', '008964', to_char(n, 'FM000'), 'doomed', 't', now(), now(), now()
             FROM generate_series(1, 999) AS n""",
        (entries[0].entry_id,),
    )
    with pytest.raises(attempts.NoSublotLeft, match="008964"):
        attempts.claim(ledger, entries[0], worker="test", lease_seconds=60, nth=partial(NUMBERING.sublot, more=False))
    lettered = attempts.claim(
        ledger, entries[0], worker="test", lease_seconds=60, nth=partial(NUMBERING.sublot, more=True)
    )
    assert lettered.address.sublot == "00A"
