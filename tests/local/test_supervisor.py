"""The supervisor of a stack's parts, with parts that are small scripts."""

import json
import sys
import time

import psutil
import pytest

from local import processes, supervisor
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
    while any("ready" not in (tmp_path / "logs" / f"{name}.log").read_text() for name in running.parts):
        running.watch()
    running.stop()
    assert notes.read_text() == "scheduler server server "
