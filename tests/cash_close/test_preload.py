"""What the scheduler imports before tasks are forked from it."""

import subprocess
import sys
from pathlib import Path

PLUGINS = Path(__file__).parents[2] / "plugins"

STARTS = """
import sys
from types import SimpleNamespace
from cash_close.preload import NEEDED, on_starting
on_starting(SimpleNamespace(job_type=sys.argv[1]))
print(sum(name in sys.modules for name in NEEDED), len(NEEDED))
"""


def imported_by(job: str) -> tuple[int, int]:
    """How many of the modules a part of Airflow has imported once it is told that it starts, and how many there are."""
    told = subprocess.run(
        [sys.executable, "-c", STARTS, job], cwd=PLUGINS, capture_output=True, text=True, check=True, timeout=300
    )
    found, needed = told.stdout.split()[-2:]
    return int(found), int(needed)


def test_the_scheduler_has_what_tasks_import():
    found, needed = imported_by("SchedulerJob")
    assert found == needed


def test_the_triggerer_imports_nothing_for_tasks():
    found, needed = imported_by("TriggererJob")
    assert found < needed
