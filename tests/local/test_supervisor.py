"""The supervisor of a stack's parts, with parts that are small scripts."""

import json
import os
import subprocess
import sys
import time

import psutil
import pytest

from local import beginning, processes, supervisor
from local.supervisor import Supervisor

SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]
ENDS = [sys.executable, "-c", "print('that was all')"]


@pytest.fixture
def supervising(tmp_path):
    (tmp_path / "logs").mkdir()
    started = []

    def start(**parts):
        (tmp_path / "parts.json").write_text(json.dumps(parts))
        started.append(Supervisor(tmp_path))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.stop()


def state(supervising):
    return json.loads((supervising.home / "state.json").read_text())


def test_the_state_tells_who_runs_and_who_ended(supervising):
    running = supervising(sleeper=SLEEPS, brief=ENDS)
    running.parts["brief"].wait()
    running.watch()
    assert state(running)["sleeper"] == {"pid": running.parts["sleeper"].pid, "exit": None}
    assert state(running)["brief"]["exit"] == 0
    assert (running.home / "logs" / "brief.log").read_text() == "that was all\n"


class TestWhereProcessorsAreFew:
    """A part that begins uses a whole one for seconds, and the first is the one that all wait for."""

    @pytest.fixture
    def at_work(self, monkeypatch):
        """Whether parts use a whole processor, or none."""
        at_work = [True]
        monkeypatch.setattr(beginning, "_processor_seconds", lambda pid: time.monotonic() if at_work[0] else 0.0)
        monkeypatch.setattr(beginning, "LOOK_SECONDS", 0.1)
        return at_work

    @pytest.fixture
    def begun(self, supervising, at_work, monkeypatch):
        """``begun(processors)``: two parts."""

        def begin(processors):
            monkeypatch.setattr(beginning.os, "cpu_count", lambda: processors)
            return supervising(first=SLEEPS, second=SLEEPS)

        return begin

    def test_the_next_part_begins_once_the_one_before_rests(self, begun, at_work, monkeypatch):
        monkeypatch.setattr(beginning, "LONGEST_SECONDS", 600)
        running = begun(1)
        for _ in range(5):
            running.watch()
            assert list(running.parts) == ["first"]
            time.sleep(0.11)
        at_work[0] = False
        wait_until(lambda: running.watch() or list(running.parts) == ["first", "second"])

    def test_one_that_never_rests_holds_the_next_up_for_a_while_alone(self, begun, monkeypatch):
        monkeypatch.setattr(beginning, "LONGEST_SECONDS", 1)
        running = begun(1)
        assert list(running.parts) == ["first"]
        wait_until(lambda: running.watch() or list(running.parts) == ["first", "second"])

    def test_with_one_for_each_all_begin_at_once(self, begun):
        assert list(begun(2).parts) == ["first", "second"]

    def test_what_a_process_uses_is_seen(self):
        until = time.process_time() + 0.1
        before = beginning._processor_seconds(os.getpid())
        while time.process_time() < until:
            pass
        assert beginning._processor_seconds(os.getpid()) - before >= 0.05
        ended = subprocess.Popen(ENDS, stdout=subprocess.DEVNULL)
        ended.wait()
        assert beginning._processor_seconds(ended.pid) == 0.0


def test_a_part_that_ended_after_it_had_settled_is_started_again(supervising, monkeypatch):
    monkeypatch.setattr(supervisor, "SETTLED_SECONDS", 0)
    running = supervising(sleeper=SLEEPS)
    first = running.parts["sleeper"]
    first.kill()
    first.wait()
    running.watch()
    assert running.parts["sleeper"].pid != first.pid
    assert psutil.pid_exists(state(running)["sleeper"]["pid"])


WITH_WORKERS = """
import subprocess, sys, time
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
busy = "import subprocess; subprocess.run({!r}); import time; time.sleep(600)".format(sleep)
workers = [subprocess.Popen(sleep), subprocess.Popen([sys.executable, "-c", busy])]
print(*(worker.pid for worker in workers), flush=True)
time.sleep(600)
"""


