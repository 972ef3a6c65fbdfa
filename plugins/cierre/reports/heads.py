"""Heads of chains as text, to be noted outside of the ledger and read again: a line each, box, links and hash."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from cierre.bookkeeping.sentence import Sentence
from cierre.ledger.seals import Head

AnyPath = Any
"""A path of pathlib, or one that only looks like it: Airflow's ObjectStoragePath."""

# Some mail programs save each cell of a table on a line of its own, or break long lines at a blank.
_LINE = re.compile(r"^[ \t]*(\S+)\s+([\d.,]+)\s+([0-9a-f]{64})\b", re.MULTILINE)


def written(heads: Collection[Head], ledger_id: str, at: datetime) -> str:
    """The heads of a ledger at an instant."""
    lines = [f"# Heads of ledger {ledger_id}, {at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}: box, links, hash"]
    return "\n".join([*lines, *(head.line for head in heads), ""])


def read(text: str) -> list[Head]:
    """The heads in a text, whatever else stands in it: a file of heads, an audit's own table, a mail saved as text.
    Raises ValueError where there is none."""
    heads = [Head(box, int(re.sub("[.,]", "", links)), found) for box, links, found in _LINE.findall(text)]
    if not heads:
        raise ValueError(Sentence("There are no heads in it: a head is a line of box, links and hash."))
    return heads


def note(folder: AnyPath, ledger_id: str, text: str, at: datetime) -> None:
    """Notes heads in a folder, a file each time: nothing there is ever written over."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{ledger_id}_{at.astimezone(UTC):%Y%m%dT%H%M%S}.heads").write_text(text)


def last_noted(folder: AnyPath, ledger_id: str) -> list[Head]:
    """What was noted last of a ledger in a folder; nothing where nothing was."""
    noted = [file for file in folder.iterdir() if file.name.startswith(f"{ledger_id}_")] if folder.exists() else []
    return read(max(noted, key=lambda file: file.name).read_text()) if noted else []
