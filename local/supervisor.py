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
from pathlib import Path

# A part that ran this long and then ends is started again; one that ends sooner would only do so again.
SETTLED_SECONDS = 30
STOPPING_SECONDS = 15


class Supervisor:
    """Starts and watches the parts of the stack in ``home``."""

    def __init__(self, home: Path):
        self.home = home
        self.commands: dict[str, list[str]] = json.loads((home / "parts.json").read_text())
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, float] = {}
        self.stopping = False

    def run(self) -> None:
        """Start everything, watch it, and after SIGTERM stop it."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        for name in self.commands:
            self._start(name)
        while not self.stopping:
            for name in [name for name, part in self.parts.items() if part.poll() is not None]:
                if time.monotonic() - self.started[name] > SETTLED_SECONDS:
                    print(f"{name} ended with {self.parts[name].returncode}; starting it again", flush=True)
                    self._start(name)
            self._note()
            time.sleep(0.2)
        self._stop_parts()

    def _start(self, name: str) -> None:
        with open(self.home / "logs" / f"{name}.log", "ab") as log:
            self.parts[name] = subprocess.Popen(
                self.commands[name], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        self.started[name] = time.monotonic()

    def _note(self) -> None:
        state = {name: {"pid": part.pid, "exit": part.returncode} for name, part in self.parts.items()}
        unfinished = self.home / "state.json.unfinished"
        unfinished.write_text(json.dumps({"supervisor": os.getpid(), "parts": state}))
        unfinished.replace(self.home / "state.json")

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _stop_parts(self) -> None:
        for part in self.parts.values():
            part.terminate()
        patience = time.monotonic() + STOPPING_SECONDS
        while time.monotonic() < patience and any(part.poll() is None for part in self.parts.values()):
            time.sleep(0.05)
        for part in self.parts.values():
            part.kill()


if __name__ == "__main__":
    Supervisor(Path(sys.argv[1])).run()
