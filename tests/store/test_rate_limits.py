"""The limit of requests among all processes: each has its own connection to the ledger, as here each thread has."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import psycopg
import pytest

from store import rate_limits, session
from store.rate_limits import SharedPace

PROCESS = """
import sys, time
from store import session
from store.rate_limits import SharedPace

dsn, turns = sys.argv[1], int(sys.argv[2])
with session.connect(dsn) as ledger:
    pace = SharedPace(ledger, "bsale", 10)
    for _ in range(turns):
        with pace.turn():
            began = time.monotonic()
            time.sleep(0.005)
            ended = time.monotonic()
        print(began, ended)
"""


@pytest.fixture
def pace(ledger) -> SharedPace:
    return SharedPace(ledger, "bsale", 2)


def slots(ledger: psycopg.Connection, connection: str = "bsale") -> int:
    count = "SELECT count(*) FROM vendor.request_slot WHERE connection = %s"
    return ledger.execute(count, [connection]).fetchone()[0]


def free(ledger: psycopg.Connection) -> int:
    """Slots that nobody uses, whether or not they have rested."""
    query = "SELECT count(*) FROM vendor.request_slot WHERE free_at <= clock_timestamp() + interval '1 second'"
    return ledger.execute(query).fetchone()[0]


def test_no_second_holds_more_requests_than_the_limit_whichever_process_makes_them(ledger_dsn, ledger):
    running = [
        subprocess.Popen([sys.executable, "-c", PROCESS, ledger_dsn, "10"], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    lines = [line for process in running for line in process.communicate(timeout=60)[0].splitlines()]
    assert [process.returncode for process in running] == [0, 0, 0]
    turns = [tuple(map(float, line.split())) for line in lines]
    assert len(turns) == 30
    began, ended = (sorted(times) for times in zip(*turns, strict=True))
    # The vendor may count each anywhere between its two ends: still any eleven are more than a second apart.
    assert all(later - earlier >= 1 for earlier, later in zip(ended, began[10:], strict=False))


def test_a_connection_has_as_many_slots_as_requests_a_second(pace, ledger):
    with pace.turn():
        pass
    assert slots(ledger) == 2


def test_the_limits_of_two_connections_are_their_own(pace, ledger):
    other = SharedPace(ledger, "bsale_norte", 1)
    with pace.turn(), other.turn():
        assert slots(ledger, "bsale_norte") == 1


def test_a_lower_limit_uses_fewer_of_the_slots_that_are_there(ledger):
    with SharedPace(ledger, "bsale", 8).turn():
        pass
    lower = SharedPace(ledger, "bsale", 1)
    with lower.turn():
        taken = ledger.execute("SELECT slot FROM vendor.request_slot WHERE free_at > clock_timestamp()").fetchall()
        assert (1,) in [tuple(row) for row in taken]


def test_a_request_that_fails_gives_its_turn_back(pace, ledger):
    with pytest.raises(ConnectionError), pace.turn():
        raise ConnectionError
    assert free(ledger) == 2


def test_the_turn_of_a_process_that_died_comes_back_when_its_lease_is_over(ledger, ledger_dsn, monkeypatch):
    monkeypatch.setattr(rate_limits, "LEASE_SECONDS", 0.2)
    with session.connect(ledger_dsn) as dead:
        SharedPace(dead, "bsale", 1).turn().__enter__()
    with SharedPace(ledger, "bsale", 1).turn():
        assert slots(ledger) == 1


def test_a_turn_given_back_after_its_lease_does_not_end_that_of_the_next(ledger, monkeypatch):
    monkeypatch.setattr(rate_limits, "LEASE_SECONDS", 0.1)
    pace = SharedPace(ledger, "bsale", 1)
    late, next_one = pace.turn(), pace.turn()
    late.__enter__()
    monkeypatch.setattr(rate_limits, "LEASE_SECONDS", 60)
    next_one.__enter__()
    late.__exit__(None, None, None)
    assert free(ledger) == 0
    next_one.__exit__(None, None, None)
    assert free(ledger) == 1


def test_a_pause_holds_back_whoever_shares_the_connection(pace, ledger_dsn):
    with pace.turn():
        pass
    began = time.monotonic()
    pace.pause(0.3)
    with session.connect(ledger_dsn) as other, SharedPace(other, "bsale", 2).turn():
        assert time.monotonic() - began >= 0.3


def test_slots_lost_in_a_crash_are_made_again(pace, ledger):
    with pace.turn():
        pass
    ledger.execute("TRUNCATE vendor.request_slot")
    with pace.turn():
        assert slots(ledger) == 2


def test_a_ledger_that_is_gone_afterwards_does_not_hide_what_the_request_came_to(ledger_dsn):
    ledger = session.connect(ledger_dsn)
    with SharedPace(ledger, "bsale", 1).turn():
        ledger.close()


def test_without_a_ledger_there_is_no_turn(ledger_dsn):
    ledger = session.connect(ledger_dsn)
    ledger.close()
    with pytest.raises(psycopg.OperationalError), SharedPace(ledger, "bsale", 1).turn():
        pytest.fail("a request was made that nobody counted")


def test_threads_of_one_process_share_a_connection_to_the_ledger(pace):
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
