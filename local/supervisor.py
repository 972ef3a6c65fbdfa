"""Keeps the parts of a stack running: `python -m local.supervisor <run folder>`, leader of their session.

The parts are read from ``parts.json`` (name: command), their output goes to ``logs/<name>.log``, and ``state.json``
always tells who runs. On SIGTERM all parts are stopped and the supervisor ends.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

import psutil

from local import processes
from local.beginning import Beginning

# A part that ran this long and then ends is started again; one that ends sooner would only do so again.
SETTLED_SECONDS = 30
# How long a part may take to end before it is killed. The scheduler waits for the tasks that run; nothing of the others
# is worth waiting for (Airflow's triggerer often takes ten seconds over its own child).
STOPPING_SECONDS = 1
STOPPING_SECONDS_WITH_TASKS = 15
# How long after a request the scheduler is asked again, where no task runs. It ends by an exception in whatever it is
# just doing; where that is a callback of Python's memory management, the exception is ignored, and it goes on for good.
ASK_AGAIN_SECONDS = 1
# What tasks call while they run.
SERVERS = ("api-server", "sandbox")
# In the environment of a part and all that it starts: which start of which part they are of.
MARKER = "CIERRE_PART"


class Supervisor:
    """Starts, watches and stops the parts of the stack in ``home``."""

    def __init__(self, home: Path):
        self.home = home
        self.commands: dict[str, list[str]] = json.loads((home / "parts.json").read_text())
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self._started: dict[str, float] = {}
        self._marks: dict[str, str] = {}
        self._to_start: list[str] = []
        self._beginning = Beginning()
        self._numbers = count(1)
        self._left_behind: list[psutil.Process] = []

    def start(self) -> None:
        """Start the parts in their order, no more at once than there are processors, since all together would take as
        long as the slowest by turns. ``watch`` starts the rest."""
        self._to_start = list(self.commands)
        self._start_next()

    def _start_next(self) -> None:
        while self._to_start and not self._beginning.takes_all_processors():
            self._start(self._to_start.pop(0))

    def watch(self) -> None:
        """Look at every part once: start those again that ended, and note who runs."""
        self._start_next()
        for name in [name for name, part in self.parts.items() if part.poll() is not None]:
            if time.monotonic() - self._started[name] > SETTLED_SECONDS:
                print(f"{name} ended with {self.parts[name].returncode}; starting it again", flush=True)
                self._left_behind += processes.without_a_parent(processes.marked(MARKER, self._marks[name]))
                self._start(name)
        self._end_idle()
        state = {name: {"pid": part.pid, "exit": part.returncode} for name, part in self.parts.items()}
        unfinished = self.home / "state.json.unfinished"
        unfinished.write_text(json.dumps(state))
        unfinished.replace(self.home / "state.json")

    def stop(self) -> None:
        """Stop every part: ask it, and after a while kill it.

        The servers go last: the scheduler ends when the tasks that run have ended, and those still need them.
        """
        self._stop([name for name in self.parts if name not in SERVERS])
        self._stop([name for name in self.parts if name in SERVERS])

    def _stop(self, names: list[str]) -> None:
        for name in names:
            self.parts[name].terminate()
        asked = again = time.monotonic()
        while left := [name for name in names if self.parts[name].poll() is None]:
            for name in left:
                patience = STOPPING_SECONDS_WITH_TASKS if name == "scheduler" else STOPPING_SECONDS
                if time.monotonic() > asked + patience:
                    print(f"{name} did not end within {patience} s; killing it", flush=True)
                    self.parts[name].kill()
                elif time.monotonic() > again + ASK_AGAIN_SECONDS and not self._runs_tasks(name):
                    again = time.monotonic()
                    self.parts[name].terminate()
            time.sleep(0.05)

    def _runs_tasks(self, name: str) -> bool:
        """Whether a worker of a part, which is its child, has a child: a task, which is worth waiting for."""
        with suppress(psutil.NoSuchProcess):
            return any(map(processes.children, processes.children(psutil.Process(self.parts[name].pid))))
        return False

    def _end_idle(self) -> None:
        """Ends what parts that were killed have left behind, such as the workers of a scheduler: each once it has no
        child any more, since a task that runs in one is worth waiting for."""
        self._left_behind = [process for process in self._left_behind if processes.alive(process)]
        for process in self._left_behind:
            if not processes.children(process):
                processes.kill(process)

    def _start(self, name: str) -> None:
        self._marks[name] = f"{name} {os.getpid()}.{next(self._numbers)}"
        with open(self.home / "logs" / f"{name}.log", "ab") as log:
            self.parts[name] = subprocess.Popen(
                self.commands[name],
                env=os.environ | {MARKER: self._marks[name]},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._started[name] = time.monotonic()
        self._beginning.add(self.parts[name].pid)


def main(home: Path) -> None:
    """Supervise the stack in a run folder until SIGTERM or SIGINT."""
    asked_to_end: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: asked_to_end.append(received))
    supervisor = Supervisor(home)
    try:
        supervisor.start()
        while not asked_to_end:
            supervisor.watch()
            time.sleep(0.2)
    finally:
        supervisor.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
