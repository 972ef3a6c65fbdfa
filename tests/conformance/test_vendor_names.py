"""A vendor's name stands in its package, in sandbox, docs, configuration and tests, and nowhere else."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("plugins/cierre", "plugins/operators", "dags")
VENDORS = {path.parent.name for path in (ROOT / "plugins" / "hooks").glob("*/__init__.py")} - {"http"}
NAMES = re.compile("|".join(sorted(VENDORS | {"totvs", r"\bCT2_"})), re.IGNORECASE)
CODE = {".py", ".sql", ".html", ".css", ".js", ".yaml"}
"""Not the translations: they repeat what the vendors' packages say."""


def files() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in CODE)


def names_in(text: str) -> list[str]:
    """The vendors' names in a text, each with its line."""
    return [f"{number}: {name}" for number, line in enumerate(text.splitlines(), 1) for name in NAMES.findall(line)]


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_vendor_is_named(path):
    assert names_in(path.read_text(encoding="utf-8")) == []


def test_every_vendor_that_has_a_package_is_looked_for():
    assert {"bsale", "protheus", "sga", "sge", "zeta"} <= VENDORS
    assert names_in("a token of Bsale's\nor TOTVS, CT2_LOTE") == ["1: Bsale", "2: TOTVS", "2: CT2_"]
