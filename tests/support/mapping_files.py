"""A copy of the project's mapping files that a test may spoil."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2] / "include" / "mappings"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The copy, named by CIERRE_MAPPINGS_DIR."""
    copy = shutil.copytree(PROJECT, tmp_path / "mappings")
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(copy))
    return copy


@pytest.fixture
def spoil(folder: Path) -> Callable[[str, str, str], int]:
    """A function that replaces a text in a file of the copy, and returns the line it stands in."""

    def change(file: str, old: str, new: str) -> int:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    return change
