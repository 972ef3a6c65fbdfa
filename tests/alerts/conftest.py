"""A real chat service on loopback, the connection that leads to it, and who is told."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.chats import ChatServer


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mappings folder that says who is told."""
    (tmp_path / "companies.yaml").write_text(
        "companies:\n  itb:\n    name: ITB\n    alerts: [ana@example.com, luis@example.com]\n    language: en\n"
        "  quiet:\n    name: Quiet\n"
    )
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def chats(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], list[dict]]]:
    """``chats("itb")``: the messages that the company's service has taken, oldest first."""
    with ChatServer() as server:
        services = [{"path": server.address(company), "tag": company} for company in ("itb", "quiet")]
        monkeypatch.setenv(
            "AIRFLOW_CONN_ALERTS_APPRISE", json.dumps({"conn_type": "apprise", "extra": {"config": services}})
        )
        yield server.messages
