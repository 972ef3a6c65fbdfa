"""A real mail server on loopback that keeps what it is given."""

import email
import email.policy
import json
from email.message import EmailMessage

from aiosmtpd.controller import Controller


class MailServer:
    """Listens on 127.0.0.1 while the ``with`` block lasts; ``mails`` are those it took, oldest first. It takes none for
    the addresses that it ``refuses``."""

    def __init__(self, port: int) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses: set[str] = set()
        self.port = port
        self._controller = Controller(self, hostname="127.0.0.1", port=port)

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.refuses & set(envelope.rcpt_tos):
            return "451 Not now"
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"

    @property
    def connection(self) -> str:
        """The Airflow connection that leads here, as JSON."""
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "cierre@example.com", "retry_limit": 1}
        return json.dumps({"conn_type": "smtp", "host": "127.0.0.1", "port": self.port, "extra": extra})

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.stop()
