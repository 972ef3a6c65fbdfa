"""JSON Schemas of the mapping files, made from the models: editors complete and check with them while people type."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from cierre.accounting_files.companies import Companies
from cierre.accounting_files.loader import mappings_folder
from cierre.accounting_files.periods import Periods
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.matching.company import Arrivals
from cierre.bookkeeping.served_invoices import ServedCompanies
from cierre.bookkeeping.statements.format import AcquirerFormat, BankFormat
from hooks import registry

SCHEMAS: dict[str, tuple[type[BaseModel], str]] = {
    "cash_box": (registry.box_model(), "id file"),
    "account_mapping": (AccountMapping, "name"),
    "companies": (Companies, ""),
    "periods": (Periods, ""),
    "arrivals": (Arrivals, ""),
    "served_invoices": (ServedCompanies, ""),
    "bank_statement": (BankFormat, "name"),
    "acquirer_report": (AcquirerFormat, "name"),
    **{
        Path(one.reviewed.file).stem: (one.reviewed.model.load(), "")
        for one in registry.SOURCES.values()
        if one.reviewed
    },
}
"""The schemas by name: their model, and its fields that come from the file's own name and so are no line of it."""


def schema_text(name: str) -> str:
    """A schema as its file holds it."""
    model, identity = SCHEMAS[name]
    schema = _as_typed(model.model_json_schema())
    for field in filter(None, identity.split()):
        del schema["properties"][field]
        schema["required"].remove(field)
    if rule := schema.get("$defs", {}).get("Rule"):
        rule["properties"]["entities"]["propertyNames"] = {"enum": _entities()}
    said = {"$schema": "http://json-schema.org/draft-07/schema#"} | schema
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def write_schemas() -> list[Path]:
    """Writes ``schemas/*.json`` in the mappings folder; returns the files."""
    folder = mappings_folder() / "schemas"
    folder.mkdir(exist_ok=True)
    paths = {folder / f"{name}.json": schema_text(name) for name in SCHEMAS}
    for path, text in paths.items():
        path.write_text(text, encoding="utf-8")
    return list(paths)


def _entities() -> list[str]:
    """The numbers of the additional accounting entities that any known ERP has."""
    dimensions = sorted(registry.limits_of_any().dimensions)
    return [name.removeprefix("entities.") for name in dimensions if name.startswith("entities.")]


def _as_typed(part: Any) -> Any:
    """The same schema, for people who write ``key: 164`` or ``fraud: true``: all of it is read as text."""
    if isinstance(part, list):
        return [_as_typed(one) for one in part]
    if not isinstance(part, dict):
        return part
    if len(kinds := part.get("oneOf", ())) == 1:  # of one kind there is no choice, and a plainer message
        return _as_typed(kinds[0])
    typed = {name: _as_typed(value) for name, value in part.items()}
    if isinstance(said := typed.get("description"), str):
        typed["description"] = _for_people(said)
    if typed.get("type") == "string" and "enum" not in typed:
        typed["type"] = ["string", "number", "boolean"]
    return typed


def _for_people(docstring: str) -> str:
    """A model's docstring without what only programmers care about."""
    kept = (part for part in docstring.split("\n\n") if "pydantic" not in part)
    return "\n\n".join(" ".join(part.split()) for part in kept).replace("``", "`")
