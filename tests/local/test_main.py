"""The commands behind `make demo`, `make up` and `make down`: settings, messages, exit statuses."""

import os
import sys

import pytest

import local.__main__ as room
from cierre.reports.plain_console import PlainConsole
from local.errors import LocalError


class PlayedStack:
    """In place of the real one; ``up`` does what the test says."""

    api_url, sandbox_url, user, password = "http://127.0.0.1:8080", "http://127.0.0.1:8800", "admin", "the-password"

    def __init__(self, home, up=lambda: None):
        self.home, self.up = home, up

    def running(self):
        return True


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    """Runs a command line with a played stack in a project folder of its own; returns exit status and output."""
    monkeypatch.setattr(room, "PROJECT", tmp_path)
    monkeypatch.setattr(room.signal, "signal", lambda number, handler: None)
    played = PlayedStack(tmp_path / "stack-8080")
    monkeypatch.setattr(room.Stack, "of_this_project", lambda **defaults: played)

    def run(*arguments, up=lambda: None):
        played.up = up
        monkeypatch.setattr(sys, "argv", ["local", *arguments])
        monkeypatch.setattr(room, "console", PlainConsole(file=sys.stdout, width=140))
        return room.main(), capsys.readouterr().out

    return run


def fail(error):
    def up():
        raise error

    return up


def test_up_tells_where_the_ui_is_and_who_may_enter(run):
    status, output = run("up")
    assert status == 0
    assert "http://127.0.0.1:8080: user admin, password the-password" in output


def test_settings_come_from_dot_env_and_the_environment_wins(run, monkeypatch, tmp_path):
    monkeypatch.setenv("CIERRE_API_PORT", "8099")
    monkeypatch.setenv("AIRFLOW_CONN_PROTHEUS", "")
    monkeypatch.delenv("AIRFLOW_CONN_PROTHEUS")
    (tmp_path / ".env").write_text('CIERRE_API_PORT=8088\nAIRFLOW_CONN_PROTHEUS=\'{"host": "https://erp.example"}\'\n')
    seen = {}
    run("up", up=lambda: seen.update(os.environ))
    assert seen["CIERRE_API_PORT"] == "8099"
    assert seen["AIRFLOW_CONN_PROTHEUS"] == '{"host": "https://erp.example"}'


def test_what_went_wrong_is_one_message_and_no_traceback(run):
    status, output = run("up", up=fail(LocalError("Port 8080 is taken: [set] CIERRE_API_PORT")))
    assert status == 1
    assert output.strip() == "Port 8080 is taken: [set] CIERRE_API_PORT"


def test_files_of_another_user_are_told_by_name(run):
    status, output = run("up", up=fail(PermissionError(13, "Permission denied", "/project/.run/lock")))
    assert status == 1
    assert "/project/.run/lock belongs to another user" in output


def test_an_interruption_has_the_shells_own_exit_status(run):
    assert run("up", up=fail(KeyboardInterrupt()))[0] == 130


def test_a_text_that_is_no_day_is_refused_before_anything_starts(run, capsys):
    with pytest.raises(SystemExit) as ended:
        run("demo", "--date", "06/09/2024")
    assert ended.value.code == 2
    assert "'06/09/2024' is not a day like 2024-09-06" in capsys.readouterr().err
