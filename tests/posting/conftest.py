"""The ERP's hook against the sandbox, for tests of what a real site would do."""

import json

import pytest

from hooks.protheus.hook import ProtheusHook
from sandbox.server import SandboxServer


@pytest.fixture
def protheus(sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> ProtheusHook:
    """The sandbox's ERP through the real hook, whose connection is ``protheus``."""
    connection = {
        "conn_type": "protheus",
        "host": f"{sandbox.url}/protheus",
        "login": "cierre",
        "password": "sandbox",
        "extra": {"read_timeout": 60, "retries": 0, "trust_env": False},
    }
    monkeypatch.setenv("AIRFLOW_CONN_PROTHEUS", json.dumps(connection))
    return ProtheusHook("protheus")
