"""The Makefile and the set-up script, as far as they can be tried without setting anything up."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def setup(folder, python):
    return subprocess.run(
        ["sh", str(ROOT / "local" / "setup.sh"), str(python)],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def played_python(tmp_path):
    """A script in Python's place that says what the test wants."""

    def make(script):
        python = tmp_path / "python"
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
        return python

    return make


def test_a_python_of_another_version_is_refused_by_its_version(tmp_path, played_python):
    result = setup(tmp_path, played_python('if [ "$1" = --version ]; then echo Python 3.9.1; else exit 1; fi'))
    assert result.returncode == 1
    assert re.search(r"Python 3\.11, 3\.12 or 3\.13 is needed; .+/python is Python 3\.9\.1\.", result.stderr)


def test_a_python_that_is_not_there_is_refused(tmp_path):
    result = setup(tmp_path, tmp_path / "nowhere")
    assert result.returncode == 1
    assert "nowhere is not there" in result.stderr


def test_a_python_that_cannot_make_environments_is_told_the_package_that_lacks(tmp_path, played_python):
    # Debian's python3 without python3-venv: `import ensurepip` fails, everything else works.
    python = played_python(
        f'case "$*" in *ensurepip*) exit 1;; *_base_executable*) echo "$0";; *) exec "{sys.executable}" "$@";; esac'
    )
    for name in ("requirements.txt", "pyproject.toml", "local/setup.sh"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    result = setup(tmp_path, python)
    assert result.returncode == 1
    assert f"apt install python3.{sys.version_info.minor}-venv" in result.stderr


def test_help_tells_every_command(tmp_path):
    makefile = (ROOT / "Makefile").read_text()
    commands = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split()
    shown = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, cwd=tmp_path).stdout
    for command in set(commands) - {"help", "setup"}:
        assert re.search(rf"^make {command}\b", shown, re.MULTILINE), command


def test_the_continuous_integration_runs_the_tests_and_keeps_their_exit_status(tmp_path):
    script = (ROOT / ".ci" / "run").read_text()
    project = tmp_path / "project"
    (project / ".ci").mkdir(parents=True)
    (project / ".ci" / "run").write_text(script)
    (project / "Makefile").write_text("browser:\n\t@true\n\ntest:\n\t@read line && exit 9; exit 3\n")
    result = subprocess.run(["sh", str(project / ".ci" / "run")], cwd=tmp_path, capture_output=True, text=True)
    assert "Error 3" in result.stderr
    assert result.returncode != 0
