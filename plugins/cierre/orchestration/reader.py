"""The language of whoever answers a question, as their browser says it with the answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from cierre.language.language import CODES, Code, by_preference

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_reads: ContextVar[Code | None] = ContextVar("reads", default=None)


class ReaderLanguage:
    """Keeps what the browser asks for (Accept-Language) while Airflow's API takes an answer: what refuses an answer
    stands in Airflow's own transaction, which knows of no request."""

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Passes everything on."""
        if scope["type"] == "http" and scope["path"].endswith("/hitlDetails"):
            headers = dict(scope["headers"])
            with reading(headers.get(b"accept-language", b"").decode("latin-1")):
                await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, send)


@contextmanager
def reading(accept_language: str) -> Iterator[None]:
    """Inside, the reader is one whose browser sends this header."""
    tags = (tag.split("-")[0] for tag in by_preference(accept_language))
    before = _reads.set(next((code for tag in tags for code in CODES if code == tag), None))
    try:
        yield
    finally:
        _reads.reset(before)


def reads(otherwise: Code) -> Code:
    """The language that the reader asked for; ``otherwise`` where there is no reader, or none of ours is asked for."""
    return _reads.get() or otherwise
