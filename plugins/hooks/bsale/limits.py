"""How many requests one Bsale token may make: so many in any second, shared by all who use the connection.

The limit is kept by slots. A request takes one and gives it back when its answer is there; the slot then rests, and the
next request takes it when, wherever between its two ends the vendor counts a request, the two are a second apart. So no
second holds more requests than there are slots, whatever the network does. An even beat, or a bucket of tokens, only
counts what is sent: two requests that the network brings closer together are one too many.

A slot would have to rest for a whole second, and then a slow site could not be asked as often as it allows. But what
all requests have in common of their time (the way there and back, the least work) delays the next one just as much as
it delayed the last, so that much of the rest can be spared.
"""

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from threading import Condition, Lock
from typing import Any

import psycopg

from cierre.ledger import rate_limits
from cierre.ledger.rate_limits import Slot

SECOND = 1.0

UNSURE = 0.02
"""Seconds by which the shortest request seen may be longer than the shortest that there can be."""


class Pace(ABC):
    """The limit of one connection. Any number of threads may ask for turns."""

    def __init__(self, requests: int) -> None:
        self._requests = requests
        self._turns, self._shortest = 0, math.inf

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits until a request may be made; the block is the request and its whole answer."""
        slot = self._take()
        began, rest = time.monotonic(), SECOND
        try:
            yield
            rest = SECOND - self._in_common(time.monotonic() - began)
        finally:
            self._give_back(slot, rest)

    @abstractmethod
    def pause(self, seconds: float) -> None:
        """Nobody makes a request for so long: the vendor asked for it."""

    @abstractmethod
    def _take(self) -> Any: ...

    @abstractmethod
    def _give_back(self, slot: Any, rest: float) -> None: ...

    def _in_common(self, took: float) -> float:
        """How much of its time a request has in common with all others, in seconds, by those seen so far."""
        self._turns += 1
        # The first ones also had to open their connections; and a few more must be seen before anything is spared.
        if self._turns > self._requests:
            self._shortest = min(self._shortest, took)
        return max(0.0, min(self._shortest, SECOND) - UNSURE) if self._turns > 2 * self._requests else 0.0


class LedgerPace(Pace):
    """The limit among all processes that use the ledger. Where that cannot be reached, a turn raises psycopg.Error."""

    def __init__(self, ledger: psycopg.Connection, connection_id: str, requests: int) -> None:
        super().__init__(requests)
        self._ledger, self._connection_id = ledger, connection_id
        # One thread of a process asks at a time: more would only ask the same.
        self._asking = Lock()

    def pause(self, seconds: float) -> None:
        rate_limits.pause(self._ledger, self._connection_id, seconds)

    def _take(self) -> Slot:
        with self._asking:
            return rate_limits.take(self._ledger, self._connection_id, self._requests)

    def _give_back(self, slot: Slot, rest: float) -> None:
        rate_limits.give_back(self._ledger, slot, rest=rest)


class ProcessPace(Pace):
    """The limit among the threads of one process."""

    def __init__(self, requests: int) -> None:
        super().__init__(requests)
        # When each slot is free, on the monotonic clock; those in use are not here.
        self._free_at = [0.0] * requests
        self._paused_until = 0.0
        self._changed = Condition()

    def pause(self, seconds: float) -> None:
        with self._changed:
            self._paused_until = max(self._paused_until, time.monotonic() + seconds)

    def _take(self) -> None:
        with self._changed:
            while (seconds := self._seconds_to_wait()) > 0:
                self._changed.wait(seconds if math.isfinite(seconds) else None)
            heappop(self._free_at)

    def _give_back(self, slot: None, rest: float) -> None:
        with self._changed:
            heappush(self._free_at, time.monotonic() + rest)
            self._changed.notify_all()

    def _seconds_to_wait(self) -> float:
        if not self._free_at:
            return math.inf
        return max(self._free_at[0], self._paused_until) - time.monotonic()


_paces: dict[tuple[str, int], ProcessPace] = {}
_making = Lock()


def of_this_process(connection_id: str, requests: int) -> ProcessPace:
    """The one pace that all hooks of a connection share in this process."""
    with _making:
        return _paces.setdefault((connection_id, requests), ProcessPace(requests))