def test_idle_workers_of_a_killed_part_are_ended_and_busy_ones_once_their_task_has_ended(supervising, monkeypatch):
    monkeypatch.setattr(supervisor, "SETTLED_SECONDS", 0)
    running = supervising(scheduler=[sys.executable, "-c", WITH_WORKERS])
    log = running.home / "logs" / "scheduler.log"
    wait_until(lambda: len(log.read_text().split()) == 2)
    idle, busy = (psutil.Process(int(pid)) for pid in log.read_text().split())
    wait_until(busy.children)
    (task,) = busy.children()
    running.parts["scheduler"].kill()
    running.parts["scheduler"].wait()
    wait_until(lambda: running.watch() or not processes.alive(idle))
    running.watch()
    time.sleep(0.2)
    assert processes.alive(busy)
    assert processes.alive(task)
    assert psutil.pid_exists(running.parts["scheduler"].pid)
    task.kill()
    wait_until(lambda: running.watch() or not processes.alive(busy))
    processes.end(processes.marked(supervisor.MARKER, running._marks["scheduler"]), patience=1)


def wait_until(condition):
    limit = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_a_part_that_ended_at_once_is_not_started_again_and_again(supervising):
    running = supervising(brief=ENDS)
    first = running.parts["brief"]
    first.wait()
    running.watch()
    assert running.parts["brief"] is first


def test_a_part_that_does_not_heed_the_request_is_killed(supervising, monkeypatch):
    monkeypatch.setattr(supervisor, "STOPPING_SECONDS", 0.5)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    running = supervising(deaf=[sys.executable, "-c", deaf])
    log = running.home / "logs" / "deaf.log"
    while log.read_text() != "deaf\n":
        running.watch()
    running.stop()
    assert running.parts["deaf"].wait() == -9


COUNTS_REQUESTS = """
import signal, subprocess, sys, time
notes, hears, task = sys.argv[1], int(sys.argv[2]), sys.argv[3]
if task != "0":
    worker = "import subprocess, time; subprocess.run(['sleep', {!r}]); time.sleep(600)".format(task)
    subprocess.Popen([sys.executable, "-c", worker])
heard = 0
def asked(*_):
    global heard
    heard += 1
    open(notes, "a").write("asked ")
    if heard == hears:
        sys.exit()
signal.signal(signal.SIGTERM, asked)
print("ready", flush=True)
while True:
    time.sleep(600)
"""


@pytest.fixture
def scheduler(supervising, tmp_path):
    """``scheduler(hears, task)``: a scheduler that ends at so many requests, whose worker has a task for so many
    seconds; gives what stops it and returns how often it was asked."""
    notes = tmp_path / "notes"

    def start(hears, task):
        running = supervising(scheduler=[sys.executable, "-c", COUNTS_REQUESTS, str(notes), str(hears), task])
        (part,) = running.parts.values()
        wait_until(lambda: "ready" in (running.home / "logs" / "scheduler.log").read_text())
        wait_until(lambda: task == "0" or any(worker.children() for worker in psutil.Process(part.pid).children()))
        marks = running._marks["scheduler"]

        def stop():
            running.stop()
            processes.end(processes.marked(supervisor.MARKER, marks), patience=1)
            return notes.read_text().split().count("asked"), part.wait()

        return stop

    return start


def test_a_scheduler_that_did_not_hear_the_request_is_asked_again(scheduler, monkeypatch):
    monkeypatch.setattr(supervisor, "ASK_AGAIN_SECONDS", 0.2)
    assert scheduler(hears=2, task="0")() == (2, 0)


def test_while_a_task_runs_the_scheduler_is_not_asked_again(scheduler, monkeypatch):
    monkeypatch.setattr(supervisor, "ASK_AGAIN_SECONDS", 0.2)
    monkeypatch.setattr(supervisor, "STOPPING_SECONDS_WITH_TASKS", 1)
    assert scheduler(hears=2, task="600")() == (1, -9)


def test_once_its_task_has_ended_it_is_asked_again(scheduler, monkeypatch):
    monkeypatch.setattr(supervisor, "ASK_AGAIN_SECONDS", 0.2)
    assert scheduler(hears=2, task="1")() == (2, 0)


def test_the_servers_outlive_the_scheduler_whose_tasks_still_call_them(supervising, tmp_path):
    notes = tmp_path / "notes"
    last_words = f"""
import signal, sys, time
def end(*_):
    time.sleep(float(sys.argv[2]))
    open({str(notes)!r}, "a").write(sys.argv[1] + " ")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
time.sleep(600)
"""

    def part(name, seconds):
        return [sys.executable, "-c", last_words, name, str(seconds)]

    running = supervising(
        **{"sandbox": part("server", 0), "api-server": part("server", 0), "scheduler": part("scheduler", 0.3)}
    )
    logs = [tmp_path / "logs" / f"{name}.log" for name in ("sandbox", "api-server", "scheduler")]
    wait_until(lambda: running.watch() or all(log.exists() and "ready" in log.read_text() for log in logs))
    running.stop()
    assert notes.read_text() == "scheduler server server "
