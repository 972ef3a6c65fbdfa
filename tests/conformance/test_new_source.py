"""`make new-source`: what it writes runs as it is, and touches one shared file. Tried in a copy of the project."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.errors import LocalError
from local.new_source import new_source, write_what_repeats_the_code

ROOT = Path(__file__).parents[2]
COPIED = ("dags", "docs", "include", "local", "plugins", "sandbox", "templates", "tests", "Makefile", "README.md")
NEEDED = (*COPIED, "CHANGELOG.md", "pyproject.toml", ".env.example", "benchmarks/results.json")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "screenshots", "e2e", "*.egg-info")

SHARED = {"plugins/hooks/registry.py"}
"""All that is shared and must be touched for a source."""

GENERATED = {
    "docs/operators/connections.md",
    "include/mappings/schemas/account_mapping.json",
    "include/mappings/schemas/cash_box.json",
}
"""What repeats the code, written by `make docs` and `make schemas`."""


def copy_to(folder: Path) -> Path:
    """A copy of the project, without what no source needs."""
    folder.mkdir()
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
        else:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def contents(project: Path) -> dict[str, str]:
    """Every file's content, told by a hash."""
    files = (path for path in project.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(project).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name, content in before.items() if after.get(name) != content}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a source called toy."""
    folder = copy_to(tmp_path_factory.mktemp("source") / "project")
    new_source("toy", folder)
    return folder


def run(project: Path, *command: str) -> str:
    """What a command of the copy says; fails the test with it where the command fails."""
    own = {"PYTHONPATH": f"{project / 'plugins'}{os.pathsep}{project}"}
    done = subprocess.run(
        command, cwd=project, env=os.environ | own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_one_shared_file_is_touched_and_what_repeats_the_code_is_written_anew(tmp_path):
    folder = copy_to(tmp_path / "project")
    before = contents(folder)
    written = new_source("toy", folder)
    after = contents(folder)
    assert changed(before, after) == SHARED
    assert after.keys() - before.keys() == {path.as_posix() for path in written}
    write_what_repeats_the_code(folder)
    assert changed(before, contents(folder)) == SHARED | GENERATED


def test_it_keeps_what_every_source_must_and_closes_a_day(project):
    said = run(project, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/conformance/test_toy.py")
    assert "passed" in said


def test_it_is_built_of_the_parts_that_every_vendor_has(project):
    run(project, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/hooks/test_registry.py")


def test_it_keeps_to_the_style_and_to_its_room(project):
    new_source("abcdefghij_klmnopqrs_tuvwxyz_1", project)  # as long a name as may be
    tools = Path(sys.executable).parent
    written = ("plugins", "sandbox", "tests/conformance")
    run(project, str(tools / "ruff"), "check", "--no-cache", *written)
    run(project, str(tools / "ruff"), "format", "--no-cache", "--check", *written)
    run(project, str(tools / "lint-imports"), "--no-cache")


@pytest.mark.parametrize(
    "name", ["", "Toy", "toy-2", "2toy", "toy__x", "_toy", "toy_", "../toy", "ñandú", "class", "json", "http", "t" * 31]
)
def test_a_name_that_cannot_be_one_is_refused(tmp_path, name):
    with pytest.raises(LocalError, match="cannot be the name of a source"):
        new_source(name, tmp_path)


@pytest.mark.parametrize("name", ["sga", "protheus", "registry", "faults"])
def test_a_name_that_is_taken_is_refused(name):
    with pytest.raises(LocalError, match="is there already"):
        new_source(name, ROOT)


def test_nothing_is_overwritten(tmp_path):
    folder = copy_to(tmp_path / "project")
    page = folder / "docs" / "vendors" / "toy.md"
    page.write_text("Ours.")
    before = contents(folder)
    with pytest.raises(LocalError, match=r"Nothing was written: there is already docs/vendors/toy\.md"):
        new_source("toy", folder)
    assert contents(folder) == before
