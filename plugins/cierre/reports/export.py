"""Export: the journal of boxes between two dates as a file for other tools, and a whole month to take away."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import psycopg

from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.companies import language_of
from cierre.accounting_files.loader import mappings_folder, sound_boxes
from cierre.language.language import language
from cierre.language.regional import speaking
from cierre.ledger import identity
from cierre.ledger.journal import StandingEntry, standing
from cierre.reports import beancount, hledger, spreadsheet
from cierre.reports.accounts import AccountNames
from cierre.reports.month.scope import Box, Scope, file_name
from cierre.reports.month.writers import WRITERS, write
from cierre.reports.ranges import Range


class Format(StrEnum):
    """What a journal is exported as."""

    BEANCOUNT = "beancount"
    HLEDGER = "hledger"
    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"
    ZIP = "zip"


def export(ledger: psycopg.Connection, wanted: Range, into: Path, form: Format) -> tuple[Path, int]:
    """Writes the range's journal to a file of its own in the folder ``into`` (made where it is missing); returns the
    file and how many entries it has. What the ERP has not confirmed yet is in it, and marked so.

    Raises ValueError, with a sentence, for a format that only a month has.
    """
    chart, _ = read_chart(mappings_folder())
    names = AccountNames(chart)
    path = into / f"{wanted.title.replace(' ', '_')}.{'journal' if form is Format.HLEDGER else form}"
    with ledger.transaction():
        entries = _Counted(standing(ledger, wanted.boxes, wanted.first, wanted.last))
        match form:
            case Format.BEANCOUNT:
                _write(path, beancount.journal(entries, names, title=wanted.title, first=wanted.first))
            case Format.HLEDGER:
                _write(path, hledger.journal(entries, names, title=wanted.title, first=wanted.first))
            case Format.XLSX:
                spreadsheet.write_xlsx(_in_its_folder(path), entries, names)
            case Format.CSV:
                spreadsheet.write_csv(_in_its_folder(path), entries, names, comma=_decimal_comma(ledger, wanted))
            case _:
                raise ValueError(f"Only a whole month is written as {form}: say MONTH=2024-09 in place of FROM and TO.")
    return path, entries.count


def export_month(ledger: psycopg.Connection, wanted: Range, into: Path, form: Format, by: str) -> tuple[Path, int]:
    """Writes a month, which the range is, as the board gives it, ``by`` whom; for other tools (beancount, hledger) its
    journal. Returns the file and how many entries it has."""
    if form not in WRITERS:
        return export(ledger, wanted, into, form)
    scope = Scope(
        name=wanted.name,
        boxes=_known_boxes(ledger, wanted.boxes),
        first=wanted.first,
        by=by,
        at=datetime.now(UTC),
    )
    path = _in_its_folder(into / file_name(scope.name, scope.first, form))
    return path, write(ledger, scope, speaking(language_of(scope.company)), form, path)


def _known_boxes(ledger: psycopg.Connection, ids: tuple[str, ...]) -> tuple[Box, ...]:
    known: dict[str, Box] = {**identity.retired(ledger, ids), **sound_boxes()}
    return tuple(known[box] for box in ids if box in known)


class _Counted:
    """Entries as they pass, counted."""

    def __init__(self, entries: Iterator[StandingEntry]) -> None:
        self._entries = entries
        self.count = 0

    def __iter__(self) -> Iterator[StandingEntry]:
        for entry in self._entries:
            self.count += 1
            yield entry


def _in_its_folder(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _write(path: Path, lines: Iterable[str]) -> None:
    with _in_its_folder(path).open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def _decimal_comma(ledger: psycopg.Connection, wanted: Range) -> bool:
    """Whether the people of the company, whose boxes these are, write a decimal comma."""
    box, *_ = _known_boxes(ledger, wanted.boxes)
    return language(language_of(box.company)).decimal_mark == ","
