"""How a bank's or an acquirer's table is read: what an accountant writes in ``statements/<name>.yaml``."""

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from cierre.bookkeeping.cash_box import Currency
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.charges import Charge
from cierre.bookkeeping.validation import Model, Text

MOST_SKIPPED = 200
"""Rows above the headings that a format may skip."""

_PARTS = {"yyyy": r"(?P<year>\d{4})", "yy": r"(?P<short>\d{2})", "mm": r"(?P<month>\d{1,2})", "dd": r"(?P<day>\d{1,2})"}

_SIDE_BY_SIDE = re.compile(r"(yyyy|yy|mm|dd)(?=yyyy|yy|mm|dd)")


def date_pattern(written: str) -> re.Pattern[str]:
    """What ``dd/mm/yyyy`` matches. Raises ValueError where day, month or year is missing or there twice.

    Days and months may have one digit only where something stands between all parts: 3032025 has no date.
    """
    digits = "{2}" if _SIDE_BY_SIDE.search(written) else "{1,2}"
    pattern = ""
    for part in re.findall(r"yyyy|yy|mm|dd|.", written, re.DOTALL):
        pattern += _PARTS.get(part, re.escape(part)).replace("{1,2}", digits)
    try:
        made = re.compile(pattern, re.ASCII)
    except re.error:
        made = re.compile("")
    if not {"month", "day"} <= set(made.groupindex) or len(made.groupindex) != 3:
        raise ValueError(Sentence("{written!r} must have a dd, an mm and a yyyy (or yy), each once", written=written))
    return made


def read_date(text: str, pattern: re.Pattern[str]) -> date | None:
    """A date by its pattern; None where the text is none."""
    match = pattern.fullmatch(text.strip())
    if match is None:
        return None
    parts = match.groupdict()
    year = int(parts["year"]) if "year" in parts else 2000 + int(parts["short"])
    try:
        return date(year, int(parts["month"]), int(parts["day"]))
    except ValueError:
        return None


def _date_text(written: str) -> str:
    date_pattern(written)
    return written


Whole = Annotated[int, Field(ge=0, le=MOST_SKIPPED)]


class Channel(Model):
    """Whose money a line is: the first channel counts whose ``contains`` stands in the line's text, in any case."""

    name: Text
    contains: Text


class _Table(Model):
    """A table with headings, in a CSV or XLSX file."""

    file: Literal["csv", "xlsx"]
    encoding: Literal["utf-8", "latin-1", "windows-1252"] = "utf-8"
    separator: Literal[",", ";", "|", "tab"] = ","
    sheet: str = ""
    skip_rows: Whole = 0
    newest_first: bool = False
    currency: Currency
    decimal_mark: Literal[".", ","] = "."
    date_format: Annotated[str, AfterValidator(_date_text)] = "yyyy-mm-dd"
    total_word: str = ""
    """A row without a date that begins with this word is a total, not a movement."""


class BankColumns(Model):
    """The headings of a bank's table. Amounts stand in ``amount``, or in ``credit`` (came in) and ``debit`` (went)."""

    booked: Text
    value: str = ""
    amount: str = ""
    credit: str = ""
    debit: str = ""
    balance: str = ""
    id: str = ""
    reference: str = ""
    text: str = ""
    terminal: str = ""
    batch: str = ""
    slip: str = ""

    @model_validator(mode="after")
    def _one_way_of_amounts(self) -> Self:
        if bool(self.amount) == bool(self.credit or self.debit) or bool(self.credit) != bool(self.debit):
            raise ValueError(Sentence("name either the column amount, or both credit and debit"))
        return self


class BankFormat(_Table):
    """A bank's table of movements. ``name`` is the file's own name."""

    name: Text
    kind: Literal["bank"]
    file: Literal["csv", "xlsx", "camt053", "mt940"]  # type: ignore[assignment]
    account: Text
    came_in: Literal["plus", "minus"] = "plus"
    """The sign of money that came in, where there is one column of amounts."""
    columns: BankColumns | None = None
    """Of a CSV or XLSX; the other kinds of files say themselves what stands where."""
    channels: tuple[Channel, ...] = ()

    @model_validator(mode="after")
    def _columns_of_tables(self) -> Self:
        if (self.columns is None) == (self.file in ("csv", "xlsx")):
            raise ValueError(Sentence("columns are for csv and xlsx, and needed there"))
        return self


class AcquirerColumns(Model):
    """The headings of an acquirer's table. What is not named is nothing: a report without a column of VAT has none."""

    sold: Text
    paid: Text
    gross: Text
    fee: str = ""
    vat: str = ""
    withheld: tuple[Text, ...] = ()
    net: Text
    payment: str = ""
    reference: str = ""
    terminal: str = ""
    batch: str = ""
    slip: str = ""
    kind: str = ""


class AcquirerFormat(_Table):
    """An acquirer's table of settled sales. ``name`` is the file's own name."""

    name: Text
    kind: Literal["acquirer"]
    acquirer: Text
    columns: AcquirerColumns
    charges: tuple[Charge, ...] = ()
