"""A real mail server on loopback, and the connection that leads to it."""

import email
import email.policy
import json
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller


class Mailbox:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server, session, envelope) -> str:
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@pytest.fixture
def mailbox(unused_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EmailMessage]]:
    """The mails that the server has taken, oldest first."""
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=unused_port)
    server.start()
    connection = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": unused_port,
        "extra": {"disable_ssl": True, "disable_tls": True, "from_email": "cierre@example.com", "retry_limit": 1},
    }
    monkeypatch.setenv("AIRFLOW_CONN_ALERTS_SMTP", json.dumps(connection))
    yield box.mails
    server.stop()


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mappings folder that says who is told."""
    (tmp_path / "companies.yaml").write_text(
        "companies:\n  itb:\n    name: ITB\n    alerts: [ana@example.com, luis@example.com]\n"
        "  quiet:\n    name: Quiet\n"
    )
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(tmp_path))
    return tmp_path
