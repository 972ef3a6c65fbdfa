"""How often may be asked: a bucket of turns for each client, filled up steadily. Of one process of the API server."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from math import ceil
from threading import Lock
from time import monotonic

MOST_BUCKETS = 10_000
"""Kept at once: the one that was not asked for longest goes, and begins full if it comes back."""


@dataclass(slots=True)
class _Bucket:
    turns: float
    at: float


class Limit:
    """So many requests a second for each client, and ``burst`` at once."""

    def __init__(self, a_second: float, burst: int, now: Callable[[], float] = monotonic) -> None:
        self.a_second, self.burst, self._now = a_second, burst, now
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()
        self._lock = Lock()

    def wait(self, client: Hashable) -> int:
        """Takes a turn; 0 where there was one, else the whole seconds after which there is."""
        with self._lock:
            now = self._now()
            bucket = self._buckets.setdefault(client, _Bucket(self.burst, now))
            self._buckets.move_to_end(client)
            if len(self._buckets) > MOST_BUCKETS:
                self._buckets.popitem(last=False)
            bucket.turns = min(self.burst, bucket.turns + (now - bucket.at) * self.a_second)
            bucket.at = now
            if bucket.turns >= 1:
                bucket.turns -= 1
                return 0
            return max(1, ceil((1 - bucket.turns) / self.a_second))
