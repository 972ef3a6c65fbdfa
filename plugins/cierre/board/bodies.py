"""What a request may bring along: within a bound, from a person who is logged in, as text in UTF-8.

FastAPI reads what a form sends before it asks who sent it, so all this is looked at before the board's routes.
"""

import re

from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
from fastapi import HTTPException, Request
from python_multipart.multipart import parse_options_header
from starlette.types import Message, Receive

from cierre.bookkeeping.sentence import Sentence
from cierre.statement_files.tables import MOST_BYTES

MOST_OF_A_FORM = 100_000
"""Bytes of a form: each of its texts as long as it may be, with every sign escaped."""

ROOM = 20_000
"""Bytes that a form with a file may have besides the file."""

TOO_LONG = Sentence("That is more than is taken here.")
NOT_UTF_8 = Sentence("What was sent is not text in UTF-8. Nothing was changed.")

_UPLOAD = re.compile(r"/arrivals/[^/]+/statements")
_UTF_8 = (b"utf-8", b"utf8", b"us-ascii")


async def logged_in(request: Request) -> None:
    """Raises 401 or 403 without a valid session of Airflow's; reads nothing that the request brings along."""
    await get_user(request, None, await bearer_scheme(request))


async def refuse_body(request: Request) -> None:
    """Raises 413 for what is too long by its own word, 401 or 403 without a session, 415 for text that is not UTF-8."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and length.isascii() and (len(length) > 12 or int(length) > most_of(request)):
        raise HTTPException(413, TOO_LONG)
    if request.method in ("GET", "HEAD"):
        return  # No such route reads a body; each asks for the session itself.
    await logged_in(request)
    _, options = parse_options_header(request.headers.get("content-type"))
    if options.get(b"charset", b"utf-8").lower() not in _UTF_8:
        raise HTTPException(415, NOT_UTF_8)


def counted(request: Request, receive: Receive) -> Receive:
    """What a request brings along, whose bytes are counted: raises 413 once there are too many."""
    most, read = most_of(request), 0

    async def counting() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise HTTPException(413, TOO_LONG)
        return message

    return counting


def most_of(request: Request) -> int:
    """The bytes that a request may bring along: a statement's file is longer than any form."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return MOST_BYTES + ROOM if _UPLOAD.fullmatch(path) else MOST_OF_A_FORM
