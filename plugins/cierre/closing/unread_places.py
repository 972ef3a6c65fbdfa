"""Places and files that could not be read are told at once, and then once a day for as long as that lasts.

They are looked at each hour: a server that is down over a weekend would otherwise be told fifty times.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from cierre.closing.folder_notes import note, noted

AGAIN = timedelta(hours=24)

NOTE = ".places.json"


def to_tell(folder: Path, unread: Iterable[str], now: datetime) -> set[str]:
    """Of the places and files that could not be read ``now`` (aware), by what tells them apart, those that people are
    told of.

    One that was read in between is told at once when it cannot be read again. Kept in a note in ``folder``; without it,
    all are told once more.
    """
    told = _noted(folder)
    due = {place for place in unread if place not in told or now - told[place] >= AGAIN}
    if told or due:
        note(folder, NOTE, {place: (now if place in due else told[place]).isoformat() for place in unread})
    return due


def _noted(folder: Path) -> dict[str, datetime]:
    try:
        return {place: datetime.fromisoformat(at) for place, at in noted(folder, NOTE).items()}
    except (ValueError, TypeError, AttributeError):
        return {}
