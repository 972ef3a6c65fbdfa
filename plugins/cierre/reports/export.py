"""Export: the journal of boxes between two dates as a file for other tools."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import psycopg

from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.companies import language_of
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import cash_box, cash_box_ids, cash_boxes, mappings_folder
from cierre.bookkeeping.cash_box import CashBox
from cierre.language.language import language
from cierre.ledger import identity
from cierre.ledger.journal import StandingEntry, standing
from cierre.reports import beancount, hledger, spreadsheet
from cierre.reports.accounts import AccountNames


class Format(StrEnum):
    """What a journal is exported as."""

    BEANCOUNT = "beancount"
    HLEDGER = "hledger"
    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Range:
    """The boxes whose journal is exported, what people call them together, and the ERP's first and last date."""

    name: str
    boxes: tuple[str, ...]
    first: date
    last: date

    @property
    def title(self) -> str:
        """``itb 2024-09-01 to 2024-09-30``."""
        return f"{self.name} {self.first} to {self.last}"


def range_of(box: str, company: str, first: date, last: date, ledger: psycopg.Connection | None = None) -> Range:
    """The range of one box or of all boxes of a company; given the ledger, those that have no file any more included.

    Raises ValueError, with a sentence, unless just one of both is named and the dates are in order; MappingError for an
    unknown box.
    """
    if bool(box) == bool(company):
        raise ValueError("Name a box or a company: BOX=itb_caja_164, or COMPANY=itb.")
    if last < first:
        raise ValueError(f"The last date, {last}, is before the first, {first}.")
    if box:
        return Range(box, (_box(box, ledger),), first, last)
    known = cash_boxes()
    of_old = [one for one in identity.of_company(ledger, company) if one not in known] if ledger else []
    boxes = (*(one.id for one in known.values() if one.company == company), *of_old)
    if not boxes:
        raise ValueError(f"No box belongs to company {company!r}; known are {', '.join(_companies(known.values()))}.")
    return Range(company, boxes, first, last)


def _box(name: str, ledger: psycopg.Connection | None) -> str:
    """The id of a box by the name of its file, or by an id that the ledger has books of."""
    try:
        return cash_box(name).id
    except MappingError:
        if ledger and name not in cash_box_ids() and identity.retired(ledger, [name]):
            return name
        raise


def export(ledger: psycopg.Connection, wanted: Range, into: Path, form: Format) -> tuple[Path, int]:
    """Writes the range's journal to a file of its own in the folder ``into`` (made where it is missing); returns the
    file and how many entries it has. What the ERP has not confirmed yet is in it, and marked so."""
    chart, _ = read_chart(mappings_folder())
    names = AccountNames(chart)
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{wanted.title.replace(' ', '_')}.{'journal' if form is Format.HLEDGER else form}"
    with ledger.transaction():
        entries = _Counted(standing(ledger, wanted.boxes, wanted.first, wanted.last))
        match form:
            case Format.BEANCOUNT:
                _write(path, beancount.journal(entries, names, title=wanted.title, first=wanted.first))
            case Format.HLEDGER:
                _write(path, hledger.journal(entries, names, title=wanted.title, first=wanted.first))
            case Format.XLSX:
                spreadsheet.write_xlsx(path, entries, names)
            case Format.CSV:
                spreadsheet.write_csv(path, entries, names, comma=_decimal_comma(wanted))
    return path, entries.count


class _Counted:
    """Entries as they pass, counted."""

    def __init__(self, entries: Iterator[StandingEntry]) -> None:
        self._entries = entries
        self.count = 0

    def __iter__(self) -> Iterator[StandingEntry]:
        for entry in self._entries:
            self.count += 1
            yield entry


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def _decimal_comma(wanted: Range) -> bool:
    """Whether the people of the company, whose boxes these are, write a decimal comma."""
    return language(language_of(cash_box(wanted.boxes[0]).company)).decimal_mark == ","


def _companies(boxes: Iterable[CashBox]) -> list[str]:
    return sorted({box.company for box in boxes})
