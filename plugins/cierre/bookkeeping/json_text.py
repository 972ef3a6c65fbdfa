"""JSON as sources send it: read so that nothing is lost or hidden, written again, and searched for one row."""

import json
from collections import deque
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from cierre.bookkeeping.text import shown

DEEPEST = 40
"""Levels of objects in objects that are looked into."""

LONGEST_INT = 4000
"""Digits of a whole number that Python reads as one; longer ones are read as Decimal."""


class Several:
    """The values of a field that stands more than once in its object: no amount, no text, nothing to book."""

    __slots__ = ("values",)

    def __init__(self, values: list[Any]) -> None:
        self.values = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Several) and self.values == other.values

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"({len(self.values)} values)"


class Repeated(dict[str, Any]):
    """An object in which a field stands more than once; such a field's value is ``Several``."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        values: dict[str, list[Any]] = {}
        for name, value in pairs:
            values.setdefault(name, []).append(value)
        super().__init__({name: one[0] if len(one) == 1 else Several(one) for name, one in values.items()})
        global _made_so_far
        _made_so_far += 1


_made_so_far = 0
_had_repeated: deque[int] = deque(maxlen=1000)


def had_repeated(text: str) -> bool:
    """Whether a field stands twice in an object of a text that was ``read`` in this process, lately."""
    return hash(text) in _had_repeated


def read(text: str) -> Any:
    """JSON with fractions as Decimal, ``NaN`` and ``Infinity`` left as text, to be no amount later on.

    An object in which a field stands twice is ``Repeated``. Control characters inside of texts are taken as they are.
    Raises ValueError for what is no whole JSON, or nested too deeply.
    """
    before = _made_so_far
    try:
        try:
            found = _plain.decode(text)
        except json.JSONDecodeError:
            raise
        except (ValueError, InvalidOperation):  # a number that Python does not read as one
            found = _any_number.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if _made_so_far > before:
        _had_repeated.append(hash(text))
    return found


def write(value: Any) -> str:
    """What ``read`` gave as JSON: with fields that stand twice, and half characters as they were. Raises ValueError."""
    try:
        return _encoder.encode(value).decode()
    except (_SeveralValues, UnicodeEncodeError, OverflowError):
        pass  # the fast writer takes no such fields, texts or numbers
    except RecursionError:
        raise ValueError("nested too deeply") from None
    try:
        return "".join(_written(value))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def repeated(value: Any, depth: int = 0) -> str:
    """The name of a field that stands twice in an object or below it; empty where none does."""
    if depth > DEEPEST:
        return ""
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, Several):
                return shown(name)
            if isinstance(inner, (dict, list)) and (found := repeated(inner, depth + 1)):
                return found
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, (dict, list)) and (found := repeated(inner, depth + 1)):
                return found
    return ""


def kept(value: Any, depth: int = 0) -> Any:
    """A row as a table of PostgreSQL can keep it: its texts as they are shown, all values of a field that repeats."""
    if isinstance(value, str):
        return shown(value)
    if depth > DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {shown(name): kept(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, (list, Several)):
        return [kept(inner, depth + 1) for inner in each(value)]
    return value


def row_at(text: str, place: str) -> Any:
    """What stands at a place of a landed body (``0/PAGOS/12``); None where nothing does.

    A body that has ``projects`` is entered by one's id, and from there into its invoices, or the list that the place
    names. Only the way down is read,
    so that one row of a large body costs little.
    """
    steps = place.split("/")
    try:
        return read(_down(msgspec.Raw(text.encode()), steps))
    except (msgspec.ValidationError, LookupError, StopIteration):
        return None  # the way leads elsewhere than to rows
    except (msgspec.DecodeError, UnicodeEncodeError):
        return found_at(read(text), place)  # it holds what only the patient reader takes


def found_at(value: Any, place: str) -> Any:
    """The same in a body that was ``read`` whole."""
    steps = place.split("/")
    try:
        if isinstance(value, dict) and "projects" in value:
            project = next(one for one in value["projects"] if str(one["id"]) == steps[0])
            value, steps = project, _in_a_project(steps)
        for step in steps:
            value = value[int(step)] if isinstance(value, list) and step.isdecimal() else value[step]
    except (LookupError, ValueError, TypeError, StopIteration):
        return None
    return value


def _down(raw: msgspec.Raw, steps: list[str]) -> str:
    for number, step in enumerate(steps):
        if number == 0 and (projects := _projects(raw)) is not None:
            project = next(one for one in projects if _id_of(one) == step)
            return _down(project, _in_a_project(steps))
        raw = _elements(raw)[int(step)] if step.isdecimal() and _begins(raw, b"[") else _fields(raw)[step]
    return bytes(raw).decode()


def _in_a_project(steps: list[str]) -> list[str]:
    """The way from a project on: into its invoices, page and row, or into another list that the place names."""
    return ["invoices", *steps[1:3]] if steps[1].isdecimal() else steps[1:3]


def _projects(raw: msgspec.Raw) -> list[msgspec.Raw] | None:
    found = _fields(raw).get("projects") if _begins(raw, b"{") else None
    return None if found is None else _elements(found)


def _id_of(project: msgspec.Raw) -> str:
    return str(msgspec.json.decode(_fields(project)["id"]))


def _begins(raw: msgspec.Raw, sign: bytes) -> bool:
    return bytes(memoryview(raw)[:64]).lstrip()[:1] == sign


def each(value: Any) -> list[Any]:
    """The values that stand in a list, or under a field that stands several times; else the one that there is."""
    if isinstance(value, Several):
        return value.values
    return value if isinstance(value, list) else [value]


def _made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else Repeated(pairs)


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) < LONGEST_INT else Decimal(digits)


def _fraction(digits: str) -> Decimal | str:
    try:
        return Decimal(digits)
    except InvalidOperation:
        return digits


_as_ever: dict[str, Any] = {"parse_constant": str, "object_pairs_hook": _made, "strict": False}
_plain = json.JSONDecoder(parse_float=Decimal, **_as_ever)
_any_number = json.JSONDecoder(parse_float=_fraction, parse_int=_whole, **_as_ever)

_elements = msgspec.json.Decoder(list[msgspec.Raw]).decode
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class _SeveralValues(Exception):
    """The fast writer met a field that stands twice."""


def _cannot(value: Any) -> Any:
    raise _SeveralValues if isinstance(value, Several) else TypeError(f"a {type(value).__name__} is no JSON")


_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=_cannot)


def _written(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        pairs = (
            (name, one)
            for name, inner in value.items()
            for one in (inner.values if isinstance(inner, Several) else [inner])
        )
        yield "{"
        for number, (name, inner) in enumerate(pairs):
            yield f"{', ' if number else ''}{json.dumps(name)}: "
            yield from _written(inner)
        yield "}"
    elif isinstance(value, (list, tuple)):
        yield "["
        for number, inner in enumerate(value):
            yield ", " if number else ""
            yield from _written(inner)
        yield "]"
    elif isinstance(value, Decimal):
        yield str(value)
    else:
        yield json.dumps(value)
