"""Small things done with files."""

import os
from pathlib import Path


def write_secret(file: Path, text: str) -> None:
    """Write a file that only its owner can read, from its first byte on; whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
    unfinished.replace(file)


def tail(file: Path, lines: int) -> str:
    """The last lines of a text file; a note in their place where it cannot be read."""
    try:
        return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return f"(no {file.name})"
