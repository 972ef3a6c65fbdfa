"""Whose token it is: Bsale's own service tells RUT and name of a token's company (field-notes.md).

The token stands in the address that is asked, so neither the address nor any library's text about it may be told or
logged: see hooks.http.transport, which blots it out of urllib3's own lines.
"""

import json
import re
import time
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from requests import PreparedRequest, Session
from requests.exceptions import RequestException
from tenacity import RetryCallState, Retrying, retry_if_result, stop_after_attempt, wait_random
from urllib3.exceptions import HTTPError

from hooks.bsale.settings import Settings
from hooks.http.bounds import OutOfBounds, pieces
from hooks.http.deadline import ends_at, headers_end_at
from hooks.http.hook import one_line
from hooks.http.origin import origin_of, sends_in_clear

SERVICE = "https://credential.bsale.io"
BSALES_OWN = ("bsale.io", "bsale.cl", "bsale.com.pe", "bsale.com.mx")
"""Where Bsale's own addresses end: only there its own service knows the tokens."""

TRIES = 2
TIMEOUT = (3.0, 10.0)
"""Seconds to connect and to wait for an answer: short, since the day is read all the same."""

_RUT = re.compile(r"[0-9.]{6,12}-?[0-9Kk]")

_FIELDS = ("rut", "code", "taxId", "cpnCode")
"""Where an answer may have the RUT: its fields are documented nowhere."""


class _Bounds:
    """A name and a number need no more; see hooks.http.bounds."""

    max_wire_mb: float = 1
    max_answer_mb: float = 1
    max_depth: int = 10
    max_rows: int = 10


class Owner(NamedTuple):
    """The company of a token."""

    rut: str
    name: str


class Asked(NamedTuple):
    """What came of the question: the owner, or why it could not be told, in a few words without the address."""

    owner: Owner | None
    why: str = ""
    may_work_soon: bool = False


def address(settings: Settings, base_url: str) -> str:
    """Where to ask; empty where nobody says, or says an address by which the token could be read on its way: a stand-in
    or a gateway is sent no token that it was not given."""
    said = settings.credential_address
    if said is not None:
        there = (base_url + said if said.startswith("/") else said).rstrip("/")
        return "" if sends_in_clear(there) and origin_of(there) != origin_of(base_url) else there
    host = urlsplit(base_url).hostname or ""
    return SERVICE if any(host == own or host.endswith(f".{own}") for own in BSALES_OWN) else ""


def ask(session: Session, where: str, token: str) -> Asked:
    """Whose token it is. Never raises: a day can be read without."""
    path = f"{where}/v1/instances/basic/{quote(token, safe='')}"
    answered = Asked(None, "nobody answers")
    # Public clients write .json behind the token, and the notes do not.
    for name in (path, f"{path}.json"):
        retrying = Retrying(
            retry=retry_if_result(lambda asked: asked.may_work_soon),
            stop=stop_after_attempt(TRIES),
            wait=wait_random(0.2, 0.6),
            retry_error_callback=_last,
        )
        answered = retrying(_ask_once, session, name)
        if answered.owner or answered.may_work_soon:
            break
    return answered


def normal(rut: str) -> str:
    """A RUT as it is compared: ``76.543.210-3`` is ``76543210-3``."""
    plain = re.sub(r"[^0-9K]", "", rut.upper()).lstrip("0")
    return f"{plain[:-1]}-{plain[-1]}" if len(plain) > 1 else plain


def _ask_once(session: Session, url: str) -> Asked:
    until = time.monotonic() + sum(TIMEOUT)
    try:
        with headers_end_at(until):
            response = session.get(url, timeout=TIMEOUT, allow_redirects=False, stream=True, auth=_no_header)
        with response, ends_at(until, response.raw.shutdown):
            text = b"".join(pieces(response, _Bounds())).decode(errors="replace")
    except (RequestException, HTTPError, OSError, OutOfBounds) as error:
        return Asked(None, type(error).__name__, may_work_soon=True)
    if response.status_code != 200:
        return Asked(None, f"HTTP {response.status_code}", may_work_soon=response.status_code >= 500)
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return Asked(None, "no JSON", may_work_soon=True)
    owner = _owner(said)
    return Asked(owner, "" if owner else "no RUT in the answer")


def _owner(said: object) -> Owner | None:
    if not isinstance(said, dict):
        return None
    parts = (said, said.get("data"), said.get("instance"))
    for part in (part for part in parts if isinstance(part, dict)):
        for field in _FIELDS:
            value = str(part.get(field) or "")
            if _RUT.fullmatch(value.strip()):
                return Owner(normal(value), one_line(str(part.get("name") or ""))[:80])
    return None


def _last(call: RetryCallState) -> Any:
    """What the last try came to; tenacity calls this after one."""
    return call.outcome.result() if call.outcome else None


def _no_header(request: PreparedRequest) -> PreparedRequest:
    """The service takes the token by its address alone."""
    return request
