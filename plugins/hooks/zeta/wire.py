"""How Zeta is spoken to and answers: one envelope for all methods, three places that can say no (field-notes.md)."""

import re
from datetime import date, datetime
from typing import Any

from cierre.bookkeeping import json_text
from cierre.bookkeeping.text import label
from cierre.ports.errors import DataError, FatalError, RetriableError, UncertainError, VendorError
from hooks.http.hook import VendorHook, describe, one_line, words_of
from hooks.http.transport import seconds_to_wait
from hooks.zeta.words import DETAILS, SERVICE, VENDOR, yes_or_no

Row = dict[str, Any]

REFUSES_ANYBODY = re.compile(r"bloque|suspend|habilitad|clave|credencial|autoriza|permiso|licencia|\brol\b", re.I)
"""Zeta's words where no other data would help: a lockout, a login, a role. (The codes are not documented.)"""


def encode(value: Any) -> bytes:
    """JSON, with decimals as the numbers they are. Raises ValueError for what is nested too deeply."""
    return json_text.write(value).encode()


def decode(text: str) -> Any:
    """JSON with numbers as Decimal; NaN stays text, to be no amount later on. Raises ValueError."""
    return json_text.read(text)


def call(
    hook: VendorHook,
    method: str,
    connection: dict[str, str],
    data: dict[str, Any],
    *,
    about: str,
    if_lost: type[VendorError] = RetriableError,
    service: str = SERVICE,
) -> tuple[str, Row]:
    """One method of Zeta, called once: the text of its answer, and what stands in its ``<method>Out``.

    ``if_lost`` is what an answer that never came, or cannot be read, is raised as: UncertainError for a write. Raises
    DataError where Zeta refuses these data, in its words, FatalError where it would refuse any.
    """
    response = hook.exchange(
        "POST",
        service + method,
        about=about,
        if_lost=if_lost,
        data=encode({f"{method}In": {"Connection": connection, "Data": data}}),
        headers={"Content-Type": "application/json", "Accept": "application/json"},
    )
    text = hook.text(response, about=about, if_lost=if_lost)
    status = response.status_code
    if status in (408, 429) or status >= 500:
        error = hook.failure(if_lost, f"{about}: the answer is {describe(text)}", response)
        if isinstance(error, RetriableError):
            error.retry_after = seconds_to_wait(response.headers.get("Retry-After"))
        raise error
    if not 200 <= status < 300:
        told = one_line(_message(text))
        why = f"Zeta says “{told}”" if told else f"the answer is {describe(text)}"
        message = f"{about}: {method} at {hook.where} is refused, {why}: check address, login and rights"
        raise hook.failure(FatalError, message, response)
    facts = {"status": status, "request_id": response.headers.get("X-Request-ID")}
    return text, outcome(method, text, about=about, if_lost=if_lost, **facts)


def outcome(method: str, text: str, *, about: str, if_lost: type[VendorError] = RetriableError, **facts: Any) -> Row:
    """What stands in ``<method>Out`` of an answer's text, if all of its places say that it succeeded.

    ``facts`` go to the errors, which are those of ``call``.
    """
    facts["vendor"] = VENDOR
    # A write's answer in another shape says nothing of what was done.
    strange = if_lost if if_lost is UncertainError else DataError
    try:
        answer = decode(text)
    except ValueError:
        raise if_lost(f"{about}: the answer is {describe(text)}, not whole JSON", **facts) from None
    out = answer.get(f"{method}Out") if isinstance(answer, dict) else None
    if not isinstance(out, dict):
        raise strange(f"{about}: the answer has no {method}Out", **facts)
    succeeded = _succeeded(out)
    if succeeded is None:
        raise strange(f"{about}: the answer does not say whether it succeeded", **facts)
    inner = out["Response"] if isinstance(out.get("Response"), dict) else {}
    if not succeeded or _succeeded(inner) is False:
        number, words = _refusal(inner if succeeded else out)
        message = f"{about}: Zeta refuses {method}: “{words or 'no reason given'}”"
        if not succeeded and REFUSES_ANYBODY.search(words):
            raise FatalError(message, **facts)
        raise DataError(message, code=number, **facts)
    return out


def rows_of(out: Row, name: str, about: str) -> list[Row]:
    """The rows of a method's answer: its Response itself, or the list of that name in it. Raises DataError."""
    response = out.get("Response")
    rows = response.get(name) if isinstance(response, dict) else response
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError(f"{about}: the answer holds no list {name} of objects", vendor=VENDOR)
    return rows


def detail_rows(out: Row, about: str) -> list[Row]:
    """The rows of an answer with lines, in whatever sections it has them (see hooks.zeta.lines). Raises DataError."""
    response = out.get("Response")
    named = response.get(DETAILS) if isinstance(response, dict) else response
    sections = named if named is not None else response
    if isinstance(sections, dict) and any(isinstance(each, list) for each in sections.values()):
        return [{name: each for name, each in sections.items() if isinstance(each, (list, dict))}]
    return rows_of(out, DETAILS, about)


def is_last_page(out: Row, rows: list[Row], about: str) -> bool:
    """IsLastPage, as the boolean or the text that it comes as: of the page, or, on some services, of its last row.

    Raises DataError where it is missing or neither.
    """
    said = out.get("IsLastPage")
    if said is None and rows:
        said = rows[-1].get("IsLastPage")
    is_last = yes_or_no(said)
    if is_last is None:
        raise DataError(f"{about}: a page does not say whether it is the last", vendor=VENDOR)
    return is_last


def day_of(value: Any) -> date | None:
    """A date in any of the ways that Zeta writes it (2024-09-06, with a time or not, 20240906, 06/09/2024)."""
    text = str(value or "").strip().partition("T")[0].partition(" ")[0]
    for form in ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _succeeded(said: Row) -> bool | None:
    """Succeed, which some pages spell Success; None where neither is there."""
    verdict = next((said[name] for name in ("Succeed", "Success") if name in said), None)
    return None if verdict is None else str(verdict).strip().lower() in ("true", "1", "s")


def _refusal(said: Row) -> tuple[str | None, str]:
    """Code and words of a refusal."""
    error = said["Error"] if isinstance(said.get("Error"), dict) else {}
    words = error.get("Message") or said.get("Mensaje") or ""
    return label(error["Code"]) if error.get("Code") else None, words_of(words)


def _message(text: str) -> str:
    """The words of ``{"error": {"code": 404, "message": "…"}}``; empty where there are none."""
    try:
        return words_of(decode(text)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return ""
