"""A row as PostgreSQL writes it as jsonb, made here from its plain values: ``jsonb_strip_nulls(to_jsonb(row))::text``.

Links are hashes of such texts. An audit that let the database make them would believe what it is to check.
"""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, NamedTuple


class Column(NamedTuple):
    """A column's name, and its type as PostgreSQL calls it (``numeric``, ``_text``)."""

    name: str
    type: str


Columns = tuple[Column, ...]
Values = Sequence[Any]
"""A row's values as PostgreSQL writes them (in UTC, dates as ISO has them), arrays as lists, None for NULL."""


class _Number(str):
    """A number as it stands, 12.50."""


def object_text(columns: Columns, values: Values) -> str:
    """The row as an object: ``{"a": 1, "bc": "x"}``."""
    members = []
    for name, place, written in _members(columns):
        value = values[place]
        if value is not None and (text := written(value)) != "null":
            members.append(f"{name}: {text}")
    return "{" + ", ".join(members) + "}"


def array_text(columns: Columns, values: Values) -> str:
    """The row as an array of its values: ``[1, null, "x"]``."""
    written = _writers(columns)
    return listed("null" if value is None else write(value) for write, value in zip(written, values, strict=True))


def listed(texts: Any) -> str:
    """Texts of values as one array."""
    return "[" + ", ".join(texts) + "]"


def quoted(text: str) -> str:
    """A text as a JSON string, escaped as PostgreSQL does."""
    return encode_basestring(text)


@lru_cache
def _members(columns: Columns) -> list[tuple[str, int, Callable[[Any], str]]]:
    """Name, place and writer of each column, in jsonb's order of keys: the shorter first, then byte by byte."""
    names = [column.name.encode() for column in columns]
    writers = _writers(columns)
    places = sorted(range(len(columns)), key=lambda place: (len(names[place]), names[place]))
    return [(quoted(columns[place].name), place, writers[place]) for place in places]


@lru_cache
def _writers(columns: Columns) -> list[Callable[[Any], str]]:
    return [_WRITERS.get(column.type, quoted) for column in columns]


def _number(text: str) -> str:
    return text if text[-1].isdigit() else quoted(text)  # NaN, Infinity


def _time(text: str) -> str:
    return quoted(text.replace(" ", "T", 1).replace("+00", "+00:00", 1))


def _texts(values: list[str | None]) -> str:
    return listed("null" if value is None else quoted(value) for value in values)


def _json(text: str) -> str:
    if "null" not in text:
        return text
    return _written(json.loads(text, parse_float=_Number, parse_int=_Number))


def _written(value: Any) -> str:
    """JSON without what is null in objects."""
    match value:
        case dict():
            said = (f"{quoted(name)}: {_written(inner)}" for name, inner in value.items() if inner is not None)
            return "{" + ", ".join(said) + "}"
        case list():
            return listed(map(_written, value))
        case _Number():
            return str(value)
        case str():
            return quoted(value)
        case _:
            return json.dumps(value)


_WRITERS: dict[str, Callable[[Any], str]] = {
    "bool": {"t": "true", "f": "false"}.__getitem__,
    "int2": str,
    "int4": str,
    "int8": str,
    "numeric": _number,
    "jsonb": _json,
    "timestamptz": _time,
    "_text": _texts,
}
