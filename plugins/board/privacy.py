"""A source's row as people may see it: personal data masked unless they may see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hooks.open_fields import OPEN_FIELDS, PERSONAL


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a row: its path, and its value as text, or that it is ``masked``."""

    path: str
    value: str
    masked: bool


def readable(row: Any, source: str, *, clear: bool) -> list[Field]:
    """A row's fields, nested ones by their path; ``clear`` masks nothing. A path that led to no row has none."""
    return list(_fields(row, "", source, clear)) if row is not None else []


def _fields(value: Any, path: str, source: str, clear: bool) -> Iterator[Field]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _fields(inner, f"{path}.{name}" if path else name, source, clear)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _fields(inner, f"{path}[{number}]", source, clear)
    elif clear or not _is_personal(path.rpartition(".")[2].partition("[")[0], value, source):
        yield Field(path, "" if value is None else str(value), masked=False)
    else:
        yield Field(path, "", masked=True)


def _is_personal(name: str, value: Any, source: str) -> bool:
    if value is None or value == "" or isinstance(value, bool):
        return False
    if isinstance(value, str):
        return name not in OPEN_FIELDS.get(source, frozenset())
    return any(part in name.lower() for part in PERSONAL)
