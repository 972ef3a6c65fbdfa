"""The cash boxes, for what a company's own must all be known to: its day, its matches, its news, what is served."""

from pathlib import PurePath

import psycopg

from cierre.accounting_files.files import YamlFile
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import mappings_folder, read_box_files
from cierre.bookkeeping.cash_box import CashBox
from cierre.ledger import identity


def boxes_for(ledger: psycopg.Connection, company: str) -> dict[str, CashBox]:
    """Every cash box whose file is sound, of all companies, by its id in the ledger.

    Raises MappingError where the file of a box of ``company`` is wrong: without that box, what is said of the company
    would be of a part of it. Wrong files of others stop nothing here. Whose a file is, it says itself, or the ledger,
    which knows the boxes by the names of their files; one of which neither says it has closed no day.
    """
    files = read_box_files()
    if wrong := [finding for file in _own(ledger, company, files.wrong) for finding in file.findings]:
        raise MappingError(mappings_folder(), wrong)
    return files.sound


def _own(ledger: psycopg.Connection, company: str, wrong: list[YamlFile]) -> list[YamlFile]:
    if not wrong:
        return []
    seen = {(box.file, box.company) for box in identity.all_last_seen(ledger).values()}
    return [
        file for file in wrong if file.content.get("company") == company or (PurePath(file.name).stem, company) in seen
    ]
