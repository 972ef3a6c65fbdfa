"""What the image installs is what was tested: versions, names, files. The cheap part of `make image-check`."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from image.dockerfile import ROOT, Dockerfile, locked, versions

RUN = locked("requirements-run.txt")
INSTALL = "-m pip install --no-cache-dir --no-deps --require-hashes --requirement requirements-run.txt"


def test_every_package_of_the_image_is_the_one_that_was_tested_with_all_of_its_hashes():
    tested = locked("requirements.txt")
    assert len(RUN) > 100
    assert {name for name in RUN if RUN[name] != tested.get(name)} == set()
    assert all(hashes for packages in RUN.values() for _, hashes in packages)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-run.txt"])
def test_no_package_of_a_lock_is_without_version_and_hash(name):
    lines = [line for line in (ROOT / name).read_text().splitlines() if re.match(r"[a-zA-Z]", line)]
    assert len(lines) == sum(map(len, locked(name).values()))


def test_no_lock_has_what_is_left_out_of_them():
    left_out = {canonicalize_name(line) for line in _lines(ROOT / "requirements-excluded.txt")}
    assert left_out
    assert not left_out & (RUN.keys() | locked("requirements.txt").keys())


def test_what_is_named_for_run_time_is_named_for_a_customers_own_image_too():
    named = {Requirement(line).name for line in _lines(ROOT / "requirements-run.in")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = [one for extra in project["optional-dependencies"].values() for one in extra]
    assert {Requirement(one).name for one in [*project["dependencies"], *optional]} <= named


def test_nothing_that_only_tests_need_is_in_the_image():
    assert RUN.keys().isdisjoint({"pytest", "hypothesis", "playwright", "ruff", "mypy", "beancount", "fava"})


def test_the_image_is_the_official_one_of_the_version_that_is_tested_and_can_be_named_by_its_digest():
    (version,) = versions(RUN["apache-airflow"])
    assert Dockerfile.read().all("ARG") == [f"BASE=apache/airflow:{version}"]
    assert Dockerfile.read().all("FROM") == ["${BASE}"]


def test_the_image_installs_the_lock_by_its_hashes_and_nothing_else():
    installs = [part for text in Dockerfile.read().all("RUN") for part in text.split(" && ") if "pip install" in part]
    assert [part.strip().partition(" ")[2] for part in installs] == [
        INSTALL,
        "-m pip install --no-cache-dir --no-deps --no-build-isolation --editable .",
    ]
    assert "setuptools" in RUN


def test_the_image_holds_every_folder_it_is_told_of_and_nothing_secret():
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    names = set(Dockerfile.read().copied)
    files = {"pyproject.toml", "setup.py", "README.md", "LICENSE", "requirements-run.txt"}
    assert names == allowed == files | {"dags", "include", "plugins", "sandbox"}
    assert (ROOT / ".dockerignore").read_text().startswith("*\n")


def test_the_image_gets_every_package_that_the_code_imports():
    folders = [ROOT / name for name in ("dags", "plugins", "sandbox")]
    own = {path.stem for path in (ROOT / "plugins").iterdir()} | {"sandbox"}
    imported = {
        name.partition(".")[0]
        for folder in folders
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in _imported(node)
    }
    distributions = metadata.packages_distributions()
    missing = {
        name
        for name in imported - own - sys.stdlib_module_names
        if RUN.keys().isdisjoint(map(canonicalize_name, distributions[name]))
    }
    assert {"psycopg", "psycopg_pool", "xlsxwriter", "fpdf", "airflow"} <= imported
    assert missing == set()


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


def _lines(path: Path) -> Iterator[str]:
    for line in path.read_text().splitlines():
        if requirement := line.partition("#")[0].strip():
            yield requirement
