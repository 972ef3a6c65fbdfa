"""How many requests one Bsale token may make: so many in any second, shared by all who use the connection.

The limit is kept by slots. A request takes one and gives it back when its answer is there; it is free for the next
request a second later. Between two uses of a slot the vendor's clock has then moved on by more than a second, wherever
in between it counts a request and however long the network takes, so no second can hold more requests than there are
slots. An even beat, or a bucket of tokens, only counts what is sent: two requests that the network brings closer
together are one too many.
"""

import math
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from heapq import heappop, heappush
from threading import Condition, Lock
from typing import Protocol

SECOND = 1.0


class Pace(Protocol):
    """The limit of one connection. ``store.rate_limits`` has it for all processes, this module for one."""

    def turn(self) -> AbstractContextManager[None]:
        """Waits until a request may be made; the block is the request and its whole answer."""

    def pause(self, seconds: float) -> None:
        """Nobody makes a request for so long: the vendor asked for it."""


class ProcessPace:
    """The limit of one connection, among the threads of one process."""

    def __init__(self, requests: int) -> None:
        # When each slot is free, on the monotonic clock; those in use are not here.
        self._free_at = [0.0] * requests
        self._paused_until = 0.0
        self._changed = Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        with self._changed:
            while (seconds := self._seconds_to_wait()) > 0:
                self._changed.wait(seconds if math.isfinite(seconds) else None)
            heappop(self._free_at)
        try:
            yield
        finally:
            with self._changed:
                heappush(self._free_at, time.monotonic() + SECOND)
                self._changed.notify_all()

    def pause(self, seconds: float) -> None:
        with self._changed:
            self._paused_until = max(self._paused_until, time.monotonic() + seconds)

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
