"""The limit of requests within one process: no second holds more of them than it may."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from hooks import bsale_pace
from hooks.bsale_pace import ProcessPace, of_this_process

A_WHILE = 0.05


@pytest.fixture(autouse=True)
def short_seconds(monkeypatch):
    """Seconds of 50 ms, so that nobody waits long."""
    monkeypatch.setattr(bsale_pace, "SECOND", A_WHILE)


def test_no_second_between_any_requests_holds_more_than_the_limit():
    pace = ProcessPace(3)
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


def test_a_request_that_fails_gives_its_turn_back():
    pace = ProcessPace(1)
    with pytest.raises(ConnectionError), pace.turn():
        raise ConnectionError
    with pace.turn():
        pass


def test_a_pause_holds_everybody_back_until_it_is_over():
    pace = ProcessPace(2)
    began = time.monotonic()
    pace.pause(A_WHILE)
    pace.pause(0)
    with pace.turn():
        assert time.monotonic() - began >= A_WHILE


def test_hooks_of_one_connection_share_their_pace_and_those_of_others_do_not():
    assert of_this_process("a", 8) is of_this_process("a", 8)
    assert of_this_process("a", 8) is not of_this_process("b", 8)
