"""Files that were refused and of which nobody was told yet.

A refused file is moved away at once. Where the task then breaks off, its next try finds nothing to refuse: so the
folder keeps a note until people are told.
"""

from collections.abc import Sequence
from pathlib import Path

from cierre.closing.folder_notes import note, noted
from cierre.language.say import say

NOTE = ".refused.json"


def keep(folder: Path, name: str, faults: Sequence[str]) -> None:
    """Notes in a format's folder, before anything is moved, that a file is refused and what speaks against it."""
    note(folder, NOTE, _noted(folder) | {name: say(faults[0])})


def untold(folder: Path) -> dict[str, str]:
    """Of a format's folder, the names of refused files that nobody was told of, with the reason."""
    return _noted(folder)


def settle(folder: Path) -> None:
    """People were told of them."""
    (folder / NOTE).unlink(missing_ok=True)


def _noted(folder: Path) -> dict[str, str]:
    kept = noted(folder, NOTE)
    return {str(name): str(why) for name, why in kept.items()} if isinstance(kept, dict) else {}
