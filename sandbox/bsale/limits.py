"""Bsale's limit: so many requests in any second, of one token."""

import time
from collections import defaultdict, deque

SECOND = 1.0


class Throttle:
    """Counts what was let in, and what was not."""

    def __init__(self) -> None:
        self.served = self.refused = self.busiest = 0
        self.first = self.last = 0.0
        self._lately: dict[str, deque[float]] = defaultdict(deque)

    def admit(self, token: str, most: int) -> bool:
        """Whether a request comes in: no second, wherever it begins, may hold more than ``most``."""
        now, lately = time.monotonic(), self._lately[token]
        while lately and now - lately[0] >= SECOND:
            lately.popleft()
        if len(lately) >= most:
            self.refused += 1
            return False
        lately.append(now)
        self.served += 1
        self.busiest = max(self.busiest, len(lately))
        self.first, self.last = self.first or now, now
        return True

    def shown(self) -> dict[str, float]:
        """The figures so far; ``seconds`` from the first request that was let in to the last."""
        return {
            "served": self.served,
            "refused": self.refused,
            "busiest_second": self.busiest,
            "seconds": round(self.last - self.first, 3),
        }
