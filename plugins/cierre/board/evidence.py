"""On what evidence the days of a month are closed, as the grid shows it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from cierre.bookkeeping.evidence import Grade

LETTERS = {Grade.READ_BACK: "b", Grade.ACKNOWLEDGED: "a", Grade.STALE: "s"}
"""A letter a grade, for the grid; a blank where nothing stands in the ERP."""

WORDS = {letter: grade for grade, letter in LETTERS.items()}
CLOSED = frozenset("cv")
"""The states of days (cierre.board.states) that have a grade."""

NEVER_READ = "-1"


def grades(
    rows: Iterable[Any], days: Sequence[date], stale_after: Mapping[str, timedelta], hour: int
) -> dict[str, str]:
    """A letter for each of the days, by box. ``rows`` are those of cierre.ledger.board.months_evidence; ``stale_after``
    is by box; ``hour`` is now, in hours since 1970: finer than that no grid is drawn anew. Days follow each other."""
    months = sorted({day.replace(day=1) for day in days})
    known: dict[str, dict[date, str]] = {}
    for row in rows:
        if row.box in stale_after:
            known.setdefault(row.box, {})[row.month] = row.read_back
    found = {}
    for box, by_month in known.items():
        oldest = hour * 60 - int(stale_after[box].total_seconds() // 60)
        letters = "".join(_letters(by_month[month], oldest) if month in by_month else " " * 31 for month in months)
        first = days[0].day - 1
        found[box] = letters[first : first + len(days)]
    return found


@lru_cache(maxsize=4_000)
def _letters(read_back: str, oldest: int) -> str:
    """A month's letters. ``oldest``: the minute before which a reading is stale."""
    return "".join(
        " " if minute == "NULL" else "a" if minute == NEVER_READ else "s" if int(minute) < oldest else "b"
        for minute in read_back.strip("{}").split(",")
    )


def counts(months: Iterable[Any], by_box: Mapping[str, str]) -> Counter[Grade]:
    """How many closed days have each grade; ``months`` are those of cierre.board.month."""
    found: Counter[Grade] = Counter()
    for month in months:
        letters = by_box.get(month.box.id, "")
        found.update(WORDS[grade] for state, grade in zip(month.letters, letters, strict=False)
                     if state in CLOSED and grade in WORDS)  # fmt: skip
    return found
