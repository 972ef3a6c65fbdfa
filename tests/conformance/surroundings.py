"""With what a suite meets its vendor: the stand-in's connection, accountants' files, a hook made by hand."""

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cierre.accounting_files.reviewed import reviewed
from hooks.http.allowances import ProcessAllowances
from hooks.registry import SOURCES
from sandbox.connections import connections, variable_of

MAPPINGS = Path(__file__).parents[2] / "include" / "mappings"


def accountants_files(folder: Path, more: Path | None) -> Path:
    """A copy of the project's files, and of those in ``more`` besides."""
    shutil.copytree(MAPPINGS, folder)
    if more:
        shutil.copytree(more, folder, dirs_exist_ok=True)
    return folder


def connect(url: str, connection_id: str, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Makes the Airflow connection that leads to the stand-in at ``url``; ``changes`` are fields of it, or, where it
    has no such field, settings in its extra."""
    fields = connections(url)[connection_id]
    for name, value in changes.items():
        (fields if name in ("login", "password", "host") else fields["extra"])[name] = value
    fields["extra"] = {"retries": 0, "trust_env": False} | fields["extra"]
    monkeypatch.setenv(variable_of(connection_id), json.dumps(fields))


def by_hand(source: str, connection_id: str) -> Any:
    """A source's hook as a notebook has it: what the vendor allows is counted by this process alone."""
    hook = SOURCES[source].hook.load()
    parts: dict[str, Callable[[], Any]] = {
        "allowances": ProcessAllowances,
        "override_by": lambda: None,
        "reviewed": lambda: partial(reviewed, source),
    }
    return hook(connection_id, **{name: parts[name]() for name in hook.takes})
