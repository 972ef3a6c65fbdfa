"""Days that nobody closed: which are due, and how many of them in a row read. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

from cierre.bookkeeping.cash_box import CashBox
from cierre.language.say import say


def due(box: "CashBox", since: date, until: datetime) -> Iterator[date]:
    """The box's business dates from ``since`` on (not before its start) that could be closed by ``until`` (aware)."""
    day = max(since, box.start_date)
    while box.is_over(day, until):
        yield day
        day += timedelta(days=1)


def spans(days: Iterable[date]) -> str:
    """Days in a row as a range, in the language that is spoken now: ``2024-09-02 to 2024-09-06, 2024-09-09``."""
    ordered = sorted(days)
    breaks = [0, *(n for n, (a, b) in enumerate(pairwise(ordered), 1) if b - a > timedelta(days=1)), len(ordered)]
    parts = [ordered[a:b] for a, b in pairwise(breaks)]
    return ", ".join(
        str(part[0]) if len(part) == 1 else say("{first} to {last}", first=part[0], last=part[-1]) for part in parts
    )
