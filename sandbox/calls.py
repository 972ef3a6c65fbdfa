"""What the vendors have been asked: tests claim, for instance, that nobody called the ERP."""

import threading
from collections import Counter, deque
from dataclasses import dataclass

REMEMBERED = 100_000


@dataclass(frozen=True)
class Call:
    """A request that reached a vendor, whether or not it was carried out or answered."""

    vendor: str
    operation: str
    keys: dict[str, str]

    def fits(self, vendor: str = "", operation: str = "", keys: dict[str, str] | None = None) -> bool:
        """Whether it is of that vendor and operation (blank: any) and has all those keys."""
        return (
            vendor in ("", self.vendor)
            and operation in ("", self.operation)
            and all(self.keys.get(name) == value.strip() for name, value in (keys or {}).items())
        )


class Calls:
    """The latest calls, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=REMEMBERED)

    def add(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()

    def count(self, vendor: str = "", operation: str = "", keys: dict[str, str] | None = None) -> dict:
        """How many calls of each vendor and operation fit: ``{"protheus": {"insert": 3}}``."""
        with self._lock:
            fitting = Counter(
                (call.vendor, call.operation) for call in self._calls if call.fits(vendor, operation, keys)
            )
        counts: dict[str, dict[str, int]] = {}
        for (of_vendor, of_operation), number in sorted(fitting.items()):
            counts.setdefault(of_vendor, {})[of_operation] = number
        return counts
