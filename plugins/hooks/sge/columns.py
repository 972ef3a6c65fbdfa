"""The SGE's dynamic columns: what the server announces, held against the columns that people reviewed."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cierre.bookkeeping import json_text
from cierre.bookkeeping.text import quoted
from cierre.ports.errors import DataError
from hooks.http.hook import one_line
from hooks.sge.description import REVIEW
from hooks.sge.reviewed import InvoiceColumns

VENDOR = "SGE"

OPEN = frozenset({"issued_on", "base", "vat_rate", "total", "state", "collected_on", "collected", "planned_number"})
"""What columns may hold for everybody to see. ``entity`` names the customer, ``concept`` is free text."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the server announces it; ``id`` is that server's own. ``accumulable``: it shows the column's sum."""

    id: str
    name: str
    accumulable: bool


def columns_of(rows: Iterable[dict[str, Any]], about: str) -> list[Column]:
    """The answer of ``/facturas-emitidas/columnas``. Raises DataError for an element that is no column.

    ``acumulable`` is a boolean in the contract's table and a text in its example: both are read.
    """
    columns = []
    for row in rows:
        flag = row.get("acumulable")
        accumulable = {"true": True, "false": False}.get(flag) if isinstance(flag, str) else flag
        id, name = row.get("id"), row.get("nombre")
        if not isinstance(accumulable, bool) or not isinstance(name, str) or not isinstance(id, (str, int)):
            said = f"id {quoted(id)}, nombre {quoted(name)}, acumulable {quoted(flag)}"
            message = f"{about}: an announced column is not whole: {said}"
            raise DataError(message, vendor=VENDOR)
        columns.append(Column(str(id), plain(name), accumulable))
    return columns


def resolve(columns: Iterable[Column], reviewed: InvoiceColumns, about: str) -> dict[str, str]:
    """The id of the column that holds each thing (``collected``, …), found by its reviewed name.

    Raises DataError with everything that is not as reviewed: a column that is missing, unknown, announced twice, or
    whose sum the server shows although it was reviewed as one without (or the other way round).
    """
    announced: dict[str, Column] = {}
    wrong = []
    for column in columns:
        if column.name in announced:
            wrong.append(f"column “{column.name}” is announced twice")
        announced[column.name] = column
    expected = {meaning: (plain(column.name), column) for meaning, column in reviewed.by_meaning.items()}
    for meaning, (name, as_reviewed) in expected.items():
        found = announced.get(name)
        if found is None:
            wrong.append(f"column “{name}” ({meaning}) is missing")
        elif found.accumulable != as_reviewed.accumulable:
            wrong.append(f"column “{name}” is {'' if found.accumulable else 'not '}one that the SGE adds up")
    known = {name for name, _ in expected.values()} | {plain(name) for name in reviewed.ignored}
    wrong += [f"column “{name}” (id {announced[name].id}) is unknown" for name in announced if name not in known]
    if wrong:
        message = f"{about}: the columns are not as {REVIEW.file} has them: {'; '.join(wrong)}. Review that file first"
        raise DataError(message, vendor=VENDOR)
    return {meaning: announced[name].id for meaning, (name, _) in expected.items()}


def plain(name: str) -> str:
    """A name in one spelling: accents composed, blanks single."""
    return one_line(unicodedata.normalize("NFC", name))


def open_columns(body: str) -> frozenset[str]:
    """The columns of a body that ``fetch`` made as cierre.bookkeeping.personal.OpenFields names them; none of another
    text. A column that is open in one project and not in another is not open."""
    try:
        projects = json_text.read(body)["projects"]
        named = [_named(project) for project in projects]
        details = {name for project in projects for name in _names_in_details(project)}
    except (ValueError, KeyError, TypeError, AttributeError):
        return frozenset()
    ids = {id for one in named for meaning, id, _ in one if meaning in OPEN}
    ids -= {id for one in named for meaning, id, _ in one if meaning not in OPEN}
    names = {name for one in named for meaning, _, name in one if meaning in OPEN}
    names -= {name for one in named for meaning, _, name in one if meaning not in OPEN}
    fields = {name for name in details if plain(name) in names}
    return frozenset({f"columnas.{id}" for id in ids} | {f"campos.{name}" for name in fields})


def _named(project: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What each column holds, its id, and its name; "" for a column that nobody reviewed."""
    reading = {id: meaning for meaning, id in project["reading"].items()}
    announced = {
        str(column.get("id")): plain(str(column.get("nombre"))) for page in project["columns"] for column in page
    }
    names = project.get("names", {})
    return [
        *((reading.get(id, ""), id, name) for id, name in announced.items()),
        *((meaning, reading.get(meaning, ""), plain(name)) for meaning, name in names.items()),
    ]


def _names_in_details(project: dict[str, Any]) -> Iterator[str]:
    for detail in [*project["details"], *project.get("followed", ())]:
        for field in detail["campos"]:
            if isinstance(field, dict) and isinstance(name := field.get("nombre"), str):
                yield name
