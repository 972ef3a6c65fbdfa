"""Why a file of a bank or an acquirer cannot be taken: every reason at once, each with its row and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from cierre.bookkeeping.sentence import Sentence

MOST_TOLD = 50
"""Mistakes that are told of one file; whoever sent the wrong file need not read 100,000."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake. ``row`` counts from 1 as a person sees it in a table; in camt.053 and MT940 it counts the movements.
    0 is the file as a whole."""

    row: int
    message: Sentence

    def __str__(self) -> Sentence:
        return Sentence("row {n}: {message}", n=self.row, message=self.message) if self.row else self.message


class StatementFileError(ValueError):
    """The file cannot be taken, and nothing of it was."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults[:MOST_TOLD])
        super().__init__("\n".join(str(fault) for fault in self.faults))


def refuse(message: Sentence, row: int = 0) -> StatementFileError:
    """The error for a file with one mistake."""
    return StatementFileError([Fault(row, message)])
