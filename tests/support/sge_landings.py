"""What is landed of the SGE, for tests to bend: invoices as rows, and readings of a group of projects."""

import json
from datetime import date
from typing import Any

READING = {
    "issued_on": "1",
    "entity": "2",
    "concept": "3",
    "base": "4",
    "vat_rate": "5",
    "total": "6",
    "state": "7",
    "collected_on": "8",
    "collected": "9",
    "planned_number": "10",
}
NAMES = {
    "issued_on": "Fecha emisión",
    "entity": "Entidad",
    "concept": "Concepto",
    "base": "Importe base",
    "vat_rate": "Porcentaje IVA",
    "total": "Importe total",
    "state": "Estado",
    "collected_on": "Fecha cobro",
    "collected": "Importe cobrado",
    "planned_number": "Número previsión",
}
ACCUMULABLE = {"base", "total", "collected"}
COLUMNS = [
    {"id": id, "nombre": NAMES[meaning], "acumulable": meaning in ACCUMULABLE} for meaning, id in READING.items()
]


def invoice(id: str, issued_on: Any, collected: Any = 0, collected_on: Any = None, **changes: Any) -> dict[str, Any]:
    """A row of the list: 100.00 and 21 % of VAT, unless told otherwise by the meaning of its columns."""
    cells = {
        "issued_on": issued_on,
        "entity": "Entidad1",
        "concept": "Concepto1",
        "base": 100.00,
        "vat_rate": "21",
        "total": 121.00,
        "state": "Emitida",
        "collected_on": collected_on,
        "collected": collected,
        "planned_number": None,
    }
    project = changes.pop("project", "P1")
    identity = {"id": id, "proyectoId": project, "anualidad": "2024", "numeroFactura": f"J2024/{id}"}
    identity |= {name: changes.pop(name) for name in list(changes) if name in identity}
    written = {
        meaning: str(value) if isinstance(value, date) else value for meaning, value in (cells | changes).items()
    }
    return identity | {"columnas": {READING[meaning]: value for meaning, value in written.items()}}


def detail(row: dict[str, Any]) -> dict[str, Any]:
    """The detail that says the same as a row."""
    fields = [{"nombre": NAMES[meaning], "valor": row["columnas"][id]} for meaning, id in READING.items()]
    identity = {name: value for name, value in row.items() if name != "columnas"}
    return identity | {"campos": fields, "documentos": []}


def part(*rows: dict[str, Any], day: date, project: str = "P1", **changes: Any) -> dict[str, Any]:
    """A project's part of a landing, whole unless told otherwise."""
    once = {(row["anualidad"], row["id"]): row for row in rows}.values()
    whole = {
        "id": project,
        "reading": READING,
        "columns": [COLUMNS],
        "invoices": [list(rows)],
        "of_the_day": [[row for row in once if row["columnas"]["1"] == str(day)]],
        "details": [detail(row) for row in once],
        "announced": len(rows),
    }
    return whole | changes


def landed(
    day: date, *rows: dict[str, Any], since: date | None = None, planned: list[dict] = (), **changes: Any
) -> str:
    """A landed body: one part for each project that the rows belong to, ``P1`` at least."""
    projects = dict.fromkeys(["P1", *(row["proyectoId"] for row in rows)])
    parts = [
        part(*(row for row in rows if row["proyectoId"] == project), day=day, project=project, **changes)
        for project in projects
    ]
    since = since or date(2024, 1, 1)
    return json.dumps({"day": str(day), "since": str(since), "projects": parts, "planned": [list(planned)]})
