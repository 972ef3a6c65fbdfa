"""How long a start is waited for: a part at work is waited for, one that does nothing is given up."""

import subprocess
import sys
import time

import pytest

from local import patience as room
from local.patience import MOST_SECONDS, QUIET_SECONDS, Patience, Work, seconds_asked, work_of
from local.settings import SettingsError


class Clock:
    """Time that passes when the test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def wait(
    patience: Patience, clock: Clock, seconds: int, *, at_work: set[str], missing=("api-server", "scheduler")
) -> str:
    """Waits second by second; a part at work uses a tenth of a processor, any other a hundredth. Returns the one that
    was given up."""

    def work(part: str) -> Work:
        return Work((clock.now - 100) * (0.1 if part in at_work else 0.01))

    for _ in range(seconds):
        clock.now += 1
        if given_up := patience.given_up(missing, work):
            return given_up
    return ""


def test_parts_at_work_are_waited_for_however_slow_they_are(clock):
    assert wait(Patience(clock=clock), clock, MOST_SECONDS - 1, at_work={"api-server", "scheduler"}) == ""


def test_a_part_that_does_nothing_is_given_up_though_others_are_at_work(clock):
    patience = Patience(clock=clock)
    assert wait(patience, clock, MOST_SECONDS, at_work={"api-server"}) == "scheduler"
    assert patience.waited == QUIET_SECONDS + 1


def test_what_is_busy_for_ever_is_given_up_at_last(clock):
    patience = Patience(clock=clock)
    assert wait(patience, clock, 2 * MOST_SECONDS, at_work={"api-server", "scheduler"}) == "api-server"
    assert patience.waited == MOST_SECONDS


def test_reading_from_a_slow_disk_is_work(clock):
    patience = Patience(clock=clock)
    for _ in range(1000):
        clock.now += 1
        assert not patience.given_up(["api-server"], lambda _: Work(0.0, int(clock.now * 50_000)))


@pytest.mark.parametrize(
    ("asked", "at_work"), [(30, {"api-server", "scheduler"}), (1000, set()), (7200, {"scheduler"})]
)
def test_a_person_who_says_how_long_is_obeyed(clock, asked, at_work):
    patience = Patience(asked, clock=clock)
    assert wait(patience, clock, 10_000, at_work=at_work) == "api-server"
    assert patience.waited == asked


@pytest.mark.parametrize("text", ["", " ", None])
def test_without_the_setting_nobody_says_how_long(text):
    assert seconds_asked({} if text is None else {room.SETTING: text}) is None


@pytest.mark.parametrize("text", ["0", "-5", "ten", "1.5", "10m"])
def test_a_setting_that_is_no_number_of_seconds_is_refused_by_its_name(text):
    with pytest.raises(SettingsError, match="CIERRE_PATIENCE_SECONDS must be a number of seconds"):
        seconds_asked({room.SETTING: text})


def test_the_work_of_a_process_is_that_of_its_children_too_and_none_once_it_ended():
    spins = "import time; e = time.process_time; [0 for _ in iter(lambda: e() > 0.5, True)]; time.sleep(60)"
    starts = f"import subprocess, sys, time; subprocess.run([sys.executable, '-c', {spins!r}])"
    with subprocess.Popen([sys.executable, "-c", starts]) as process:
        until = time.monotonic() + 60
        while work_of(process.pid).cpu_seconds < 0.5:
            assert time.monotonic() < until
            time.sleep(0.1)
        for child in room.psutil.Process(process.pid).children():
            child.kill()
        process.kill()
    assert work_of(process.pid) == Work()
