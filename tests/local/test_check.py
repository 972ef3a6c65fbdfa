"""`make check-mappings`: with this machine's ledger where there is one, and without."""

import subprocess
from contextlib import nullcontext
from types import SimpleNamespace
from typing import ClassVar

import pytest

from local import check


class PlayedStack:
    """In place of the real one: ``given`` is its environment, ``data`` the folder of its PostgreSQL."""

    def __init__(self, given, data):
        self.given, self.cluster = given, SimpleNamespace(data=data)

    ledger_to_look_at: ClassVar = {"CIERRE_LEDGER_DSN": "postgresql://the-ledger"}

    def ledger(self):
        return nullcontext()


@pytest.fixture
def ran(monkeypatch):
    """The ledger that each command was given; the command ends with 1."""
    ledgers = []

    def run(command, env=None, **_):
        assert command == check.COMMAND
        ledgers.append((env or {}).get("CIERRE_LEDGER_DSN"))
        return SimpleNamespace(returncode=1)

    monkeypatch.setattr(subprocess, "run", run)
    return ledgers


def test_without_a_ledger_the_files_alone_are_checked(ran, tmp_path):
    assert check.check_mappings(PlayedStack({}, tmp_path / "data")) == 1
    assert ran == [None]


def test_the_stacks_own_ledger_is_looked_at(ran, tmp_path):
    assert check.check_mappings(PlayedStack({}, tmp_path)) == 1
    assert ran == ["postgresql://the-ledger"]


def test_a_ledger_that_the_environment_names_is_looked_at(ran, tmp_path):
    check.check_mappings(PlayedStack({"AIRFLOW_CONN_LEDGER_DB": "postgres://x"}, tmp_path / "data"))
    assert ran == ["postgresql://the-ledger"]
