"""Reads the chart of accounts and the lines' other dimensions: CSV files, as exported from the ERP."""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import TypeVar

from cierre.accounting_files.files import TooLarge, read_text
from cierre.accounting_files.findings import Finding, first_ones
from cierre.bookkeeping.chart import Account, Chart, Dimension
from cierre.bookkeeping.sentence import Sentence
from hooks.registry import limits_of_any

MOST_BYTES = 20_000_000
"""Of one CSV file: some 300,000 accounts."""

_Record = TypeVar("_Record", Account, Dimension)


def read_chart(folder: Path) -> tuple[Chart, list[Finding]]:
    """The chart in ``folder/charts``, and everything that is wrong with its files.

    Each file may be absent: then the chart has no list of its codes. A file's columns are separated by commas or
    semicolons.
    """
    accounts, findings = _if_there(folder, "chart_of_accounts", _COLUMNS_OF_ACCOUNTS, _account)
    dimensions = {}
    for name in ("cost_centres", "items", "value_classes"):
        dimensions[name], wrong = _if_there(folder, name, _COLUMNS_OF_DIMENSIONS, _dimension)
        findings += wrong
    return Chart(accounts, **dimensions), findings


_COLUMNS_OF_ACCOUNTS = ["account", "name", "postable", "requires_cost_centre", "blocked"]
_COLUMNS_OF_DIMENSIONS = ["code", "name", "blocked"]


def _account(row: dict[str, str]) -> Account:
    length = limits_of_any().account
    if len(row["account"]) > length:
        raise ValueError(
            Sentence("account {value} has more than {length} characters", value=row["account"], length=length)
        )
    return Account(
        row["account"], row["name"], _flag(row, "postable"), _flag(row, "requires_cost_centre"), _flag(row, "blocked")
    )


def _dimension(row: dict[str, str]) -> Dimension:
    return Dimension(row["code"], row["name"], _flag(row, "blocked"))


def _flag(row: dict[str, str], column: str) -> bool:
    if row[column] not in ("true", "false"):
        raise ValueError(Sentence("{column} must be true or false, not {value!r}", column=column, value=row[column]))
    return row[column] == "true"


def _if_there(
    folder: Path, name: str, columns: list[str], build: Callable[[dict[str, str]], _Record]
) -> tuple[dict[str, _Record] | None, list[Finding]]:
    file = f"{name}.csv"
    return _read(folder, file, columns, build) if (folder / "charts" / file).exists() else (None, [])


def _read(
    folder: Path, name: str, columns: list[str], build: Callable[[dict[str, str]], _Record]
) -> tuple[dict[str, _Record], list[Finding]]:
    file = f"charts/{name}"
    try:
        text = read_text(folder / file, MOST_BYTES)
    except TooLarge as error:
        return {}, [Finding(file, 0, "", str(error))]
    except OSError as error:
        return {}, [Finding(file, 0, "", Sentence("cannot be read: {why}", why=error.strerror))]
    except UnicodeDecodeError:
        return {}, [Finding(file, 0, "", Sentence("is not UTF-8 text; export it as 'CSV UTF-8'"))]
    # Where the comma is the decimal sign, spreadsheets separate columns by semicolons.
    lines = StringIO(text, newline="")
    delimiter = ";" if ";" in lines.readline() else ","
    lines.seek(0)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        # Spreadsheets leave rows without any cell at the end. A row's line is its last one: a cell may hold several.
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        return {}, [Finding(file, reader.line_num, "", Sentence("is not valid CSV: {error}", error=error))]
    if not rows or rows[0][1] != columns:
        return {}, [Finding(file, 1, "", Sentence("the first line must be {known}", known=",".join(columns)))]
    records: dict[str, _Record] = {}
    findings = []
    for line, row in rows[1:]:
        try:
            record = build(_cells(row, columns))
            if record.code in records:
                raise ValueError(Sentence("{code} is listed twice", code=record.code))
        except ValueError as error:
            findings.append(Finding(file, line, "", str(error)))
        else:
            records[record.code] = record
    return records, list(first_ones(findings, len(findings)))


def _cells(row: list[str], columns: list[str]) -> dict[str, str]:
    if len(row) != len(columns):
        raise ValueError(
            Sentence(
                "has {n} columns instead of {wanted} ({known})",
                n=len(row),
                wanted=len(columns),
                known=", ".join(columns),
            )
        )
    cells = {column: cell.strip() for column, cell in zip(columns, row, strict=True)}
    if not cells[columns[0]]:
        raise ValueError(Sentence("{field} is empty", field=columns[0]))
    return cells
