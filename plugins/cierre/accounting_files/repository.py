"""The git repository that the mappings folder is in, if it is in one: a change of a file becomes a commit of that file.

Git is asked by its own command, with fixed arguments: no value of a change is ever one of them.
"""

import os
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

SECONDS = 30
"""For one command."""

_UNIT = "\x1f"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of a file: its id, the author's name, when (aware), and the first line of its message."""

    id: str
    author: str
    at: datetime
    title: str


class NotCommitted(Exception):
    """The file was written, and git did not take it; the reason is git's own first line."""


def is_clean(path: Path) -> bool | None:
    """Whether the file is as its repository has it; None where it is in none, or not known to it."""
    known = _git(path.parent, "ls-files", "--error-unmatch", "--", path.name)
    if known is None or known.returncode:
        return None
    status = _git(path.parent, "status", "--porcelain", "--", path.name)
    return status is not None and status.returncode == 0 and not status.stdout.strip()


def is_inside(path: Path) -> bool:
    """Whether a file of this path lies in a repository's folder, whether that knows it or not."""
    inside = _git(path.parent, "rev-parse", "--is-inside-work-tree")
    return inside is not None and inside.returncode == 0 and inside.stdout.strip() == "true"


def commit(path: Path, author: str, title: str, body: str, *, is_new: bool = False) -> str:
    """Commits the file as it is now, and nothing else that may be staged; returns the commit's id.

    ``author`` is the name of an Airflow user; ``is_new``, whether the repository does not know the file yet. Raises
    NotCommitted.
    """
    if is_new and ((added := _git(path.parent, "add", "--", path.name)) is None or added.returncode):
        raise NotCommitted(_first_line(added))
    name = "".join(letter for letter in author if letter.isprintable() and letter not in "<>").strip() or "?"
    mail = "".join(letter if letter.isascii() and letter.isalnum() else "." for letter in name).strip(".") or "unknown"
    done = _git(
        path.parent, "commit", "--quiet", "--only", "--cleanup=verbatim", f"--author={name} <{mail}@cierre.invalid>",
        "--file=-", "--", path.name, text=f"{title}\n\n{body}\n",
    )  # fmt: skip
    if done is None or done.returncode:
        if is_new:
            _git(path.parent, "reset", "--quiet", "--", path.name)
        raise NotCommitted(_first_line(done))
    head = _git(path.parent, "rev-parse", "HEAD")
    if head is None or head.returncode:
        raise NotCommitted(_first_line(head))
    return head.stdout.strip()


def history(path: Path, most: int = 30) -> list[Commit]:
    """The newest commits of a file; none where it is in no repository."""
    wanted = _UNIT.join(("%H", "%an", "%aI", "%s"))
    log = _git(path.parent, "log", f"--max-count={most}", f"--format={wanted}", "--", path.name)
    if log is None or log.returncode:
        return []
    rows = (line.split(_UNIT, 3) for line in log.stdout.splitlines())
    return [Commit(row[0], row[1], datetime.fromisoformat(row[2]), row[3]) for row in rows if len(row) == 4]


def _git(folder: Path, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str] | None:
    """What git answers; None where there is no git, or it takes too long. It asks nobody for anything."""
    asked = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_COMMITTER_NAME": "Cierre",
        "GIT_COMMITTER_EMAIL": "cierre@cierre.invalid",
        "LC_ALL": "C.UTF-8",
    }
    command = ["git", "-c", "commit.gpgsign=false", "-c", "core.quotePath=false", "--literal-pathspecs", *arguments]
    try:
        return subprocess.run(
            command, cwd=folder, env=asked, input=text, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeError):
        return None


def _first_line(done: subprocess.CompletedProcess[str] | None) -> str:
    lines = done.stderr.splitlines() if done else []
    return lines[0][:200] if lines else "git did not answer"
