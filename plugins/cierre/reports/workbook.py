"""XLSX files, written row by row, so that none has to fit into memory: dates are dates, money is numbers, codes text.

Every sheet prints on A4 across, as wide as one page, with its headings on each page, and keeps them in sight on screen.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import xlsxwriter

from cierre.reports.cells import Cell, text_cell
from cierre.reports.tables import Table

SHEET_ROWS = 1_048_576
"""Rows of a sheet, its heading included."""

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_A4 = 9
_NARROWEST, _WIDEST = 9, 48
"""Of a column, in characters."""


class Workbook:
    """A workbook in a file, or in a buffer; complete when the block that it is opened by ends. ``author`` is who made
    it, for its properties."""

    def __init__(self, file: Path | IO[bytes], author: str = "") -> None:
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False})
        self._book.set_properties({"author": author})
        self.formats = {heavy: _Formats(self._book, heavy=heavy) for heavy in (False, True)}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._book.close()

    def sheet(self, title: str, head: Sequence[str]) -> "Sheet":
        """A further sheet, with its headings."""
        return Sheet(self, self._book.add_worksheet(title[:31]), head)

    def table(self, table: Table) -> None:
        """A sheet with a table and its totals. Raises ValueError, with a sentence, for more rows than a sheet holds."""
        sheet = self.sheet(table.title, table.head)
        sheet.add(table.rows)
        sheet.add(table.foot, heavy=True)


class _Formats:
    """How cells are shown, ``heavy`` for headings and totals."""

    def __init__(self, book: Any, *, heavy: bool) -> None:
        weight = {"bold": True} if heavy else {}
        self.text = book.add_format({"num_format": "@", "quote_prefix": True, **weight})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", **weight})
        self.instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", **weight})
        self.count = book.add_format({"num_format": "#,##0", **weight})
        self._money = {0: self.count, 2: book.add_format({"num_format": "#,##0.00", **weight})}

    def money(self, amount: Decimal) -> Any:
        """That of an amount, by the decimals that it has."""
        return self._money[2 if amount.as_tuple().exponent else 0]


class Sheet:
    """A sheet with headings, filled from the top."""

    def __init__(self, book: Workbook, sheet: Any, head: Sequence[str]) -> None:
        self._book, self._sheet, self._rows = book, sheet, 0
        self._widths = [_NARROWEST] * len(head)
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # codes are texts
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&L&A&R&P / &N")
        self.add([head], heavy=True)

    def add(self, rows: Iterable[Sequence[Cell]], *, heavy: bool = False) -> None:
        """Rows below those that are there. Raises ValueError, with a sentence, for more than a sheet holds."""
        formats = self._book.formats[heavy]
        for row in rows:
            if self._rows == SHEET_ROWS:
                raise ValueError(f"There are more than a spreadsheet's {SHEET_ROWS:,} rows: take less at once.")
            for column, cell in enumerate(row):
                self._write(column, cell, formats)
            self._rows += 1

    def _write(self, column: int, cell: Cell, formats: _Formats) -> None:
        place = (self._rows, column)
        if isinstance(cell, Decimal):
            self._sheet.write_number(*place, cell, formats.money(cell))
        elif isinstance(cell, datetime):
            self._sheet.write_datetime(*place, cell.replace(tzinfo=None, microsecond=0), formats.instant)
        elif isinstance(cell, date):
            self._sheet.write_datetime(*place, cell, formats.day)
        elif isinstance(cell, str):
            self._sheet.write_string(*place, text_cell(cell), formats.text)  # never a formula, also when edited
        elif cell is not None:
            self._sheet.write_number(*place, cell, formats.count)
        self._widen(column, cell)

    def _widen(self, column: int, cell: Cell) -> None:
        width = 19 if isinstance(cell, datetime) else len(str(cell)) if cell is not None else 0
        if self._widths[column] < min(width + 2, _WIDEST) or not self._rows:
            self._widths[column] = max(self._widths[column], min(width + 2, _WIDEST))
            self._sheet.set_column(column, column, self._widths[column])
