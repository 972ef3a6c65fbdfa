"""Deadlines of answers: each is kept at its own instant, by one thread for all."""

import math
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from hooks.http.deadline import ends_at


def in_seconds(seconds: float) -> float:
    return time.monotonic() + seconds


def test_what_ends_in_time_is_not_shut_down():
    shut_down = Event()
    with ends_at(in_seconds(0.05), shut_down.set):
        pass
    assert not shut_down.wait(0.1)


def test_what_takes_longer_is_shut_down_and_told_whatever_it_raised_itself():
    shut_down = Event()
    with pytest.raises(TimeoutError), ends_at(in_seconds(0.05), shut_down.set):
        assert shut_down.wait(10)
        raise ConnectionError


def test_a_deadline_that_is_over_already_is_kept():
    shut_down = Event()
    with pytest.raises(TimeoutError), ends_at(in_seconds(-1), shut_down.set):
        assert shut_down.wait(10)


def test_an_earlier_deadline_does_not_wait_for_a_later_one():
    shut_down = Event()
    with (
        ends_at(math.inf, Event().set),
        ends_at(in_seconds(600), Event().set),
        pytest.raises(TimeoutError),
        ends_at(in_seconds(0.05), shut_down.set),
    ):
        assert shut_down.wait(10)


def test_one_that_cannot_be_shut_down_keeps_no_other_from_its_end():
    def fails() -> None:
        raise AttributeError

    shut_down = Event()
    with (
        pytest.raises(TimeoutError),
        ends_at(in_seconds(0.1), shut_down.set),
        pytest.raises(TimeoutError),
        ends_at(in_seconds(0.02), fails),
    ):
        assert shut_down.wait(10)


def test_many_at_once_take_one_thread():
    most = []

    def answer(number: int) -> bool:
        shut_down, late = Event(), number % 2 == 0
        try:
            with ends_at(in_seconds(0.05 if late else 600), shut_down.set):
                most.append(threading.active_count())
                shut_down.wait(10 if late else 0.1)
        except TimeoutError:
            return late
        return not late

    before = threading.active_count()
    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(answer, range(64)))
    assert max(most) <= before + 16 + 1


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_process_keeps_its_deadlines_too():
    with ends_at(in_seconds(600), Event().set):
        child = os.fork()
        if child == 0:
            shut_down = Event()
            try:
                with ends_at(in_seconds(0.05), shut_down.set):
                    shut_down.wait(10)
            except TimeoutError:
                os._exit(7)
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
