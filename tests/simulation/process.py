"""A process of ours: it can die at any labelled point, fall asleep there, and wake up long after it was given up."""

from collections.abc import Callable
from typing import Protocol

from simulation.weather import DAY, HOUR, LATEST, Weather
from simulation.world import Killed, World


class Session(Protocol):
    """A session with the database: whether it has ended, and a way to end it."""

    severed: bool

    def sever(self) -> None:
        """Ends it, as the server sees it."""


class Process:
    """One try of one task, on one worker. ``silent`` is called where it has been asleep for too long to be thought
    alive; ``session`` is its session with the database, which ends when it dies."""

    def __init__(self, world: World, weather: Weather, name: str, silent: Callable[[], None] = lambda: None) -> None:
        self.world = world
        self.weather = weather
        self.name = name
        self.silent = silent
        self.session: Session | None = None
        self.slept = 0.0
        self.spared = False
        self._drift = world.rng.uniform(0.95, 1.05)

    def point(self, label: str, weight: float = 1) -> None:
        """A moment at which others may run, and at which this process may die or fall asleep, ``weight`` times as
        likely as elsewhere."""
        self.world.pause(self.world.rng.random() * 0.05)
        if self.weather.calm or self.spared:
            return
        self.may_die(label, weight)
        if self.weather.naps and self.weather.strikes("asleep", 0.03 * weight, f"asleep {label}"):
            self._sleep_long(label)

    def may_die(self, label: str, weight: float = 1) -> None:
        """A moment at which this process may die, but nobody else may run (it is in a transaction)."""
        if not self.spared and self.weather.strikes("crash", 0.02 * weight, f"crash {label}"):
            self.world.tell(self.name, f"dies {label}")
            self._die()

    def sleep(self, seconds: float) -> None:
        """time.sleep, by this worker's own clock, which runs a little fast or slow."""
        self.world.tell(self.name, f"waits {seconds:.0f} s")
        self.world.pause(seconds * self._drift)

    def _die(self) -> None:
        if self.session:
            self.session.sever()
        raise Killed

    def _sleep_long(self, label: str) -> None:
        """Seconds to hours; now and then days, and then nothing else befalls this process: the protocol promises to
        survive either a sleep beyond a day or a late execution, not one upon the other. So it does not wake up if
        its session ended meanwhile."""
        rng = self.world.rng
        if not self.slept and rng.random() < 0.25:
            nap, self.spared = rng.uniform(25 * HOUR, 3 * DAY), True
        else:
            nap = self.weather.between(1, (LATEST - self.slept) / 2)
        self.slept += nap
        self.world.tell(self.name, f"falls asleep {label}, for {nap:.0f} s")
        if nap > 60:
            self.world.after(rng.uniform(60, nap), self.silent)
        self.world.pause(nap)
        if self.spared and self.session and self.session.severed:
            self._die()
        self.world.tell(self.name, "wakes up")
