"""A source's row as people may see it: personal data masked unless they may see it.

Every text is taken to be personal (a name, an identity number, an address, or free text with any of them) but in the
fields that the source's description calls open. A field that a vendor adds is so hidden until somebody has looked at
it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cierre.bookkeeping.json_text import DEEPEST, Several
from cierre.bookkeeping.text import shown
from hooks.registry import open_fields

PERSONAL = ("ruc", "cedula", "rut", "nif", "dni", "telefono", "celular", "cliente")
"""Parts of names of fields that are hidden even where they hold a number."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a row: its path, and its value as text, or that it is ``masked``."""

    path: str
    value: str
    masked: bool


def readable(row: Any, source: str, *, clear: bool) -> list[Field]:
    """A row's fields, nested ones by their path; ``clear`` masks nothing. A path that led to no row has none."""
    return list(_fields(row, "", "", source, clear)) if row is not None else []


def _fields(value: Any, path: str, name: str, source: str, clear: bool, depth: int = 0) -> Iterator[Field]:
    """``name`` is the field that the value stands in, by which it is masked."""
    if depth > DEEPEST:
        yield Field(path, "…", masked=False)
    elif isinstance(value, Several):  # the field stands more than once: each of its values
        for inner in value.values:
            yield from _fields(inner, path, name, source, clear, depth + 1)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _fields(inner, shown(f"{path}.{name}" if path else name), name, source, clear, depth + 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _fields(inner, f"{path}[{number}]", name, source, clear, depth + 1)
    elif clear or not _is_personal(name, value, source):
        yield Field(path, "" if value is None else shown(str(value)), masked=False)
    else:
        yield Field(path, "", masked=True)


def _is_personal(name: str, value: Any, source: str) -> bool:
    if value is None or value == "" or isinstance(value, bool):
        return False
    if isinstance(value, str):
        return name not in open_fields(source)
    return any(part in name.lower() for part in PERSONAL)
