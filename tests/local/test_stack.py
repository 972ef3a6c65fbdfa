"""Starting and stopping a stack: real PostgreSQL, real processes, and small scripts in Airflow's place."""

import os
import signal
import socket
import sys

import psutil
import pytest

from local import processes
from local.settings import Ports, SettingsError
from local.stack import Stack, StackError

SANDBOX = """
import http.server, sys
class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Healthy).serve_forever()
"""
# As Airflow's executor does: children of its own, in a session of their own.
WORKER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
time.sleep(600)
"""


class SmallStack(Stack):
    """A stack without Airflow; ``worker`` is the script that stands for it."""

    sandbox = SANDBOX
    worker = WORKER

    class api:
        @staticmethod
        def unhealthy(since):
            return set()

    def _migrate(self):
        pass

    def _keep_connections(self):
        return False

    def _commands(self):
        return {
            "sandbox": [sys.executable, "-c", self.sandbox, str(self.ports.sandbox)],
            "worker": [sys.executable, "-c", self.worker],
        }


@pytest.fixture
def stack(tmp_path):
    stack = SmallStack(tmp_path / "stack", Ports.free(), fast=True)
    yield stack
    stack.down()


def supervisor_of(stack):
    return int((stack.home / "supervisor.pid").read_text())


def test_down_leaves_no_process(stack):
    stack.up()
    assert stack.running()
    running = processes.of(stack.home)
    postgres = psutil.Process(stack.cluster.pid)
    assert len(running) >= 3
    stack.down()
    assert not stack.running()
    assert not [process for process in [*running, postgres] if processes.alive(process)]


def test_up_keeps_a_stack_that_runs(stack):
    stack.up()
    supervisor = supervisor_of(stack)
    SmallStack(stack.home, Ports.free(), fast=True).up()
    assert supervisor_of(stack) == supervisor


def test_a_running_stack_is_known_by_its_own_ports(stack):
    stack.up()
    asked_on_other_ports = SmallStack(stack.home, Ports.free())
    assert asked_on_other_ports.ports == stack.ports
    assert asked_on_other_ports.ledger_dsn == stack.ledger_dsn


def test_processes_that_lost_their_supervisor_are_stopped_too(stack):
    stack.up()
    orphans = [process for process in processes.of(stack.home) if process.pid != supervisor_of(stack)]
    os.kill(supervisor_of(stack), signal.SIGKILL)
    psutil.Process(supervisor_of(stack)).wait()
    assert not stack.running()
    stack.down()
    assert not [process for process in orphans if processes.alive(process)]
    assert not stack.cluster.running()


def test_a_stack_whose_supervisor_was_killed_starts_again(stack):
    stack.up()
    os.kill(supervisor_of(stack), signal.SIGKILL)
    psutil.Process(supervisor_of(stack)).wait()
    stack.up()
    assert stack.running()


def test_a_part_that_dies_at_start_is_shown_with_the_end_of_its_log_and_nothing_stays(stack):
    stack.sandbox = "import time; time.sleep(600)"
    stack.worker = "raise SystemExit('no such setting')"
    with pytest.raises(StackError, match=r"(?s)worker ended with exit status 1.*worker\.log:.*no such setting"):
        stack.up()
    assert not processes.of(stack.home)
    assert not stack.cluster.running()


def test_a_start_says_what_it_waits_for_and_waits_while_it_is_at_work(stack, monkeypatch):
    monkeypatch.setattr("local.stack.TELL_EVERY_SECONDS", 1)
    monkeypatch.setattr("local.patience.QUIET_SECONDS", 3)
    monkeypatch.setattr("local.patience._CPU_SECONDS", 0.1)
    stack.sandbox = "import time\nuntil = time.time() + 6\nwhile time.time() < until: pass\n" + SANDBOX
    told = []
    stack.told = told.append
    stack.up()
    assert stack.running()
    assert told[:3] == ["Starting PostgreSQL", "Bringing the databases up to date", "Starting the sandbox and Airflow"]
    assert any(text.startswith("Waiting for sandbox (at work); ") for text in told)


def test_a_part_that_does_nothing_is_given_up_with_what_to_do_and_nothing_stays(stack, monkeypatch):
    monkeypatch.setattr("local.patience.QUIET_SECONDS", 2)
    stack.sandbox = "import time; print('asleep', flush=True); time.sleep(600)"
    with pytest.raises(
        StackError, match=r"(?s): sandbox\. The sandbox has done nothing for \d s\. .*CIERRE_PATIENCE_SECONDS.*asleep"
    ):
        stack.up()
    assert not processes.of(stack.home)
    assert not stack.cluster.running()


def test_a_setting_says_how_long_a_start_is_waited_for(tmp_path):
    stack = SmallStack(tmp_path / "stack", Ports.free(), fast=True, given={"CIERRE_PATIENCE_SECONDS": "1"})
    stack.sandbox = "while True: pass"
    with pytest.raises(StackError, match=r"Not ready after \d+ s: sandbox\."):
        stack.up()
    assert not processes.of(stack.home)


@pytest.mark.parametrize("name", ["api", "postgres", "sandbox"])
def test_a_taken_port_is_named_by_its_variable(name, stack):
    with (
        socket.create_server(("127.0.0.1", getattr(stack.ports, name))),
        pytest.raises(SettingsError, match=f"CIERRE_{name.upper()}_PORT"),
    ):
        stack.up()
    assert not stack.cluster.running()


def test_two_stacks_live_side_by_side(stack, tmp_path):
    neighbour = SmallStack(tmp_path / "neighbour", Ports.free(), fast=True)
    stack.up()
    neighbour.up()
    stack.down()
    assert neighbour.running()
    neighbour.down()
    assert not processes.of(neighbour.home)


def test_a_stack_takes_no_vendors_from_the_environment(stack, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_PROTHEUS", '{"conn_type": "protheus", "host": "https://erp.example"}')
    assert "AIRFLOW_CONN_PROTHEUS" not in SmallStack(stack.home, stack.ports).environment


def test_the_projects_own_stack_takes_them_and_is_one_for_each_api_port(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_PROTHEUS", "from the environment")
    monkeypatch.setenv("CIERRE_API_PORT", "8099")
    stack = Stack.of_this_project(AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE="False", AIRFLOW_CONN_PROTHEUS="a default")
    assert stack.home.name == "stack-8099"
    assert stack.given["AIRFLOW_CONN_PROTHEUS"] == "from the environment"
    assert stack.given["AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE"] == "False"
