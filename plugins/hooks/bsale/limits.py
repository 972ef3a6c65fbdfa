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
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from weakref import WeakValueDictionary

from cierre.ports.allowance import NEVER, RequestSlots

SECOND = 1.0

UNSURE = 0.02
"""Seconds by which the shortest request seen may be longer than the shortest that there can be."""


class Pace:
    """The limit of one connection: ``requests`` in any second, by its slots. Any number of threads may ask for turns.

    Where the slots cannot be reached, a turn raises what they raise.
    """

    def __init__(self, slots: RequestSlots, requests: int) -> None:
        self._slots, self._requests = slots, requests
        self._turns, self._shortest = 0, math.inf

    @contextmanager
    def turn(self, given_up: Event = NEVER) -> Iterator[None]:
        """Waits until a request may be made; the block is the request and its whole answer. Raises GivenUp once
        ``given_up`` is set."""
        slot = self._slots.take(given_up)
        began, rest = time.monotonic(), SECOND
        try:
            yield
            rest = SECOND - self._in_common(time.monotonic() - began)
        finally:
            self._slots.give_back(slot, rest=rest)

    def pause(self, seconds: float) -> None:
        """Nobody makes a request for so long: the vendor asked for it."""
        self._slots.pause(seconds)

    def _in_common(self, took: float) -> float:
        """How much of its time a request has in common with all others, in seconds, by those seen so far."""
        self._turns += 1
        # The first ones also had to open their connections; and a few more must be seen before anything is spared.
        if self._turns > self._requests:
            self._shortest = min(self._shortest, took)
        return max(0.0, min(self._shortest, SECOND) - UNSURE) if self._turns > 2 * self._requests else 0.0


_paces: WeakValueDictionary[RequestSlots, Pace] = WeakValueDictionary()
_making = Lock()


def pace_on(slots: RequestSlots, requests: int) -> Pace:
    """The one pace of all hooks in this process that share these slots: together they learn how long requests take."""
    with _making:
        pace = _paces.get(slots)
        if pace is None:
            pace = _paces[slots] = Pace(slots, requests)
        return pace
