"""What the scheduler imports before tasks are forked from it."""

import subprocess
import sys
from pathlib import Path

PLUGINS = Path(__file__).parents[2] / "plugins"

STARTS = """
import sys
from cierre.orchestration.preload import NEEDED, on_starting
Job = type("Job", (), {})
on_starting(Job())
print(sum(name in sys.modules for name in NEEDED), len(NEEDED))
"""


def imported_by(command: str) -> tuple[int, int]:
    """How many of the modules a part of Airflow has imported once it is told that it starts, and how many there are."""
    told = subprocess.run(
        [sys.executable, "-c", STARTS, command], cwd=PLUGINS, capture_output=True, text=True, check=True, timeout=300
    )
    found, needed = told.stdout.split()[-2:]
    return int(found), int(needed)


def test_the_scheduler_has_what_tasks_import():
    found, needed = imported_by("scheduler")
    assert found == needed


def test_the_triggerer_imports_nothing_for_tasks():
    found, needed = imported_by("triggerer")
    assert found < needed
