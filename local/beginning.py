"""Which parts of a stack are still beginning: each keeps a processor busy for seconds, then rests."""

import os
import time
from dataclasses import dataclass

import psutil

LONGEST_SECONDS = 10
"""For how long a part counts as beginning, unless it rests earlier."""

LOOK_SECONDS = 0.5
"""How long what a part uses is watched before it is said to rest."""


@dataclass
class _Part:
    pid: int
    began: float
    looked_at: float
    used: float = 0.0

    def is_beginning(self, now: float) -> bool:
        """Whether it has used more than half of a processor since it was last looked at."""
        if now > self.began + LONGEST_SECONDS:
            return False
        if now < self.looked_at + LOOK_SECONDS:
            return True
        since, before = self.looked_at, self.used
        self.looked_at, self.used = now, _processor_seconds(self.pid)
        return self.used - before > (now - since) / 2


class Beginning:
    """The parts that are beginning on this machine."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []

    def add(self, pid: int) -> None:
        """A part whose process has just been started."""
        now = time.monotonic()
        self._parts.append(_Part(pid, now, now))

    def takes_all_processors(self) -> bool:
        """Whether there are as many as processors, so that another one would only slow them down."""
        now = time.monotonic()
        self._parts = [part for part in self._parts if part.is_beginning(now)]
        return len(self._parts) >= (os.cpu_count() or 1)


def _processor_seconds(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:  # it has ended
        return 0.0
    return float(times.user + times.system)
