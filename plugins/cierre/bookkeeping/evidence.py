"""How certain it is that the ERP holds what was posted: by what the ledger knows of it, and since when."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

STALE_AFTER = 7
"""Days after which a reading counts as stale, where the company says nothing else."""


class Grade(StrEnum):
    """The grades of evidence. Everything that people read says these words, in their language."""

    ACKNOWLEDGED = "acknowledged"
    READ_BACK = "read back"
    STALE = "stale"

    @property
    def meaning(self) -> str:
        """What it proves, and what not."""
        return _MEANINGS[self]


_MEANINGS = {
    Grade.ACKNOWLEDGED: "the ERP answered that it booked it; its lines were not compared",
    Grade.READ_BACK: "the ERP's lines were read, and are those that were posted",
    Grade.STALE: "the ERP's lines were read once, and not again since",
}


class Posted(NamedTuple):
    """A document that the ERP acknowledged. ``read_at``: when it was last read there and was the entry, line by line;
    None where it never was, or was found to be something else."""

    acknowledged_at: datetime
    read_at: datetime | None


class Evidence(NamedTuple):
    """The grade of several documents together, and the instant that it dates from."""

    grade: Grade
    since: datetime


def evidence(posted: Iterable[Posted], now: datetime, stale_after: timedelta) -> Evidence | None:
    """The weakest grade of all documents that stand in the ERP for a day; None where none does.

    One document that was not read makes all of it acknowledged; of those that were read, the oldest reading counts.
    """
    posted = list(posted)
    if not posted:
        return None
    readings = [document.read_at for document in posted if document.read_at]
    if len(readings) < len(posted):
        return Evidence(Grade.ACKNOWLEDGED, max(document.acknowledged_at for document in posted))
    oldest = min(readings)
    return Evidence(Grade.STALE if now - oldest > stale_after else Grade.READ_BACK, oldest)
