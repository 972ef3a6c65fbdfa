"""The limit of requests: no second holds more of them than it may, and a slow site is asked as often as it allows."""

import gc
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from heapq import heapify, heapreplace
from threading import Event, Lock

import psycopg
import pytest
from hypothesis import given, strategies as st

from cierre.ledger import session
from cierre.ledger.allowances import LedgerSlots
from cierre.ports.allowance import GivenUp
from hooks.bsale import limits as bsale_pace
from hooks.bsale.limits import UNSURE, Pace, pace_on
from hooks.http.allowances import OF_THIS_PROCESS, ProcessSlots

A_WHILE = 0.05


@pytest.fixture
def short_seconds(monkeypatch) -> None:
    """Seconds of 50 ms, so that nobody waits long."""
    monkeypatch.setattr(bsale_pace, "SECOND", A_WHILE)


@pytest.mark.usefixtures("short_seconds")
def test_no_second_between_any_requests_holds_more_than_the_limit():
    pace = Pace(ProcessSlots(3), 3)
    turns: list[tuple[float, float]] = []

    def request(_number: int) -> None:
        with pace.turn():
            began = time.monotonic()
            time.sleep(0.002)
            turns.append((began, time.monotonic()))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(request, range(12)))
    began = sorted(began for began, _ in turns)
    ended = sorted(ended for _, ended in turns)
    # The vendor may count each anywhere between its two ends: still any four are more than a second apart.
    assert all(later - earlier >= A_WHILE for earlier, later in zip(ended, began[3:], strict=False))


@pytest.mark.usefixtures("short_seconds")
def test_a_request_that_fails_gives_its_turn_back():
    pace = Pace(ProcessSlots(1), 1)
    with pytest.raises(ConnectionError), pace.turn():
        raise ConnectionError
    with pace.turn():
        pass


@pytest.mark.usefixtures("short_seconds")
def test_a_pause_holds_everybody_back_until_it_is_over():
    pace = Pace(ProcessSlots(2), 2)
    began = time.monotonic()
    pace.pause(A_WHILE)
    pace.pause(0)
    with pace.turn():
        assert time.monotonic() - began >= A_WHILE


@pytest.mark.parametrize("where", ["in this process", "in the ledger"])
def test_who_waits_for_a_turn_is_let_go_once_it_is_given_up(where, ledger):
    slots = ProcessSlots(2) if where == "in this process" else LedgerSlots(ledger, "bsale", 2)
    slots.give_back(slots.take(), rest=0)
    slots.pause(3600)
    given_up = Event()
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(slots.take, given_up) for _ in range(3)]
        given_up.set()
        assert all(isinstance(one.exception(), GivenUp) for one in waiting)


def test_hooks_of_one_connection_share_their_pace_and_those_of_others_do_not():
    def of_this_process(connection_id: str, requests: int) -> Pace:
        return pace_on(OF_THIS_PROCESS.request_slots(connection_id, requests), requests)

    pace = of_this_process("a", 8)
    assert of_this_process("a", 8) is pace
    assert of_this_process("b", 8) is not pace


def test_a_pace_that_nobody_uses_any_more_lets_its_slots_go():
    slots = ProcessSlots(1)
    gone = weakref.ref(slots)
    pace = pace_on(slots, 1)
    del slots, pace
    gc.collect()
    assert gone() is None


def counted(requests: int, there: float, back: float, opening: float, jitter: list[tuple[float, float]]) -> list[float]:
    """When the vendor counts requests that follow one another as fast as their slots allow, on a clock of its own."""
    pace = Pace(ProcessSlots(requests), requests)
    slots = [0.0] * requests
    heapify(slots)
    counts = []
    for number, (later_there, later_back) in enumerate(jitter):
        began = slots[0]
        counts.append(began + there + later_there + (opening if number < requests else 0))
        ended = counts[-1] + back + later_back
        heapreplace(slots, ended + bsale_pace.SECOND - pace._in_common(ended - began))
    return sorted(counts)


TIMES = st.floats(0, 0.6)


@given(st.integers(1, 8), TIMES, TIMES, TIMES, st.lists(st.tuples(TIMES, TIMES), min_size=40, max_size=60))
def test_sparing_a_slow_sites_rest_never_brings_too_many_into_a_second(requests, there, back, opening, jitter):
    # As long as one of the first requests on open connections was about as quick as any can be.
    jitter[requests] = (UNSURE / 2, UNSURE / 2)
    counts = counted(requests, there, back, opening, jitter)
    assert all(later - earlier >= 1 - 1e-9 for earlier, later in zip(counts, counts[requests:], strict=False))


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.1, 0.3, 0.9])
def test_a_site_is_used_up_however_long_its_answers_take(seconds):
    counts = counted(8, seconds / 2, seconds / 2, 0.2, [(0.0, 0.0)] * 200)
    a_second = (counts[-1] - counts[100]) / (len(counts) - 101) * 8
    assert a_second <= 1 + 2 * UNSURE


class TestThroughTheLedger:
    @pytest.fixture
    def pace(self, ledger) -> Pace:
        return Pace(LedgerSlots(ledger, "bsale", 2), 2)

    def test_threads_share_one_connection_to_the_ledger(self, pace):
        most, under_way, changing = 0, 0, Lock()

        def request(_number: int) -> None:
            nonlocal most, under_way
            with pace.turn():
                with changing:
                    under_way += 1
                    most = max(most, under_way)
                time.sleep(0.01)
                with changing:
                    under_way -= 1

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(request, range(5)))
        assert most <= 2

    def test_a_request_that_fails_gives_its_turn_back(self, pace, ledger):
        with pytest.raises(ConnectionError), pace.turn():
            raise ConnectionError
        (longest,) = ledger.execute("SELECT max(free_at) - clock_timestamp() FROM vendor.request_slot").fetchone()
        assert longest.total_seconds() <= 1

    def test_a_ledger_that_is_lost_meanwhile_does_not_hide_what_the_request_came_to(self, pace, ledger):
        with pace.turn():
            ledger.close()

    def test_without_the_ledger_there_is_no_turn(self, pace, ledger):
        ledger.close()
        with pytest.raises(psycopg.OperationalError), pace.turn():
            pytest.fail("a request was made that nobody counted")

    def test_a_pause_is_for_all_who_share_the_connection(self, pace, ledger_dsn):
        with pace.turn():
            pass
        began = time.monotonic()
        pace.pause(0.2)
        with session.connect(ledger_dsn) as other, Pace(LedgerSlots(other, "bsale", 2), 2).turn():
            assert time.monotonic() - began >= 0.2
