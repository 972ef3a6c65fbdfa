"""Each guard of `make lint` fails where a breach is planted; the tree without one passes it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
IN_A_FUNCTION = "def _late():\n    import {module}\n\n    return {module}"
FOR_TYPES = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import {module}"


@dataclass(frozen=True)
class Breach:
    """Lines at the end of a file that a guard (a word of its command) must refuse, by a word of its own."""

    guard: str
    says: str
    file: str
    lines: str

    def __str__(self) -> str:
        return f"{self.guard}: {self.says}"


def of_contract(contract: str, file: str, lines: str) -> Breach:
    """A breach of one of import-linter's contracts, by its id."""
    (name,) = (one["name"] for one in CONTRACTS if one["id"] == contract)
    return Breach("lint-imports", f"{name} BROKEN", file, lines)


BREACHES = [
    Breach("ruff check", "TID253", "plugins/operators/stage.py", "import psycopg"),
    Breach("ruff check", "PLC0415", "plugins/cierre/closing/stage.py", IN_A_FUNCTION.format(module="json")),
    Breach("ruff format", "1 file would be reformatted", "plugins/cierre/closing/stage.py", "x = {  'a':1 }"),
    Breach(
        "mypy",
        "no-untyped-def",
        "plugins/cierre/bookkeeping/money.py",
        "def f(x): return x",
    ),
    of_contract("layers", "plugins/cierre/ledger/session.py", "import cierre.posting.site"),
    of_contract("layers", "plugins/cierre/ledger/session.py", FOR_TYPES.format(module="cierre.posting.site")),
    of_contract("pure", "plugins/cierre/bookkeeping/money.py", IN_A_FUNCTION.format(module="psycopg")),
    of_contract("vendors", "plugins/cierre/closing/stage.py", "import hooks.sga.rows"),
    of_contract("no-vendor", "plugins/cierre/posting/site.py", "import hooks.registry"),
    of_contract("no-circles", "plugins/cierre/ledger/session.py", "import cierre.ledger.landing"),
    of_contract("no-circles", "plugins/cierre/ledger/session.py", FOR_TYPES.format(module="cierre.ledger.landing")),
    of_contract("no-circles", "plugins/cierre/ledger/session.py", IN_A_FUNCTION.format(module="cierre.ledger.landing")),
    of_contract("sandbox", "sandbox/app.py", "import cierre.bookkeeping.money"),
    of_contract("sandbox-hooks", "sandbox/app.py", "import hooks.sga.words"),
]


def commands() -> list[str]:
    """What `make lint` runs, line by line; mypy on one file alone, since all of them take a minute."""
    recipe = re.search(r"^lint: setup\n((?:\t.+\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    lines = [line.removeprefix("\t@") for line in recipe[1].splitlines()]
    binaries = Path(sys.executable).parent
    lines = [line.replace(".venv/bin", str(binaries)).replace("$(PY)", sys.executable) for line in lines]
    return [f"{line} plugins/cierre/bookkeeping/money.py" if line.endswith("-m mypy") else line for line in lines]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code that the guards look at."""
    tree = tmp_path_factory.mktemp("lint") / "tree"
    for name in ("dags", "plugins", "sandbox"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


@contextmanager
def planted(breach: Breach, tree: Path) -> Iterator[None]:
    """The tree with a breach in it."""
    file = tree / breach.file
    honest = file.read_text()
    file.write_text(f"{honest}\n\n{breach.lines}\n")
    try:
        yield
    finally:
        file.write_text(honest)


def run(command: str, tree: Path) -> tuple[bool, str]:
    """Whether a command of `make lint` is content with a tree, and what it says."""
    environment = {"PATH": os.environ["PATH"], "RUFF_CACHE_DIR": str(tree / ".cache" / "ruff")}
    ended = subprocess.run(command, shell=True, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    return ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("command", commands(), ids=lambda command: " ".join(re.findall(r"ruff \w+|[a-z-]+$", command)))
def test_the_tree_as_it_is_passes(command, tree):
    content, output = run(command, tree)
    assert content, output


@pytest.mark.parametrize("breach", BREACHES, ids=str)
def test_a_planted_breach_fails(breach, tree):
    (command,) = (line for line in commands() if breach.guard in line)
    with planted(breach, tree):
        content, output = run(command, tree)
    assert not content
    assert breach.says in output


def test_every_guard_and_every_contract_has_a_breach():
    for command in commands():
        assert any(breach.guard in command for breach in BREACHES), command
    said = {breach.says for breach in BREACHES}
    assert {f"{contract['name']} BROKEN" for contract in CONTRACTS} <= said
