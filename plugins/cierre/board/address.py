"""What an address of the board may hold: days and numbers that can be, texts for PostgreSQL, a place to go back to.

Anybody writes anything into an address. What cannot be is answered by the board's own page, never by a fault.
"""

from datetime import date
from typing import Annotated
from urllib.parse import SplitResult, unquote, urlsplit

from fastapi import HTTPException, Request
from pydantic import BeforeValidator, Field

from cierre.bookkeeping.validation import FIRST_DAY, LAST_DAY

BusinessDay = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A day on which a box can have been closed."""

DayOrNone = Annotated[BusinessDay | None, BeforeValidator(lambda typed: typed or None)]
"""The same of a field that a person may leave empty: a form sends it all the same."""

MonthText = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
"""A month in which a box can have been closed: ``2024-09``. (``\\d`` would be a digit of any writing.)"""

Number = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""A number that a key of PostgreSQL can be."""

_NO_TEXT = "\0"


def refuse_what_no_text_holds(request: Request) -> None:
    """Raises 404 for an address with a NUL, which no text of PostgreSQL and no file's name holds."""
    if _NO_TEXT in request.url.path or _NO_TEXT in unquote(f"{request.scope['path']}?{request.url.query}"):
        raise HTTPException(404, "There is no such page: its address holds a character that no text has.")


def parts_of(address: str) -> SplitResult | None:
    """An address in its parts; None where it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def is_of_the_board(address: str) -> bool:
    """Whether an address that a request brings along lies below the board's own, however a browser reads it."""
    parts = parts_of(address)
    if parts is None:
        return False
    path = unquote(parts.path)
    return (
        address.isprintable()
        and not address.startswith("//")
        and not (parts.scheme or parts.netloc or "\\" in unquote(address) or " " in address)
        and path.isprintable()
        and path.startswith("/")
        and not path.startswith("//")
        and not {".", ".."} & set(path.split("/"))
    )
