"""Refusals, as ``application/problem+json`` (RFC 9457): each with a sentence that says what to do."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from fastapi.responses import Response

from cierre.bookkeeping.sentence import Sentence

MEDIA_TYPE = "application/problem+json"


class NotAnswered(Exception):
    """A request that is not answered: by which status, and why."""

    def __init__(self, status: int, why: Sentence, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(why)
        self.status, self.why, self.headers = status, why, dict(headers or {})


def problem(status: int, instance: str, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer; ``instance`` is the address that was asked, ``detail`` the sentence."""
    phrase = HTTPStatus(status).phrase
    told = {
        "type": f"urn:problem-type:{phrase.lower().replace(' ', '-')}",
        "title": phrase,
        "status": status,
        "instance": instance,
        "detail": detail,
    }
    return Response(msgspec.json.encode(told), status, headers=dict(headers or {}), media_type=MEDIA_TYPE)
