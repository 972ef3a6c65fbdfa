"""The limit of requests among all processes: slots that are taken, rest, and come back."""

import subprocess
import sys
import time

import psycopg
import pytest

from cierre.ledger import rate_limits, session
from cierre.ledger.rate_limits import give_back, pause, take

PROCESS = """
import sys, time
from cierre.ledger import session
from cierre.ledger.rate_limits import give_back, take

with session.connect(sys.argv[1]) as ledger:
    for _ in range(10):
        slot = take(ledger, "bsale", 10)
        began = time.monotonic()
        time.sleep(0.005)
        print(began, time.monotonic())
        give_back(ledger, slot, rest=1)
"""


def slots(ledger: psycopg.Connection, connection: str = "bsale") -> int:
    count = "SELECT count(*) FROM vendor.request_slot WHERE connection = %s"
    return ledger.execute(count, [connection]).fetchone()[0]


def in_use(ledger: psycopg.Connection) -> int:
    """Slots under a lease, rather than resting."""
    query = "SELECT count(*) FROM vendor.request_slot WHERE free_at > clock_timestamp() + interval '2 seconds'"
    return ledger.execute(query).fetchone()[0]


def test_no_second_holds_more_requests_than_the_limit_whichever_process_makes_them(ledger_dsn):
    running = [
        subprocess.Popen([sys.executable, "-c", PROCESS, ledger_dsn], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    lines = [line for process in running for line in process.communicate(timeout=60)[0].splitlines()]
    assert [process.returncode for process in running] == [0, 0, 0]
    turns = [tuple(map(float, line.split())) for line in lines]
    assert len(turns) == 30
    began, ended = (sorted(times) for times in zip(*turns, strict=True))
    # The vendor may count each anywhere between its two ends: still any eleven are more than a second apart.
    assert all(later - earlier >= 1 for earlier, later in zip(ended, began[10:], strict=False))


def test_a_connection_has_as_many_slots_as_requests_a_second(ledger):
    give_back(ledger, take(ledger, "bsale", 2), rest=0)
    assert slots(ledger) == 2


def test_the_limits_of_two_connections_are_their_own(ledger):
    take(ledger, "bsale", 1)
    take(ledger, "bsale_norte", 1)
    assert (slots(ledger), slots(ledger, "bsale_norte")) == (1, 1)


def test_a_higher_limit_makes_more_slots_and_a_lower_one_uses_fewer(ledger):
    first = take(ledger, "bsale", 1)
    others = [take(ledger, "bsale", 3) for _ in range(2)]
    assert sorted(slot.number for slot in (first, *others)) == [1, 2, 3]
    for slot in (*others, first):
        give_back(ledger, slot, rest=0)
    assert take(ledger, "bsale", 1).number == 1


def test_a_slot_given_back_rests_before_it_is_taken_again(ledger):
    slot = take(ledger, "bsale", 1)
    began = time.monotonic()
    give_back(ledger, slot, rest=0.3)
    assert take(ledger, "bsale", 1).number == slot.number
    assert time.monotonic() - began >= 0.3


def test_the_slot_of_a_process_that_died_comes_back_when_its_lease_is_over(ledger, ledger_dsn, monkeypatch):
    monkeypatch.setattr(rate_limits, "LEASE_SECONDS", 0.2)
    with session.connect(ledger_dsn) as dead:
        take(dead, "bsale", 1)
    assert take(ledger, "bsale", 1).number == 1


def test_a_slot_given_back_after_its_lease_does_not_end_that_of_the_next(ledger, monkeypatch):
    monkeypatch.setattr(rate_limits, "LEASE_SECONDS", 0.1)
    late = take(ledger, "bsale", 1)
    monkeypatch.setattr(rate_limits, "LEASE_SECONDS", 60)
    of_the_next = take(ledger, "bsale", 1)
    give_back(ledger, late, rest=1)
    assert in_use(ledger) == 1
    give_back(ledger, of_the_next, rest=1)
    assert in_use(ledger) == 0


def test_a_pause_holds_back_whoever_shares_the_connection(ledger, ledger_dsn):
    give_back(ledger, take(ledger, "bsale", 2), rest=0)
    began = time.monotonic()
    pause(ledger, "bsale", 0.3)
    pause(ledger, "bsale", 0.01)
    with session.connect(ledger_dsn) as other:
        take(other, "bsale", 2)
    assert time.monotonic() - began >= 0.3


def test_slots_lost_in_a_crash_are_made_again(ledger, admin):
    take(ledger, "bsale", 2)
    admin.execute("TRUNCATE vendor.request_slot")
    take(ledger, "bsale", 2)
    assert slots(ledger) == 2


def test_a_ledger_that_is_gone_afterwards_is_no_error(ledger_dsn):
    ledger = session.connect(ledger_dsn)
    slot = take(ledger, "bsale", 1)
    ledger.close()
    give_back(ledger, slot, rest=1)


def test_without_a_ledger_no_slot_is_taken(ledger_dsn):
    ledger = session.connect(ledger_dsn)
    ledger.close()
    with pytest.raises(psycopg.OperationalError):
        take(ledger, "bsale", 1)
