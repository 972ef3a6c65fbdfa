"""One round of one contender, in a process of its own.

python -m benchmarks.round module:function task.json result.json
"""

import importlib
import json
import sys
from pathlib import Path

from benchmarks.measure import keep


def play(place: str, task: str, result: str) -> None:
    """Runs the function on the task (a file) and writes what it measured (into another)."""
    module, function = place.split(":")
    contender = getattr(importlib.import_module(module), function)
    keep(contender(json.loads(Path(task).read_text(encoding="utf-8"))), Path(result))


if __name__ == "__main__":
    play(*sys.argv[1:])
