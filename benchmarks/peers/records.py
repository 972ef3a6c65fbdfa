"""The documents as plain records, for tools that know nothing of the product: the harness wrote them into a file."""

import json
from pathlib import Path
from typing import Any

BOX, DAY = "itb_caja_164", "2024-09-06"


def records(task: dict[str, Any], *, parsed: bool = False) -> list[dict[str, Any]]:
    """One dict a document, all values as text; ``parsed``: amounts and attributes as dicts."""
    rows = [json.loads(line) for line in Path(task["records"]).read_text(encoding="utf-8").splitlines()]
    if parsed:
        for row in rows:
            row |= {"amounts": json.loads(row["amounts"]), "attributes": json.loads(row["attributes"])}
    return rows


def answer(task: dict[str, Any]) -> bytes:
    """As many bytes as a source's answer has for so many documents."""
    return b"x" * 300 * task["count"]
