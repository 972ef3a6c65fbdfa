"""Worked examples: what an accountant says a day books, against what the project's mapping makes of it.

One file an example, a folder a country. Of a document's amounts those that are not written are zero, or the sum of
others. The journal shows the columns that it needs; those that it leaves out must be empty in every line.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from cierre.accounting_files import cash_box
from cierre.accounting_files.account_mappings import account_mapping
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.conversion import ROUNDING
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.money import ZERO, quantum
from cierre.bookkeeping.vocabulary import SOURCES

FOLDER = Path(__file__).parent / "examples"
EXAMPLES = sorted(FOLDER.glob("*/*.yaml"))
DAY = "2024-09-06"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_worked_example_books_as_the_accountant_wrote_it(path):
    # Scalars are read as text, as in the mapping files: money never passes through a float.
    example = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    box = cash_box(example["box"])
    for said in example.get("days", [example]):
        day = date.fromisoformat(said.get("day", DAY))
        documents = [_document(row, number, box, day) for number, row in enumerate(said["documents"])]
        derivation = derive(documents, account_mapping(box.mapping), box, day)

        assert derivation.problems == []
        columns, table = _table(said["journal"])
        assert [[row[column] for column in columns] for row in _rows(derivation.entries)] == table
        unseen = {column for row in _rows(derivation.entries) for column in row if row[column]} - set(columns)
        assert not unseen


@pytest.mark.parametrize("country", ["ecuador", "chile", "uruguay", "spain"])
def test_every_kind_of_document_of_a_country_has_a_worked_example(country):
    examples = [
        yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) for path in FOLDER.glob(f"{country}/*")
    ]
    shown = {row["kind"] for one in examples for said in one.get("days", [one]) for row in said["documents"]}
    source = cash_box(examples[0]["box"]).source

    assert shown == set(SOURCES[source])


def _document(row: dict[str, str], number: int, box: CashBox, day: date) -> Document:
    kind = Kind(row["kind"])
    shape = SOURCES[box.source][kind]
    known = {"kind", "reference", "currency", ROUNDING, *shape.components, *shape.attributes}
    assert row.keys() <= known, f"unknown in a {kind} of {box.source}: {', '.join(row.keys() - known)}"
    currency = row.get("currency", box.currency)
    standard = {"currency": currency, "rate": "1"}
    attributes = {name: row.get(name, standard.get(name)) for name in shape.attributes}
    nothing = ZERO.quantize(quantum(currency))
    parts = {name: Decimal(row[name]) if name in row else nothing for name in shape.components}
    sums = {
        name: sum((parts[part] for part in of), nothing)
        for name, of in shape.components.items()
        if of and name not in row
    }
    return Document(
        source=box.source,
        kind=kind,
        source_id=f"example-{number}",
        business_date=day,
        currency=currency,
        form=row.get("form", ""),
        amounts=parts | sums | ({ROUNDING: Decimal(row[ROUNDING])} if ROUNDING in row else {}),
        attributes={name: value for name, value in attributes.items() if value is not None},
        place=f"example/{number}",
        reference=row["reference"],
    )


def _rows(entries: list[JournalEntry]) -> Iterator[dict[str, str]]:
    return (_row(line) for entry in entries for line in entry.lines)


def _row(line: Line) -> dict[str, str]:
    return {
        "account": line.account,
        "cost centre": line.cost_centre,
        "item": line.item,
        "value class": line.value_class,
        "debit": str(line.amount) if line.side is Side.DEBIT else "",
        "credit": str(line.amount) if line.side is Side.CREDIT else "",
        "own currency": f"{line.foreign.amount} {line.foreign.currency}" if line.foreign else "",
        "history": line.history,
    }


def _table(text: str) -> tuple[list[str], list[list[str]]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]
    return (rows[0], rows[1:]) if rows else ([], [])
