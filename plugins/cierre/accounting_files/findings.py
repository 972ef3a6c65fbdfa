"""What is wrong with the mapping files: every problem at once, each with file, line and place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cierre.bookkeeping.sentence import Sentence


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

    def __str__(self) -> Sentence:
        where = f"{self.file}:{self.line}" if self.line else self.file
        parts = {f"s{number}": part for number, part in enumerate((where, self.place, self.message)) if part}
        return Sentence(": ".join(f"{{{name}}}" for name in parts), **parts)


MOST_TOLD = 50
"""Findings of one kind in one file: who has mended so many is told the others."""


def first_ones(findings: Iterable[Finding], count: int) -> Iterator[Finding]:
    """The first of ``count`` findings of a file, and behind them how many more there are, which are not even made."""
    last = None
    for last in islice(findings, MOST_TOLD):
        yield last
    if last is not None and count > MOST_TOLD:
        # Findings are sorted: behind all others of its line.
        yield Finding(last.file, last.line, "…", Sentence("and {n} more", n=f"{count - MOST_TOLD:,}"))


class MappingError(ValueError):
    """The mapping files cannot be used. ``findings`` are all the reasons, in the order of files and lines."""

    def __init__(self, folder: Path, findings: Iterable[Finding]) -> None:
        self.folder = folder
        self.findings = sorted(findings)
        count = len(self.findings)
        problems = Sentence.counted(count, "{n} problem", "{n} problems")
        title = Sentence("{problems} in {folder}:", problems=problems, folder=folder)
        lines = {f"s{number}": str(finding) for number, finding in enumerate(self.findings)}
        super().__init__(Sentence("\n".join(["{title}", *(f"  {{{name}}}" for name in lines)]), title=title, **lines))
