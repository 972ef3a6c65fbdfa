"""How Zeta is spoken to and answers: one envelope for all methods, three places that can say no (field-notes.md)."""

import re
from datetime import date, datetime
from typing import Any

from cierre.bookkeeping import json_text
from cierre.bookkeeping.text import is_text_or_number, label
from cierre.ports.errors import DataError, FatalError, RetriableError, UncertainError, VendorError
from hooks.http.hook import VendorHook, describe, one_line, words_of
from hooks.http.transport import seconds_to_wait
from hooks.zeta.words import DETAILS, SERVICE, VENDOR, code, is_missing, yes_or_no

Row = dict[str, Any]

REFUSES_ANYBODY = re.compile(r"bloque|suspend|habilitad|clave|credencial|autoriza|permiso|licencia|\brol\b", re.I)
"""Zeta's words where no other data would help: a lockout, a login, a role. (The codes are not documented.)"""

FAILS = re.compile(
    r"\berror|\bfall[aoóe]|\bno se p(udo|uede)|\bno (fue|es) posible|excepci|exception|inv[aá]lid"
    rf"|rechaz|deneg|time-?out|tiempo (de espera|agotado)|interrump|{REFUSES_ANYBODY.pattern}",
    re.I,
)
"""Words of a Mensaje that tell a failure, even beside a Succeed that is true, once NO_ERRORS are left out."""

NO_ERRORS = re.compile(
    r"\b(sin|no (se )?(hay|hubo|exist|encontr|detect|produj|registr)\w*) ((ning[uú]n[ao]?|tipo de) )*"
    r"(error(es)?|fall[ao]s?)\b"
    r"|\b(0|cero) (\w+ (con )?)?error(es)?\b|\berror(es)?( encontrados)? ?[:=] ?0\b(?![.,]?\d)",
    re.I,
)
"""Words that say that there was none: "sin ningún error", "no se encontraron errores", "Errores: 0"."""

_RESULTS = {"ok": True, "error": False}
"""What Resultado says of success (contract, Formas de Pago); it can also be "Mensaje"."""


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
    inner = _inner(out)
    verdict = _verdict(out)
    if verdict is None or (_verdict(inner) is None and _answered(inner)):
        raise strange(f"{about}: the answer does not say whether it succeeded", **facts)
    refusing = next((said for said in (out, inner) if _verdict(said) is False or _complains(said)), None)
    if refusing is not None:
        number, words = _refusal(refusing)
        message = f"{about}: Zeta refuses {method}: “{words or 'no reason given'}”"
        says_both = _verdict(refusing) is not False
        if says_both and strange is UncertainError:
            raise strange(message, **facts)
        if refusing is out and REFUSES_ANYBODY.search(words):
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


def _inner(out: Row) -> Row:
    """The second answer, in Response; a text that stands there is its words."""
    response = out.get("Response")
    if isinstance(response, str):
        return {"Mensaje": response}
    return response if isinstance(response, dict) else {}


def _answered(said: Row) -> list[Any]:
    """What an answer says under the names of Succeed, where it says anything."""
    return [said[name] for name in ("Succeed", "Success") if not is_missing(said.get(name))]


def _verdict(said: Row) -> bool | None:
    """Whether an answer says that it succeeded; False where one of its words says no, None where none can be read."""
    answers = [yes_or_no(answer) for answer in _answered(said)]
    result = _RESULTS.get(code(said.get("Resultado")).casefold())
    if result is not None:
        answers.append(result)
    return False if False in answers else None if None in answers or not answers else True


def _complains(said: Row) -> bool:
    """Whether an answer has words of failure beside what it says of success: "check both" (field-notes.md).

    Mensaje without any verdict is one; beside a yes it may tell something else.
    """
    error, words = said.get("Error"), said.get("Mensaje")
    if isinstance(error, dict):
        if not _is_nothing(error.get("Message")) or not _is_nothing(error.get("Code")):
            return True
    elif not _is_nothing(error):
        return True
    return not _is_nothing(words) and (_verdict(said) is None or bool(FAILS.search(NO_ERRORS.sub(" ", str(words)))))


def _is_nothing(value: Any) -> bool:
    """Whether a field for an error says that there is none: no value, an empty list, 0, no, OK, "sin errores"."""
    if is_missing(value) or value in ([], {}) or yes_or_no(value) is False:
        return True
    return is_text_or_number(value) and NO_ERRORS.sub("", code(value)).strip(" .").casefold() in ("", "ok")


def _refusal(said: Row) -> tuple[str | None, str]:
    """Code and words of a refusal."""
    error = said.get("Error")
    about = error if isinstance(error, dict) else {"Message": error if isinstance(error, str) else None}
    words = about.get("Message") or said.get("Mensaje") or ""
    return label(about["Code"]) if about.get("Code") else None, words_of(words)


def _message(text: str) -> str:
    """The words of ``{"error": {"code": 404, "message": "…"}}``; empty where there are none."""
    try:
        return words_of(decode(text)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return ""
