"""The Makefile and the set-up script, as far as they can be tried without setting anything up."""

import json
import os
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


# What people say behind a command

PLAYED = """#!{python}
import json, sys
print(json.dumps(sys.argv[1:]))
"""
TEXT = '--help $500, carta "urgente" `touch ran` it\'s $(touch ran) $(shell touch ran) $${BOX}; touch ran #  %*?!<>&\\'


def recipes() -> dict[str, str]:
    """Each command's recipe that runs nothing but Python."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = re.findall(r"^([a-z-]+): setup\n((?:\t.+\n)+)", makefile, re.MULTILINE)
    return {name: recipe for name, recipe in found if "sh " not in recipe and "$(MAKE)" not in recipe}


def names_in(recipe: str) -> set[str]:
    """What a recipe hands over of what people say."""
    by_way_of = "$$BOX $$COMPANY $$FROM $$TO" if "$(RANGE)" in recipe else ""
    return set(re.findall(r"\$\$\{?([A-Z_]+)", recipe + by_way_of)) - {"PATH"}


@pytest.fixture
def make(tmp_path):
    """Runs a command of the Makefile with a Python that prints what it is given; gives that, line by line."""
    played = tmp_path / "python"
    played.write_text(PLAYED.format(python=sys.executable))
    played.chmod(0o755)

    def make(command: str, *said: str, **environment: str) -> list[list[str]]:
        run = ["make", "--no-print-directory", "--assume-old=setup", f"--file={ROOT / 'Makefile'}", f"PY={played}"]
        (tmp_path / "local").mkdir(exist_ok=True)
        (tmp_path / "local" / "setup.sh").touch()
        env = os.environ | environment
        done = subprocess.run([*run, command, *said], cwd=tmp_path, capture_output=True, text=True, env=env, check=True)
        assert not (tmp_path / "ran").exists()
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]

    return make


@pytest.mark.parametrize("command", sorted(name for name, recipe in recipes().items() if names_in(recipe)))
def test_what_people_say_reaches_a_command_as_they_said_it(make, command):
    names = names_in(recipes()[command]) - {"EXAMPLES", "FAVA_PORT"}
    if "COUNT" in names or "SEEDS" in names:
        names.remove("SEED")
    given = make(command, *(f"{name}={TEXT}" for name in names))
    assert max(sum(one.endswith(TEXT) for one in line) for line in given) == len(names)


def test_a_command_runs_no_text_that_it_does_not_take(make):
    make("unmapped", f"WHY={TEXT}", f"UNKNOWN={TEXT}", f"ARGS={TEXT}")


def test_the_makefile_puts_no_text_that_people_say_into_a_shells_line():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    names = set(re.search(r"^NAMES := ((?:.+\\\n)*.+)$", makefile, re.MULTILINE)[1].replace("\\", "").split())
    asked = set(re.findall(r"\b([A-Z_]+)=…", makefile)) | {name for one in recipes().values() for name in names_in(one)}
    assert asked - names - {"ARGS"} == set()
    used = re.sub(r"^#.*$|\$\(if \$\([A-Z]+\),", "", makefile, flags=re.MULTILINE)
    assert [name for name in names if re.search(rf"\$\({name}\)", used)] == []


@pytest.mark.parametrize(("command", "switch", "option"), [
    ("erase", "YES", "--yes"), ("erase", "PERSON", "--person"), ("preview", "ROWS", "--rows"),
    ("what-if", "DAYS", "--every-day"), ("audit", "WHOLE", "--whole"), ("simulate", "TEETH", "--teeth"),
])  # fmt: skip
def test_a_switch_is_on_where_somebody_says_1_and_nowhere_else(make, command, switch, option):
    assert option in make(command, f"{switch}=1")[-1]
    assert switch in make(command, f"{switch}=1")[0]
    for text in ("no", "1 1"):
        assert option not in make(command, f"{switch}={text}")[-1]
    assert option not in make(command, **{switch: "1"})[-1]


def test_what_the_environment_calls_by_such_a_name_is_not_taken_for_what_somebody_said(make):
    given = make("erase", "WHY=x", "MONTHS=60", SNAPSHOT="7", BY="somebody")[-1]
    assert given == ["-m", "local", "books", "erase", "--why=x", "--months=60"]
