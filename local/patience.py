"""How long the start of a stack is waited for: while its parts are at work, however slow the machine is."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import psutil

from cierre.bookkeeping.sentence import Sentence
from local.settings import SettingsError

QUIET_SECONDS = 120
"""How long a part may do nothing before it is given up."""

MOST_SECONDS = 1800
"""How long it is waited for in all, since what is stuck may be busy, too."""

SETTING = "CIERRE_PATIENCE_SECONDS"
"""Names the variable that says how long it is waited instead, whatever the parts do."""

# Looking through all processes costs a slow machine something, too.
_LOOK_EVERY_SECONDS = 2.0
# What a part that only waits uses in two minutes is less.
_CPU_SECONDS = 3.0
_BYTES_READ = 1_000_000


@dataclass(frozen=True, slots=True)
class Work:
    """What a part has done so far: seconds of a processor, bytes read from the disk."""

    cpu_seconds: float = 0.0
    bytes_read: int = 0

    def beyond(self, other: "Work") -> bool:
        """Whether it is so much more than another that somebody must be working."""
        return self.cpu_seconds - other.cpu_seconds >= _CPU_SECONDS or self.bytes_read - other.bytes_read >= _BYTES_READ


def work_of(pid: int) -> Work:
    """The work of a process and of those that it started; none of one that ended."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return Work()
    works = [_work(one) for one in family]
    return Work(sum(one.cpu_seconds for one in works), sum(one.bytes_read for one in works))


def _work(process: psutil.Process) -> Work:
    try:
        spent = process.cpu_times()
        # macOS does not tell what a process reads.
        read = process.io_counters().read_bytes if hasattr(process, "io_counters") else 0
    except psutil.Error:
        return Work()
    return Work(spent.user + spent.system, read)


def seconds_asked(environ: Mapping[str, str]) -> int | None:
    """How long a person wants it to be waited; None where nobody says. Raises SettingsError for no such number."""
    text = environ.get(SETTING, "").strip()
    if text and not (text.isdecimal() and int(text)):
        raise SettingsError(
            Sentence("{name} must be a number of seconds, such as 600, not {text!r}", name=SETTING, text=text)
        )
    return int(text) if text else None


@dataclass(slots=True)
class Patience:
    """The wait for parts that do not answer yet. ``asked``: for so many seconds, whatever they do."""

    asked: int | None = None
    clock: Callable[[], float] = time.monotonic
    began: float = field(init=False)
    _seen: dict[str, tuple[float, Work]] = field(init=False, default_factory=dict)
    _look_at: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.began = self.clock()

    @property
    def waited(self) -> int:
        """Seconds so far."""
        return int(self.clock() - self.began)

    def quiet(self, part: str) -> int:
        """For how many seconds a part has done nothing."""
        since, _ = self._seen.get(part, (self.clock(), Work()))
        return int(self.clock() - since)

    def given_up(self, missing: Sequence[str], work: Callable[[str], Work]) -> str:
        """Looks at what the missing parts have done; the one to give up on, or ""."""
        if self.clock() >= self._look_at:
            self._look(missing, work)
        if self.asked is not None:
            return missing[0] if self.waited >= self.asked else ""
        if self.waited >= MOST_SECONDS:
            return missing[0]
        return next((part for part in missing if self.quiet(part) >= QUIET_SECONDS), "")

    def _look(self, missing: Sequence[str], work: Callable[[str], Work]) -> None:
        for part in missing:
            done = work(part)
            if part not in self._seen or done.beyond(self._seen[part][1]):
                self._seen[part] = (self.clock(), done)
        self._look_at = self.clock() + _LOOK_EVERY_SECONDS
