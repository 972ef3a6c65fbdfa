"""A source's row as people see it: field by field, personal values masked unless they were joined to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cierre.bookkeeping.json_text import DEEPEST, Several
from cierre.bookkeeping.personal import is_token
from cierre.bookkeeping.text import shown


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a row: its path, and its value as text, or that it is ``masked``: a token stands for it."""

    path: str
    value: str
    masked: bool


def readable(row: Any) -> list[Field]:
    """A landed row's fields, nested ones by their path. A path that led to no row has none."""
    return list(_fields(row, "")) if row is not None else []


def _fields(value: Any, path: str, depth: int = 0) -> Iterator[Field]:
    if depth > DEEPEST:
        yield Field(path, "…", masked=False)
    elif isinstance(value, Several):  # the field stands more than once: each of its values
        for inner in value.values:
            yield from _fields(inner, path, depth + 1)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _fields(inner, shown(f"{path}.{name}" if path else name), depth + 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _fields(inner, f"{path}[{number}]", depth + 1)
    elif is_token(value):
        yield Field(path, "", masked=True)
    else:
        yield Field(path, "" if value is None else shown(str(value)), masked=False)
