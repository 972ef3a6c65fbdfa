"""CSV and XLSX files as rows of texts, within bounds."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from python_calamine import CalamineError, CalamineWorkbook

from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.format import AcquirerFormat, BankFormat
from cierre.statement_files.faults import refuse
from cierre.statement_files.sheets import NO_XLSX, sheet_of

MOST_BYTES = 20_000_000
"""Of a file as it came; a year of a busy account has 5,000,000."""

MOST_ROWS = 200_000
MOST_COLUMNS = 200

MOST_CELLS = 5_000_000
"""Of an XLSX file, those that are empty counted: room is made for each."""

UNSAID = "\0"
"""What a cell of an XLSX file with an error, or a formula without its value, is read as: no text has that character."""


class DateCell(str):
    """The text of a spreadsheet's date: no amount, though all of it may be digits."""


Row = tuple[int, list[str]]
"""A row's number as people see it, from 1, and its cells."""


def rows(content: bytes, table: BankFormat | AcquirerFormat) -> Iterator[Row]:
    """The rows of a file that are not empty, below those that the format skips. Raises StatementFileError."""
    if len(content) > MOST_BYTES:
        raise refuse(Sentence("the file has more than {most} bytes; ask for shorter periods", most=MOST_BYTES))
    found = _csv_rows(content, table) if table.file == "csv" else _xlsx_rows(content, table)
    for number, cells in found:
        if number > MOST_ROWS:
            raise refuse(Sentence("the file has more than {most} rows; ask for shorter periods", most=MOST_ROWS))
        if len(cells) > MOST_COLUMNS:
            raise refuse(Sentence("there are more than {most} columns", most=MOST_COLUMNS), number)
        if number > table.skip_rows and any(cell.strip() for cell in cells):
            yield number, [cell if isinstance(cell, DateCell) else cell.strip() for cell in cells]


def _csv_rows(content: bytes, table: BankFormat | AcquirerFormat) -> Iterator[Row]:
    encoding = "utf-8-sig" if table.encoding == "utf-8" else table.encoding
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        message = Sentence("is not {encoding} text; save the file so, or correct `encoding`", encoding=table.encoding)
        raise refuse(message, row) from None
    if "\0" in text:
        raise refuse(Sentence("the file is no text; is it a spreadsheet? Then save it as CSV, or describe it as xlsx"))
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter="\t" if table.separator == "tab" else table.separator, strict=True
    )
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise refuse(
                Sentence("the quotes of this row do not close; correct them in the file"), before + 1
            ) from None
        yield before + 1, cells
        before = reader.line_num


def _xlsx_rows(content: bytes, table: BankFormat | AcquirerFormat) -> Iterator[Row]:
    sheet = sheet_of(content, table.sheet)
    if sheet.rows > MOST_ROWS:
        raise refuse(Sentence("the file has more than {most} rows; ask for shorter periods", most=MOST_ROWS))
    if sheet.columns > MOST_COLUMNS:
        raise refuse(Sentence("there are more than {most} columns", most=MOST_COLUMNS))
    if sheet.rows * sheet.columns > MOST_CELLS:
        raise refuse(
            Sentence("the table has more than {most} cells; delete what stands far outside of it", most=MOST_CELLS)
        )
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.content))
        cells = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    except CalamineError:
        raise refuse(NO_XLSX) from None
    # The library leaves out rows and columns at the end that it takes for empty.
    for number in range(1, max([len(cells), *sheet.unsaid]) + 1):
        texts = [_as_text(cell, table) for cell in cells[number - 1]] if number <= len(cells) else []
        for place in sheet.unsaid.get(number, ()):
            texts += [""] * (place - len(texts))
            texts[place - 1] = UNSAID
        yield number, texts


def _as_text(cell: object, table: BankFormat | AcquirerFormat) -> str:
    """A cell as a person would have typed it in a CSV of the same format.

    A spreadsheet keeps numbers as floats: the shortest text that means the same float is what was typed.
    """
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        written = table.date_format.replace("yyyy", f"{cell.year:04d}").replace("yy", f"{cell.year % 100:02d}")
        return DateCell(written.replace("mm", f"{cell.month:02d}").replace("dd", f"{cell.day:02d}"))
    if isinstance(cell, float):
        number = Decimal(repr(cell))
        if not number.is_finite():
            return str(cell)
        text = format(number.normalize() if number == number.to_integral() else number, "f")
        return text.replace(".", table.decimal_mark)
    return str(cell)
