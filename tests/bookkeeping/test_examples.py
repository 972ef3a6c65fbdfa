"""Worked examples: what an accountant says a day books, against what the project's mapping makes of it."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from bookkeeping.derive import derive
from bookkeeping.documents import Document, Kind
from bookkeeping.journal import JournalEntry, Side

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*.yaml"))
COMPONENTS = ("net", "promotion", "scholarship", "gross")
HEADINGS = ["account", "cost centre", "debit", "credit", "history"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_worked_example_books_as_the_accountant_wrote_it(path, mapping, box, day):
    # Scalars are read as text, as in the mapping files: money never passes through a float.
    example = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    documents = [_document(row, number, day) for number, row in enumerate(example["documents"])]

    derivation = derive(documents, mapping, box, day)

    assert derivation.problems == []
    assert [row for entry in derivation.entries for row in _rows(entry)] == _table(example["journal"])


def _document(row: dict[str, str], number: int, day) -> Document:
    attributes = {name: value for name, value in row.items() if name not in (*COMPONENTS, "kind", "reference")}
    return Document(
        source="sga",
        kind=Kind(row["kind"]),
        source_id=f"example-{number}",
        business_date=day,
        currency="USD",
        form=row.get("form", ""),
        amounts={name: Decimal(row[name]) for name in COMPONENTS if name in row},
        attributes=attributes,
        place=f"example/{number}",
        reference=row["reference"],
    )


def _rows(entry: JournalEntry) -> list[list[str]]:
    return [
        [
            line.account,
            line.cost_centre,
            str(line.amount) if line.side is Side.DEBIT else "",
            str(line.amount) if line.side is Side.CREDIT else "",
            line.history,
        ]
        for line in entry.lines
    ]


def _table(text: str) -> list[list[str]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]
    assert not rows or rows[0] == HEADINGS
    return rows[1:]
