"""Cells of tables that people open in a spreadsheet: what is text stays text. Pure.

A spreadsheet takes a text of a CSV file for whatever it looks like: ``=…`` for a formula, ``0101`` for the number 101,
``9/12`` for a date. Such a text gets an apostrophe before it, which spreadsheets themselves use for "this is text".
"""

import csv
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TextIO

from cierre.reports.one_line import one_line

Cell = str | int | Decimal | date | datetime | None

LONGEST = 32_767
"""Characters of a spreadsheet's cell; what is longer would spill into the next, or be dropped."""

# Those of a full-width keyboard count as well in some countries.
_FORMULA = re.compile(r"[=+\-@＝＋－＠]")
# Whoever opens the file with another separator than it has gets other cells out of a text.
_FORMULA_WITHIN = re.compile(rf"(?<=[,;|])(?={_FORMULA.pattern})")

_HOUR = r"(?:\s\d{1,2}:\d{2}.*|\s?(?:\d{1,2}\s?)?[ap]\.?m?\.?)"
_MONTH = r"(?:jan|ene|feb|mar|apr|abr|may|jun|jul|aug|ago|sep|set|oct|nov|dec|dic)[a-z]*\.?"
_SOMETHING_ELSE = re.compile(
    rf"""
      \(?[$€£]?\s?(?:\d+|\d{{1,3}}(?:[., ’']\d{{3}})+)(?:[.,]\d*)?(?:\s?%|e[+-]?\d+)?\s?[$€£]?\)?  # a number, 3E5, (5)
    | \(?[.,]\d+%?\)?
    | \d{{1,4}}[-/.:, ]\d{{1,4}}(?:[-/.:, ]\d{{1,4}})?{_HOUR}?  # a date, a month of a year, a time, a fraction
    | \d{{1,2}}\s?[ap]\.?m?\.?  # 9 PM
    | \d{{1,4}}[-/., ]?{_MONTH}(?:[-/., ]?\d{{1,4}})?  # 3-mar, 3 marzo 2024
    | {_MONTH}[-/., ]?\d{{1,4}}(?:[-/., ]+\d{{1,4}})?  # mar-24
    | true | false | verdadero | falso
    """,
    re.IGNORECASE | re.VERBOSE,
)


def text_cell(text: str) -> str:
    """A text as a cell may hold it: one line, not longer than a spreadsheet's cell."""
    text = one_line(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def csv_cell(cell: Cell, comma: bool) -> str:
    """A cell as a CSV file has it: amounts with a decimal ``comma`` or point and nothing else, dates as 2024-09-06,
    texts so that every spreadsheet takes them for texts."""
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", ",") if comma else f"{cell:f}"
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)
    text = _FORMULA_WITHIN.sub("'", text_cell(cell))
    return f"'{text}"[:LONGEST] if _FORMULA.match(text) or _SOMETHING_ELSE.fullmatch(text) else text


def write_csv(file: TextIO, rows: Iterable[Iterable[Cell]], comma: bool) -> None:
    """Rows as spreadsheets read them where people write a decimal ``comma`` (separated by semicolons) or a point (by
    commas)."""
    writer = csv.writer(file, delimiter=";" if comma else ",", lineterminator="\r\n")
    writer.writerows([csv_cell(cell, comma) for cell in row] for row in rows)
