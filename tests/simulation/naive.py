"""Two ways of posting that people write first, in the same weather: retry, and delete-then-insert.

Each remembers what it posted on a disk that never fails, and always has the day's lock, so that what goes wrong is
not for want of them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cierre.bookkeeping.address import Address
from cierre.ledger.session import BoxDayBusy
from cierre.ports.errors import RetriableError, UncertainError
from simulation.books import BUSINESS_DATE, TENANT, journal_entries
from simulation.day import Day
from simulation.erp import Place
from simulation.network import Acknowledgement, Hook
from simulation.process import Process
from simulation.surroundings import OURS

RETRIES = 4
NUMBERS = 9
"""How many numbers delete-then-insert deletes first."""


class Naive:
    """What the two share: revisions, a memory, a lock, no database, no sweeps."""

    def begin(self, day: Day) -> None:
        self.revisions: list[tuple] = []
        self.posted: dict[str, Place] = {}
        self.locked = False

    def close(self, day: Day, process: Process) -> None:
        entries = day.source.entries
        with self._lock():
            if not self.revisions or self.revisions[-1] != entries:
                self.revisions.append(entries)
            revision = len(self.revisions)
            begins = f"{day.box}|{BUSINESS_DATE:%Y%m%d}|{revision}|"
            keys = [f"{begins}{part}@{OURS}" for part in range(1, len(entries) + 1)]
            hook = Hook(day.wire, process)
            for key in [key for key in self.posted if key not in keys]:
                self.take_back(hook, process, key)
            for key, entry in zip(keys, journal_entries(day.box, entries), strict=True):
                if key not in self.posted:
                    address = Address(TENANT, BUSINESS_DATE, day.lot, f"{entry.part:03d}")
                    self.posted[key] = Place(address, self.post(hook, process, address, entry, key))

    def sweep(self, day: Day, process: Process, *, last_call: bool = False) -> None:
        """Nothing comes back later."""

    def restart(self) -> None:
        """There is no database."""

    def back_up(self, day: Day) -> None:
        """Its memory never fails."""

    def restore(self, day: Day) -> None:
        """Its memory never fails."""

    def take_over(self, day: Day, lot: str) -> None:
        """It never asks."""

    def left(self, day: Day) -> list[Address]:
        """It leaves none."""
        return []

    def leave_to_others(self, day: Day) -> None:
        """It never asks."""

    def knows(self, day: Day, site: str, address: Address) -> bool:
        """It knows of no sites."""
        return True

    def figures(self, day: Day) -> dict[str, int]:
        return {"attempts": day.wire.calls["insert"] + day.wire.calls["reversal"], "uncertain": 0}

    def take_back(self, hook: Hook, process: Process, key: str) -> None:
        """Undoes a posting that newer books replace."""
        raise NotImplementedError

    def post(self, hook: Hook, process: Process, address: Address, entry, key: str) -> str:
        """Posts an entry and gives its number."""
        raise NotImplementedError

    @contextmanager
    def _lock(self) -> Iterator[None]:
        if self.locked:
            raise BoxDayBusy("another run is closing this day")
        self.locked = True
        try:
            yield
        finally:
            self.locked = False


def _retried(process: Process, send: Callable[[], Acknowledgement]) -> str:
    for _ in range(RETRIES):
        try:
            return send().document
        except (UncertainError, RetriableError):
            process.sleep(30)
    raise RetriableError("no answer after all retries", vendor="ERP")


class Retry(Naive):
    """Sends again until an answer comes."""

    def take_back(self, hook, process, key):
        address, number = self.posted[key]
        into = Address(address.tenant, address.entry_date, address.lot, f"9{address.sublot[1:]}")
        _retried(process, lambda: hook.reverse(address, number, into))
        del self.posted[key]

    def post(self, hook, process, address, entry, key):
        return _retried(process, lambda: hook.insert(address, entry, key))


class DeleteThenInsert(Naive):
    """Each entry has one address; what stands there is deleted before anything is sent to it."""

    def take_back(self, hook, process, key):
        self._empty(hook, self.posted[key].address)
        del self.posted[key]

    def post(self, hook, process, address, entry, key):
        def send() -> Acknowledgement:
            self._empty(hook, address)
            return hook.insert(address, entry, key)

        return _retried(process, send)

    def _empty(self, hook: Hook, address: Address) -> None:
        for number in range(1, NUMBERS + 1):
            hook.delete(address, f"{number:06d}")
