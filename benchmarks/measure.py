"""What a round of a benchmark measures of itself: seconds, and the most memory it held. Standard library alone, since
the tools compared with live in an environment of their own."""

import json
import resource
import sys
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

STATUS = Path("/proc/self/status")


class Watch:
    """Measures its block; ``result`` is what the round reports. Imports and preparation belong outside of it."""

    def __enter__(self) -> "Watch":
        with suppress(OSError):  # where there is no /proc, the memory of the preparation counts too
            Path("/proc/self/clear_refs").write_text("5")
        self._began, self._cpu_before = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._began
        self.cpu_seconds = time.process_time() - self._cpu_before
        self.peak_bytes = peak_memory()

    def result(self, *, rows: int, cents: object, **more: Any) -> dict[str, Any]:
        """The round's figures; ``cents`` is what must be the same for all contenders, as JSON can say it."""
        measured = {"seconds": self.seconds, "cpu_seconds": self.cpu_seconds, "peak_bytes": self.peak_bytes}
        return measured | {"rows": rows, "cents": cents} | more


def begin_as_a_task() -> None:
    """Imports what a task's process has of Airflow before the task begins, which reads connections by it."""
    import_module("airflow.sdk.execution_time.supervisor")


def peak_memory() -> int:
    """The most memory this process has held, in bytes: since the watch was started, where the system can tell."""
    try:
        # ru_maxrss would begin with what the parent held when it forked.
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    except (OSError, StopIteration):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


def cents_of(total: object) -> int:
    """A sum of money with at most two decimals, as whole cents."""
    return round(total * 100)


def keep(result: dict[str, Any], file: Path) -> None:
    """Writes a round's result where the harness looks for it."""
    file.write_text(json.dumps(result), encoding="utf-8")
