"""Gathers what is landed for a group of projects and a day: every answer that the books and the certificate need."""

import json
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from hooks.errors import DataError
from hooks.sge_answers import an_object
from hooks.sge_certificate import field_of
from hooks.sge_columns import VENDOR, Column, columns_of, resolve
from hooks.sge_landing import list_of, object_of
from hooks.sge_query import all_of, compare, issued_between, one_of, ordered_by
from mappings.sge_columns import SgeColumns

if TYPE_CHECKING:
    from hooks.sge import SgeHook

BY_ID = ordered_by(("id", "asc"))
"""The order in which lists are asked for: pages of an unordered list need not fit together."""

NUMBERS_A_QUERY = 40
"""Invoices whose planned items are asked for at once: addresses must not grow without end."""


def body_of(
    hook: "SgeHook", projects: Iterable[str], since: date, day: date, reviewed: SgeColumns
) -> tuple[dict[str, str], str]:
    """What was asked for each project, and the body. Raises as the hook's methods do.

    DataError also for rows that the SGE should not have answered, or answered twice and differently.
    """
    asked, parts, numbers = {}, [], []
    for project in projects:
        asked[project] = _query(project, since, day)
        part, issued = _project(hook, project, since, day, reviewed)
        parts.append(part)
        numbers += [number for row in issued if (number := row.get("numeroFactura"))]
    planned = []
    for begin in range(0, len(numbers), NUMBERS_A_QUERY):
        some = one_of("numeroFactura", numbers[begin : begin + NUMBERS_A_QUERY])
        planned += hook.pages("/facturas-previstas-emitidas", some, BY_ID).texts
    body = object_of(
        day=json.dumps(str(day)), since=json.dumps(str(since)), projects=list_of(parts), planned=list_of(planned)
    )
    return asked, body


def _query(project: str, since: date, day: date) -> str:
    return all_of(compare("proyectoId", "==", project), issued_between(since, day))


def _project(
    hook: "SgeHook", project: str, since: date, day: date, reviewed: SgeColumns
) -> tuple[str, list[dict[str, Any]]]:
    """One project's part of the body, and its invoices."""
    about = f"project {project}, {since} to {day}"
    query = _query(project, since, day)
    headings = hook.column_pages(query)
    invoices = hook.pages("/facturas-emitidas", query, BY_ID)
    alone = hook.pages("/facturas-emitidas", _query(project, day, day), BY_ID)
    columns = columns_of(headings.rows, about)
    reading = resolve(columns, reviewed, about) if columns or invoices.rows else {}
    for rows in (invoices.rows, alone.rows):
        _check(rows, project, {column.id for column in columns}, about)
    details = [_detail(hook, row, columns) for row in _each_once(invoices.rows, about)]
    part = object_of(
        id=json.dumps(project),
        reading=json.dumps(reading),
        columns=list_of(headings.texts),
        invoices=list_of(invoices.texts),
        of_the_day=list_of(alone.texts),
        details=list_of(details),
        announced=json.dumps(invoices.announced),
    )
    return part, invoices.rows


def _check(rows: Iterable[dict[str, Any]], project: str, columns: set[str], about: str) -> None:
    for row in rows:
        id, cells = row.get("id"), row.get("columnas")
        if not isinstance(id, str) or not id or not isinstance(cells, dict):
            raise DataError(f"{about}: an invoice without an id or without columns (id {id!r})", vendor=VENDOR)
        if row.get("proyectoId") != project:
            message = f"{about}: invoice {id} is of project {row.get('proyectoId')!r}: the server ignores the query"
            raise DataError(message, vendor=VENDOR)
        if unknown := sorted(cells.keys() - columns):
            message = f"{about}: invoice {id} has columns that are not announced: {', '.join(unknown)}"
            raise DataError(message, vendor=VENDOR)


def _each_once(rows: Iterable[dict[str, Any]], about: str) -> list[dict[str, Any]]:
    """The invoices without the rows that say the same again. Raises DataError where they say something else."""
    known: dict[tuple[Any, Any], dict[str, Any]] = {}
    for row in rows:
        first = known.setdefault((row.get("anualidad"), row["id"]), row)
        if first != row:
            raise DataError(f"{about}: invoice {row['id']} stands twice and not alike", vendor=VENDOR)
    return list(known.values())


def _detail(hook: "SgeHook", row: dict[str, Any], columns: Iterable[Column]) -> str:
    """An invoice's detail as it came, once it is sure that it is that invoice's and has the amounts."""
    id = row["id"]
    text = hook.invoice_text(id)
    detail = an_object(text, f"invoice {id}")
    if detail.get("id") != id or not isinstance(detail.get("campos"), list):
        raise DataError(f"invoice {id}: the detail is of {detail.get('id')!r}, or has no fields", vendor=VENDOR)
    for column in columns:
        if column.accumulable:
            try:
                field_of(detail, column.name)
            except (KeyError, TypeError, AttributeError):
                message = f"invoice {id}: the detail has no field “{column.name}”, which the list has as a column"
                raise DataError(message, vendor=VENDOR) from None
    return text
