"""The journal as a spreadsheet: XLSX with lines, documents and balances; CSV with the lines.

A line names its entry and the ERP's document; a document's row names the line it stands behind.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from cierre.bookkeeping.journal import Line, Side
from cierre.ledger.journal import StandingEntry
from cierre.reports import cells
from cierre.reports.accounts import AccountNames
from cierre.reports.cells import Cell, text_cell

LINES = ("entry_date", "business_date", "box", "entry", "erp_document", "reverses", "line", "account", "account_name",
         "cost_centre", "item", "value_class", "entities", "debit", "credit", "currency", "foreign_amount",
         "foreign_currency", "history", "documents")  # fmt: skip
DOCUMENTS = ("entry", "line", "document", "reference", "component", "amount", "currency", "place", "snapshot")
BALANCES = ("account", "account_name", "currency", "debit", "credit", "balance")

SHEET_ROWS = 1_048_576
"""Rows of a sheet, its heading included."""


def write_csv(path: Path, entries: Iterable[StandingEntry], names: AccountNames, *, comma: bool) -> None:
    """The lines of all entries, UTF-8 with a byte order mark (so that spreadsheets see it), for people who write a
    decimal ``comma`` or a point."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        cells.write_csv(file, [LINES], comma)
        for standing in entries:
            cells.write_csv(file, _lines(standing, names), comma)


def write_xlsx(path: Path, entries: Iterable[StandingEntry], names: AccountNames) -> None:
    """Three sheets: lines, the documents behind them, and each account's balance. Raises ValueError, with a sentence,
    where there are more documents than a sheet holds."""
    balances: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    with xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as workbook:
        lines, documents = _Sheet(workbook, "Lines", LINES), _Sheet(workbook, "Documents", DOCUMENTS)
        for standing in entries:
            lines.write(_lines(standing, names))
            documents.write(_documents(standing))
            for line in standing.entry.lines:
                balances[line.account, standing.entry.currency][line.side is Side.CREDIT] += line.amount
        _Sheet(workbook, "Balances", BALANCES).write(
            (account, names.title(account), currency, debit, credit, debit - credit)
            for (account, currency), (debit, credit) in sorted(balances.items())
        )


class _Sheet:
    """A sheet with a heading, filled from the top."""

    def __init__(self, workbook: Workbook, name: str, columns: tuple[str, ...]) -> None:
        self.sheet: Worksheet = workbook.add_worksheet(name)
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, len(columns) - 1, 16)
        self.sheet.write_row(0, 0, columns, workbook.add_format({"bold": True}))
        self.sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # codes are texts
        self.money = {places: workbook.add_format({"num_format": f"#,##0{places}"}) for places in ("", ".00")}
        self.text = workbook.add_format({"num_format": "@", "quote_prefix": True})
        self.rows = 1

    def write(self, rows: Iterable[tuple[Cell, ...]]) -> None:
        for row in rows:
            if self.rows == SHEET_ROWS:
                raise ValueError(f"There are more than a spreadsheet's {SHEET_ROWS:,} rows: export a shorter range.")
            for column, cell in enumerate(row):
                self._write(column, cell)
            self.rows += 1

    def _write(self, column: int, cell: Cell) -> None:
        if isinstance(cell, Decimal):
            self.sheet.write_number(self.rows, column, cell, self.money[".00" if cell.as_tuple().exponent else ""])
        elif isinstance(cell, date):
            self.sheet.write_datetime(self.rows, column, cell)
        elif isinstance(cell, str):
            self.sheet.write_string(self.rows, column, text_cell(cell), self.text)  # never a formula, also when edited
        elif cell is not None:
            self.sheet.write_number(self.rows, column, cell)


def _lines(standing: StandingEntry, names: AccountNames) -> Iterator[tuple[Cell, ...]]:
    entry = standing.entry
    above = (
        standing.entry_date,
        entry.business_date,
        entry.box,
        standing.key,
        standing.erp_document,
        standing.reverses,
    )
    for number, line in enumerate(entry.lines, start=1):
        yield (*above, number, line.account, names.title(line.account), *_codes(line), *_sides(line), entry.currency,
               *reversed(line.foreign or (None, None)), line.history, len(line.sources))  # fmt: skip


def _codes(line: Line) -> tuple[str, ...]:
    return line.cost_centre, line.item, line.value_class, " ".join(f"{number}={code}" for number, code in line.entities)


def _sides(line: Line) -> tuple[Decimal | None, Decimal | None]:
    return (line.amount, None) if line.side is Side.DEBIT else (None, line.amount)


def _documents(standing: StandingEntry) -> Iterator[tuple[Cell, ...]]:
    for number, line in enumerate(standing.entry.lines, start=1):
        for source in line.sources:
            place, reference = standing.rows[source.document_key]
            yield (standing.key, number, source.document_key, reference, source.component, source.amount,
                   standing.entry.currency, place, standing.sha256)  # fmt: skip
