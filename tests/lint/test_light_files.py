"""What a DAG file reads is light: it is what pyproject.toml lists, and loads nothing heavy."""

import json
import os
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUFF = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]

READ = """
import airflow.plugins_manager, airflow.providers.standard.operators.hitl, airflow.sdk
import json, runpy, sys
airflows_own = set(sys.modules)
for file in sys.argv[1:]:
    runpy.run_path(file)
files = [getattr(module, "__file__", None) for module in sys.modules.values()]
print(json.dumps([sorted(set(sys.modules) - airflows_own), [file for file in files if file]]))
"""
CHECK = "check_cash_boxes.py"
"""No DAG: it checks every file for the UI, and no task ever reads it."""


@pytest.fixture(scope="module")
def read() -> tuple[set[str], set[str]]:
    """What is imported where the DAG files and the plugin are read: modules beside Airflow's own, files of the
    project."""
    plugins = ROOT / "plugins"
    plugin = plugins / "cierre_plugin.py"
    read = [str(file) for file in (ROOT / "dags").glob("*.py") if file.name != CHECK]
    command = [sys.executable, "-c", READ, *read, str(plugin)]
    environment = os.environ | {"PYTHONPATH": f"{plugins}:{ROOT}"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    modules, files = json.loads(ended.stdout.splitlines()[-1])
    ours = {str(Path(file).relative_to(ROOT)) for file in files if file.startswith(f"{plugins}/")}
    return set(modules), ours | {str(plugin.relative_to(ROOT))}


def spread(pattern: str) -> list[str]:
    """A pattern with braces as those that it stands for: ``{a,b/{c,d}}.py`` is ``a.py``, ``b/c.py`` and ``b/d.py``."""
    if "{" not in pattern:
        return [pattern]
    start, depth = pattern.index("{"), 0
    cuts = [start]
    for place, sign in enumerate(pattern[start:], start):
        depth += (sign == "{") - (sign == "}")
        if depth == 0 or (depth == 1 and sign == ","):
            cuts.append(place)
        if depth == 0:
            break
    choices = [pattern[begin + 1 : end] for begin, end in pairwise(cuts)]
    return [one for choice in choices for one in spread(pattern[:start] + choice + pattern[cuts[-1] + 1 :])]


def excepted(rule: str, *, but: bool = False) -> list[str]:
    """The patterns of the plugins' files that a rule is not for; with ``but``, those that it alone is for."""
    start = "!plugins/" if but else "plugins/"
    patterns = [pattern for pattern, rules in RUFF["per-file-ignores"].items() if rule in rules]
    return [one.removeprefix("!") for pattern in patterns if pattern.startswith(start) for one in spread(pattern)]


def test_what_a_dag_file_reads_is_what_must_be_light(read):
    _, files = read
    listed = excepted("TID253", but=True)
    assert {file for file in files if not any(fnmatch(file, pattern) for pattern in listed)} == set()


def test_no_other_file_hides_imports(read):
    _, files = read
    assert {pattern for pattern in excepted("PLC0415") if not any(fnmatch(file, pattern) for file in files)} == set()


def test_the_lists_of_both_rules_are_one():
    assert excepted("PLC0415") == excepted("TID253", but=True)


def test_reading_a_dag_file_imports_nothing_heavy(read):
    modules, _ = read
    heavy = RUFF["flake8-tidy-imports"]["banned-module-level-imports"]
    assert {module for module in modules for one in heavy if f"{module}.".startswith(f"{one}.")} == set()
