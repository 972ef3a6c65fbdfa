"""What a folder of files remembers from one run to the next: notes beside the files, each written whole."""

import json
from pathlib import Path
from typing import Any


def noted(folder: Path, name: str) -> Any:
    """What a note says; None where it is not there, or not whole."""
    try:
        return json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def note(folder: Path, name: str, said: Any) -> None:
    """Writes a note, in the place of the one before."""
    part = folder / f"{name}.part"
    part.write_text(json.dumps(said), encoding="utf-8")
    part.replace(folder / name)
