"""Days that nobody closed, of one box or of many, for a person to close together. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cierre.board.month import LOOK_BACK, BoxMonth
from cierre.board.states import UNCLOSED
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.identity import RetiredBox

MOST_DAYS = 400
"""Days that one look goes back at most."""

MOST = 2_000
"""Days that are listed at most, of all boxes together."""


@dataclass(frozen=True, slots=True)
class OpenDay:
    """A day of a box that nobody closed: where it stands, by letter (cierre.board.states), and its newest run, where
    that failed and can go on; None for any other."""

    day: date
    letter: str
    failed_run: str | None


@dataclass(frozen=True, slots=True)
class OpenBox:
    """A box with its open days, oldest first."""

    box: CashBox | RetiredBox
    days: list[OpenDay]


def bounded(first: date | None, last: date | None, newest: date) -> tuple[date, date]:
    """The range that was asked for, turned the right way round, no later than the ``newest`` day that is over, and not
    longer than MOST_DAYS; without one, the last five weeks."""
    last = min(last or newest, newest)
    first = min(first or last - timedelta(days=LOOK_BACK - 1), newest)
    first, last = min(first, last), max(first, last)
    return max(first, last - timedelta(days=MOST_DAYS - 1)), last


def open_boxes(
    months: Iterable[BoxMonth],
    days: Sequence[date],
    failed: Mapping[tuple[str, date], str],
    only: frozenset[tuple[str, date]] | None = None,
) -> list[OpenBox]:
    """The boxes that have open days among ``days``, the months' own; of ``only`` some of them, where that is given.
    ``failed`` names each day's newest failed run."""
    found: dict[str, OpenBox] = {}
    for month in months:
        for day, letter in zip(days, month.letters, strict=True):
            place = (month.box.id, day)
            if letter in UNCLOSED and (only is None or place in only):
                run = failed.get(place) if letter == "f" else None
                found.setdefault(month.box.id, OpenBox(month.box, [])).days.append(OpenDay(day, letter, run))
    for one in found.values():
        one.days.sort(key=lambda day: day.day)
    return list(found.values())


def shortened(boxes: Sequence[OpenBox]) -> tuple[list[OpenBox], bool]:
    """The first boxes, with MOST days at most, and whether any were left out."""
    kept: list[OpenBox] = []
    number = 0
    for one in boxes:
        room = MOST - number
        if room <= 0:
            return kept, True
        kept.append(OpenBox(one.box, one.days[:room]))
        number += len(one.days)
    return kept, number > MOST
