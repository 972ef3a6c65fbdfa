"""CSV and XLSX files as rows of texts, within bounds."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from python_calamine import CalamineError, CalamineWorkbook

from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.format import AcquirerFormat, BankFormat
from cierre.statement_files.faults import refuse

MOST_BYTES = 20_000_000
"""Of a file as it came; a year of a busy account has 5,000,000."""

MOST_UNPACKED = 200_000_000
"""Of what is packed in an XLSX file."""

MOST_ROWS = 200_000
MOST_COLUMNS = 200

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
            yield number, [cell.strip() for cell in cells]


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
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(_repacked(content)))
        names = book.sheet_names
        if not names or (table.sheet and table.sheet not in names):
            raise refuse(Sentence("there is no sheet {name}; correct `sheet`", name=table.sheet))
        cells = book.get_sheet_by_name(table.sheet or names[0]).to_python(skip_empty_area=False, nrows=MOST_ROWS + 1)
    except CalamineError:
        raise refuse(Sentence("the file is no XLSX; save it anew, or describe it as csv")) from None
    for number, row in enumerate(cells, start=1):
        yield number, [_as_text(cell, table) for cell in row]


def _repacked(content: bytes) -> bytes:
    """The same archive, unpacked within bounds by what it really holds, not by what it says."""
    held = io.BytesIO()
    room = MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as plain:
            if len(packed.infolist()) > 1_000:
                raise refuse(Sentence("the file is no XLSX; save it anew, or describe it as csv"))
            for part in packed.infolist():
                with packed.open(part) as file:
                    inner = file.read(room + 1)
                room -= len(inner)
                if room < 0:
                    raise refuse(
                        Sentence("the file holds more than {most} bytes; ask for shorter periods", most=MOST_UNPACKED)
                    )
                plain.writestr(zipfile.ZipInfo(part.filename), inner)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        if type(error).__name__ == "StatementFileError":
            raise
        raise refuse(Sentence("the file is no XLSX; save it anew, or describe it as csv")) from None
    return held.getvalue()


def _as_text(cell: object, table: BankFormat | AcquirerFormat) -> str:
    """A cell as a person would have typed it in a CSV of the same format.

    A spreadsheet keeps numbers as floats: the shortest text that means the same float is what was typed.
    """
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        written = table.date_format.replace("yyyy", f"{cell.year:04d}").replace("yy", f"{cell.year % 100:02d}")
        return written.replace("mm", f"{cell.month:02d}").replace("dd", f"{cell.day:02d}")
    if isinstance(cell, float):
        number = Decimal(repr(cell))
        if not number.is_finite():
            return str(cell)
        text = format(number.normalize() if number == number.to_integral() else number, "f")
        return text.replace(".", table.decimal_mark)
    return str(cell)
