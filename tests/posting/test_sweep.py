from datetime import UTC, date, datetime, timedelta

import pytest

from cierre.ledger import attempts, revisions
from cierre.ports.errors import UncertainError
from cierre.posting.protocol import Poster
from cierre.posting.sweep import LastCall, sweep
from support.books import BOX, DAY, freezer
from support.memory_erp import MemoryErp


@pytest.fixture
def erp() -> MemoryErp:
    return MemoryErp()


@pytest.fixture
def freeze(ledger):
    return freezer(ledger)


@pytest.fixture
def clock(ledger):
    """Moves the ledger's clock forward by so many seconds, from the moment of the test's start."""
    start = datetime.now(UTC)

    def forward(seconds: float) -> None:
        ledger.execute("SELECT set_config('cierre.now', %s, false)", (str(start + timedelta(seconds=seconds)),))

    forward(0)
    return forward


@pytest.fixture
def doomed(ledger, erp, freeze):
    """A day posted at sublot 002, after the answer to the attempt at 001 was lost: the attempt at 001."""
    erp.faults = ["lost_request"]
    revision = freeze("35.30")
    Poster(ledger, erp, "test").converge(revision)
    return attempts.of_entry(ledger, revisions.bookings(ledger, revision)[0])[0]


def execute_late(erp, attempt):
    """The request that was given up is carried out after all."""
    erp.documents[attempt.address, "000001"] = "late"


def test_a_request_that_executes_late_is_found_and_removed_whenever_it_comes(ledger, erp, clock, doomed):
    for seconds in (301, 3601, 86401):
        execute_late(erp, doomed)
        clock(seconds)
        swept = sweep(ledger, lambda box: erp)
        assert (swept.emptied, list(swept.removed), swept.left) == (1, [BOX], {})
        assert len(erp.live()) == 1
    clock(864000)
    assert sweep(ledger, lambda box: erp).emptied == 0


def test_an_address_emptied_just_now_is_not_asked_for_again_before_its_time(ledger, erp, clock, doomed):
    calls = list(erp.calls)
    clock(200)
    assert sweep(ledger, lambda box: erp).emptied == 0
    assert erp.calls == calls


def test_reaps_close_upon_each_other_do_not_use_up_the_later_ones(ledger, erp, clock, doomed):
    for _ in range(5):
        attempts.note_reaped(ledger, doomed)
    for seconds in (301, 3601, 86401):
        execute_late(erp, doomed)
        clock(seconds)
        sweep(ledger, lambda box: erp)
        assert len(erp.live()) == 1


def test_an_address_counts_as_emptied_when_the_erp_was_asked_not_when_a_slow_run_noted_it(ledger, erp, clock, doomed):
    delete = erp.delete

    def fall_asleep(address, document):
        erp.delete = delete
        removed = delete(address, document)
        execute_late(erp, doomed)
        clock(90_000)
        return removed

    erp.delete = fall_asleep
    clock(301)
    sweep(ledger, lambda box: erp)
    assert len(erp.live()) == 2
    sweep(ledger, lambda box: erp)
    assert len(erp.live()) == 1


def test_a_confirmed_document_is_never_touched(ledger, erp, clock, doomed):
    for seconds in (301, 3601, 86401):
        clock(seconds)
        sweep(ledger, lambda box: erp)
    assert [address.sublot for address, _ in erp.documents] == ["002"]
    assert not [call for call in erp.calls if call.startswith("delete 002")]


def test_a_claim_nobody_came_back_for_is_given_up_and_its_document_removed(ledger, erp, clock, freeze):
    (entry,) = revisions.bookings(ledger, freeze("35.30"))
    dead = attempts.claim(ledger, entry, worker="killed", lease_seconds=60)
    execute_late(erp, dead)
    clock(300)
    assert sweep(ledger, lambda box: erp).given_up == {}
    clock(361)
    swept = sweep(ledger, lambda box: erp)
    assert (list(swept.given_up), list(swept.removed)) == ([BOX], [BOX])
    assert erp.live() == []


def test_an_address_that_cannot_be_emptied_is_named_and_the_others_go_on(ledger, erp, clock, doomed, freeze):
    (entry,) = revisions.bookings(ledger, freeze("36.00"))
    other = attempts.claim(ledger, entry, worker="test", lease_seconds=0)
    attempts.doom(ledger, other, "no answer")
    clock(301)
    erp.unreachable_deletes = 1
    swept = sweep(ledger, lambda box: erp)
    assert swept.emptied == 1
    (sentence,) = swept.left[BOX]
    assert "sublot 001" in sentence


def test_before_a_period_is_closed_its_given_up_addresses_are_emptied_once_more(ledger, erp, clock, doomed):
    for seconds in (301, 3601, 86401):
        clock(seconds)
        sweep(ledger, lambda box: erp)
    clock(100_000)
    since = datetime.now(UTC) + timedelta(seconds=99_000)
    closing = LastCall(BOX, date(2024, 9, 1), date(2024, 9, 30), since)
    execute_late(erp, doomed)
    assert list(sweep(ledger, lambda box: erp, [closing]).removed) == [BOX]
    assert sweep(ledger, lambda box: erp, [closing]).emptied == 0
    assert DAY.month == 9


def test_an_uncertain_attempt_is_retried_at_every_sweep(ledger, erp, clock, freeze):
    erp.faults, erp.unreachable_deletes = ["lost_answer"], 2
    with pytest.raises(UncertainError):
        Poster(ledger, erp, "test").converge(freeze("35.30"))
    assert len(sweep(ledger, lambda box: erp).left[BOX]) == 1
    assert list(sweep(ledger, lambda box: erp).removed) == [BOX]
