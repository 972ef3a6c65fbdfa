"""Writes a month to a file, all of it as of one instant, while boxes may go on closing."""

from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg

from cierre.language.regional import Regional
from cierre.ledger.seals import as_of_one_instant
from cierre.reports import pdf, workbook
from cierre.reports.month.files import write_journal, write_pdf, write_xlsx
from cierre.reports.month.package import write_package
from cierre.reports.month.scope import Scope
from cierre.reports.month.tables import Tables

WRITERS: Mapping[str, Callable[[Path, Tables, Scope, Regional], None]] = {
    "csv": write_journal,
    "xlsx": write_xlsx,
    "pdf": write_pdf,
    "zip": write_package,
}
"""By the file's ending."""

MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": workbook.MEDIA_TYPE,
    "pdf": pdf.MEDIA_TYPE,
    "zip": "application/zip",
}
"""Of what WRITERS write."""


def write(ledger: psycopg.Connection, scope: Scope, _: Regional, form: str, path: Path) -> int:
    """Writes a month as one of WRITERS says, and returns how many entries its journal has. Not within a transaction.

    Raises ValueError, with a sentence, where there is more than such a file holds.
    """
    with as_of_one_instant(ledger):
        tables = Tables(ledger, scope, _)
        WRITERS[form](path, tables, scope, _)
        return tables.entries
