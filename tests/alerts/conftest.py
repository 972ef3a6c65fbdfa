"""A real mail server and a real chat service on loopback, and the connections that lead to them."""

import json
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from support.chats import ChatServer
from support.mailbox import MailServer


@pytest.fixture
def mailbox(unused_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EmailMessage]]:
    """The mails that the server has taken, oldest first."""
    with MailServer(unused_port) as server:
        monkeypatch.setenv("AIRFLOW_CONN_ALERTS_SMTP", server.connection)
        yield server.mails


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
