"""Places that could not be read are told at once, and then once a day for as long as that lasts.

They are looked at each hour: a server that is down over a weekend would otherwise be told fifty times.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

AGAIN = timedelta(hours=24)

NOTE = ".places.json"


def to_tell(folder: Path, unread: Iterable[str], now: datetime) -> set[str]:
    """Of the places that could not be read ``now`` (aware), by what tells them apart, those that people are told of.

    One that was read in between is told at once when it cannot be read again. Kept in a note in ``folder``; without it,
    all are told once more.
    """
    told = _noted(folder)
    due = {place for place in unread if place not in told or now - told[place] >= AGAIN}
    _note(folder, {place: now if place in due else told[place] for place in unread})
    return due


def _noted(folder: Path) -> dict[str, datetime]:
    try:
        kept = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        return {place: datetime.fromisoformat(at) for place, at in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _note(folder: Path, told: dict[str, datetime]) -> None:
    part = folder / f"{NOTE}.part"
    part.write_text(json.dumps({place: at.isoformat() for place, at in told.items()}), encoding="utf-8")
    part.replace(folder / NOTE)
