"""A virtual clock, and processes that live by it: exactly one runs at a time, and the seed decides which is next."""

import heapq
from collections.abc import Callable
from itertools import count
from random import Random

import greenlet

EVENTS = 200_000
"""How many things may happen in one world: a protocol that needs more goes round in circles."""


class Killed(BaseException):
    """The process is gone, as by kill -9. Not an Exception: nothing of the product may catch it."""


class Endless(RuntimeError):
    """More happened than can be right."""


class World:
    """Time in seconds from the beginning of a seed, what is to happen when, and the story of what did.

    Processes are greenlets: each runs until it pauses, then whatever is due next runs, in the order of the clock.
    """

    def __init__(self, seed: int, *, telling: bool = False) -> None:
        self.rng = Random(seed)
        self.now = 0.0
        self.story: list[str] | None = [] if telling else None
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()
        self._hub = greenlet.getcurrent()
        self._alive: set[greenlet.greenlet] = set()

    def after(self, seconds: float, action: Callable[[], object]) -> None:
        """Has ``action`` happen so many seconds from now."""
        heapq.heappush(self._due, (self.now + seconds, next(self._order), action))

    def start(self, work: Callable[[], None]) -> None:
        """Begins a process now; it first runs when whoever runs now pauses."""

        def life() -> None:
            try:
                work()
            except Killed:
                pass
            finally:
                self._alive.discard(greenlet.getcurrent())

        process = greenlet.greenlet(life, parent=self._hub)
        self._alive.add(process)
        self.after(0, process.switch)

    def pause(self, seconds: float) -> None:
        """Lets the running process wait, and others run meanwhile."""
        if self._due and self._due[0][0] <= self.now + seconds:
            self.after(seconds, greenlet.getcurrent().switch)
            self._hub.switch()
        else:  # nothing else would happen before: the same, without the detour
            self.now += seconds

    def run(self) -> None:
        """Lets everything happen, until nothing more is to. Raises Endless, and what a process raised."""
        try:
            for _ in range(EVENTS):
                if not self._due:
                    return
                self.now, _, action = heapq.heappop(self._due)
                action()
            raise Endless(f"{EVENTS} events and no end")
        finally:
            for process in list(self._alive):
                if process:  # it has begun: what has not would die in our stead
                    process.throw(Killed)

    def tell(self, who: str, what: str) -> None:
        """Adds a line to the story, if one is wanted."""
        if self.story is not None:
            hours, seconds = divmod(self.now, 3600)
            minutes, seconds = divmod(seconds, 60)
            self.story.append(f"{hours:3.0f}:{minutes:02.0f}:{seconds:06.3f}  {who:<14} {what}")
