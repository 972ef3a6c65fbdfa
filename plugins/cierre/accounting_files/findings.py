"""What is wrong with the mapping files: every problem at once, each with file, line and place."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong.

    ``file`` is relative to the mappings folder, ``line`` counts from 1 (0: the file or folder as a whole), ``place``
    is the path to the value inside the file, list items counted from 1 (``postings.payment[1].rules[3].account``).
    """

    file: str
    line: int
    place: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (where, self.place, self.message) if part)


class MappingError(ValueError):
    """The mapping files cannot be used. ``findings`` are all the reasons, in the order of files and lines."""

    def __init__(self, folder: Path, findings: Iterable[Finding]) -> None:
        self.folder = folder
        self.findings = sorted(findings)
        count = len(self.findings)
        title = f"{count} problem{'s' if count > 1 else ''} in {folder}"
        super().__init__("\n".join([f"{title}:", *(f"  {finding}" for finding in self.findings)]))
