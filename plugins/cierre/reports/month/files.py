"""A month as files of one kind each: CSV, XLSX and PDF."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TextIO

from cierre.language.regional import Regional
from cierre.reports import pdf
from cierre.reports.cells import write_csv
from cierre.reports.month.scope import Scope
from cierre.reports.month.tables import Tables
from cierre.reports.tables import Table
from cierre.reports.workbook import Workbook

PRINTED_ROWS = 5_000
"""Of a table in the PDF: of a longer one it has none, and says so. Nobody reads more on paper, and it takes minutes."""


def write_journal(path: Path, tables: Tables, scope: Scope, _: Regional) -> None:
    """The journal's lines as CSV, as spreadsheets of the reader's country open them; no totals among them."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        write_table(file, tables.lines(), _)


def write_table(file: TextIO, table: Table, _: Regional) -> None:
    """A table as CSV, without its totals, which would be added up with the rows."""
    comma = _.decimal_mark == ","
    write_csv(file, [table.head], comma)
    write_csv(file, table.rows, comma)


def write_xlsx(path: Path, tables: Tables, scope: Scope, _: Regional) -> None:
    """All tables, a sheet each. Raises ValueError, with a sentence, for more rows than a sheet holds."""
    with Workbook(path, author=scope.by) as book:
        for table in tables:
            book.table(table)


def write_pdf(path: Path, tables: Tables, scope: Scope, _: Regional) -> None:
    """All tables that have rows, on A4 across, with who printed it when on each page, and a place to sign."""
    printed = _("Printed by {by}, {when}", by=scope.by, when=_.instant(scope.at, scope.zone))
    paper = pdf.Paper(tables.title, _, f"{tables.title} · {printed}", landscape=True)
    for heading, text in tables.about():
        paper.line(f"{heading}: {text}")
    for table in islice(tables, 1, None):
        rows = list(islice(table.rows, PRINTED_ROWS + 1))
        if len(rows) > PRINTED_ROWS:
            rows = []
            _exhaust(table.rows)
            paper.line(
                _("{table}: more than {n} rows, which the XLSX and CSV files have.", table=table.title,
                  n=_.count(PRINTED_ROWS))
            )  # fmt: skip
        paper.table(Table(table.title, table.head, rows, table.foot))
    paper.place_to_sign()
    path.write_bytes(paper.content())


def _exhaust(rows: Iterable[object]) -> None:
    """Reads the rest, which the totals count."""
    for _row in rows:
        pass
