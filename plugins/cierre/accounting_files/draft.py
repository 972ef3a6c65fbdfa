"""A draft of one file beside all others as they are, checked by the checks of `make check-mappings`."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cierre.accounting_files.account_mappings import sound_mapping
from cierre.accounting_files.check import check_all
from cierre.accounting_files.findings import Finding
from cierre.accounting_files.loader import mappings_folder, reading_from
from cierre.bookkeeping.mapping import AccountMapping


def objections(file: str, text: str) -> list[Finding]:
    """What would be wrong if a file below the mappings folder said this: everything in that file, and what is new in
    others. It may be a file that is not there yet.

    What is wrong elsewhere already is none of this draft's faults. Raises MappingError without a mappings folder.
    """
    before = {(found.file, found.place, found.message) for found in check_all()}
    with beside_the_others(file, text):
        findings = check_all()
    return [one for one in findings if one.file == file or (one.file, one.place, one.message) not in before]


def draft_of(mapping: str, text: str) -> AccountMapping:
    """The mapping that a draft's text is. Raises MappingError with all that is wrong in it."""
    with beside_the_others(f"accounts/{mapping}.yaml", text) as folder:
        return sound_mapping(folder / "accounts" / f"{mapping}.yaml", folder)[0]


@contextmanager
def beside_the_others(file: str, text: str) -> Iterator[Path]:
    """Reads from a folder like the one in use, in which a file has this text."""
    folder = mappings_folder()
    with tempfile.TemporaryDirectory(prefix="cierre-draft-") as made:
        draft = Path(made) / "mappings"
        shutil.copytree(folder, draft, ignore=shutil.ignore_patterns(".*"), ignore_dangling_symlinks=True)
        (draft / file).write_bytes(text.encode())
        with reading_from(draft):
            yield draft
