"""The processes of a stack, known by the run folder in their environment."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from local.environment import MARKER


def belongs(process: psutil.Process, home: Path) -> bool:
    """Whether a live process is one of the stack in a run folder."""
    return _has(process, MARKER, str(home))


def of(home: Path) -> list[psutil.Process]:
    """All live processes of the stack in a run folder, whoever their parent is now; never the caller."""
    return marked(MARKER, str(home))


def marked(name: str, value: str) -> list[psutil.Process]:
    """All live processes in whose environment a variable has a value, whoever their parent is; never the caller."""
    caller = psutil.Process()
    return [process for process in psutil.process_iter() if process != caller and _has(process, name, value)]


def _has(process: psutil.Process, name: str, value: str) -> bool:
    try:
        return process.environ().get(name) == value
    except (psutil.Error, OSError):
        # Ended, or somebody else's: not ours either way.
        return False


def without_a_parent(found: list[psutil.Process]) -> list[psutil.Process]:
    """Those processes whose parent is not among them."""
    ids = {process.pid for process in found}
    orphans = []
    for process in found:
        with suppress(psutil.NoSuchProcess):
            if process.ppid() not in ids:
                orphans.append(process)
    return orphans


def children(process: psutil.Process) -> list[psutil.Process]:
    """The live children of a process; none of one that has ended."""
    try:
        return list(filter(alive, process.children()))
    except psutil.NoSuchProcess:
        return []


def kill(process: psutil.Process) -> None:
    """Kill a process, unless it has ended meanwhile."""
    with suppress(psutil.NoSuchProcess):
        process.kill()


def alive(process: psutil.Process) -> bool:
    """Whether a process runs. One that ended and was not yet buried by its parent does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def end(processes: list[psutil.Process], patience: float) -> None:
    """Ask processes to end, wait ``patience`` seconds, and kill those that did not."""
    for ask in (psutil.Process.terminate, psutil.Process.kill):
        for process in filter(alive, processes):
            try:
                ask(process)
            except psutil.NoSuchProcess:
                continue
        limit = time.monotonic() + patience
        while any(map(alive, processes)) and time.monotonic() < limit:
            time.sleep(0.05)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Lets the block finish: a second Ctrl-C while everything is being stopped would leave the rest running."""
    requests_to_end = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in requests_to_end}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
