"""Places and files that could not be read are told at once, and then once a day for as long as that lasts.

They are looked at each hour: a server that is down over a weekend would otherwise be told fifty times.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

from cierre.closing.folder_notes import note, noted

AGAIN = timedelta(hours=24)

NOTE = ".places.json"


def to_tell(folder: Path, unread: Collection[str], now: datetime) -> set[str]:
    """Of the places and files that could not be read ``now`` (aware), by what tells them apart, those that people are
    to be told of.

    One that was read in between is told at once when it cannot be read again. Kept in a note in ``folder``; without it,
    all are told once more.
    """
    told = _noted(folder)
    _keep(folder, told, {place: at for place, at in told.items() if place in unread})
    return {place for place in unread if place not in told or now - told[place] >= AGAIN}


def note_told(folder: Path, places: Collection[str], now: datetime) -> None:
    """Keeps that people were told of places and files ``now`` (aware)."""
    told = _noted(folder)
    _keep(folder, told, told | dict.fromkeys(places, now))


def _keep(folder: Path, before: dict[str, datetime], told: dict[str, datetime]) -> None:
    if told != before:
        note(folder, NOTE, {place: at.isoformat() for place, at in told.items()})


def _noted(folder: Path) -> dict[str, datetime]:
    try:
        return {place: datetime.fromisoformat(at) for place, at in noted(folder, NOTE).items()}
    except (ValueError, TypeError, AttributeError):
        return {}
