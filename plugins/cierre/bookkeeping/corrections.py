"""Books of a day whose period is closed in the ERP: booked on the first open date, saying which day they belong to."""

import re
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from cierre.bookkeeping.journal import JournalEntry

_MARK = re.compile(r"(?:Corr|Del) \d\d/\d\d/\d\d ")


class Dating(NamedTuple):
    """The date on which the ERP books a day, and what its histories begin with to say which day it is; may be empty."""

    entry_date: date
    mark: str


def dating(day: date, open_from: date | None, *, corrects: bool) -> Dating:
    """How a day's books are dated by the periods as they are now.

    ``open_from`` is the first date of the ERP's open periods, None where nobody said. ``corrects``: the day was posted
    before, so these books correct it; else they are its first, which come late.
    """
    if open_from is None or day >= open_from:
        return Dating(day, "")
    return Dating(open_from, correction_mark(day) if corrects else late_mark(day))


def correction_mark(day: date) -> str:
    """What the history of a corrected day's lines begins with: ``Corr 06/09/24 ``."""
    return f"Corr {day:%d/%m/%y} "


def late_mark(day: date) -> str:
    """What the history begins with where a day's first books come after its period was closed: ``Del 06/09/24 ``."""
    return f"Del {day:%d/%m/%y} "


def marked(entry: JournalEntry, mark: str, limit: int | None) -> JournalEntry:
    """The same entry, with the mark at the front of each line's history, which is cut to ``limit`` characters (None:
    never)."""
    if not mark:
        return entry
    lines = (replace(line, history=(mark + line.history)[:limit]) for line in entry.lines)
    return replace(entry, lines=tuple(lines))


def unmarked(entry: JournalEntry) -> JournalEntry:
    """The same entry without the marks that it was given; what a mark had cut off a history does not come back."""
    lines = (replace(line, history=_MARK.sub("", line.history, count=1)) for line in entry.lines)
    return replace(entry, lines=tuple(lines))


def dates_of(day: date, last_open: date) -> list[date]:
    """The dates on which books of a day may stand in the ERP: its own, and each first of a month since, up to the last
    that may have been the first open date."""
    dates = [day]
    month = day.replace(day=1)
    while (month := first_of_next_month(month)) <= last_open:
        dates.append(month)
    return dates


def first_of_next_month(month: date) -> date:
    """The first day of the month after a date's own."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
