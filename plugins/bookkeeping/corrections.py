"""Corrections of a day whose period is closed in the ERP: booked later, saying which day they correct."""

from dataclasses import replace
from datetime import date

from bookkeeping.history import LIMIT
from bookkeeping.journal import JournalEntry


def correction_mark(day: date) -> str:
    """What the history of a corrected day's lines begins with: ``Corr 06/09/24 ``."""
    return f"Corr {day:%d/%m/%y} "


def dated_correction(entry: JournalEntry) -> JournalEntry:
    """The same entry, with the business date it belongs to at the front of each line's history (cut to 40)."""
    mark = correction_mark(entry.business_date)
    lines = (replace(line, history=(mark + line.history)[:LIMIT]) for line in entry.lines)
    return replace(entry, lines=tuple(lines))
