"""Rate limits of vendors, shared by every process that uses the ledger: slots, as hooks.bsale_pace explains them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

import psycopg

from store.session import named

_sql = named("rate_limits")

LEASE_SECONDS = 10
"""How long a slot stays taken whose request is not heard of again. A request that is under way for that long has been
counted by the vendor long ago."""

LOOK_SECONDS = 0.5
"""How often to look again while all slots are in use: less than a second, so that no slot is free before it is seen."""


class SharedPace:
    """At most ``requests`` in any second through an Airflow connection, whichever process, machine or box makes them.

    ``ledger`` must be in autocommit, as ``store.session`` makes it; the threads of a process may share it. Its server's
    clock alone counts. Where the ledger cannot be reached, ``turn`` raises psycopg.Error and nothing is sent.
    """

    def __init__(self, ledger: psycopg.Connection, connection_id: str, requests: int) -> None:
        self._ledger = ledger
        self._which = {"connection": connection_id, "slots": requests}
        # One thread of a process asks at a time: more would only ask the same.
        self._asking = Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits until a request may be made; the block is the request and its whole answer."""
        slot = self._take()
        try:
            yield
        finally:
            # The answer counts, whatever becomes of the slot: it frees itself when its lease is over.
            with suppress(psycopg.Error):
                _sql.give_back(self._ledger, **self._which, slot=slot.slot, lease=slot.free_at)

    def pause(self, seconds: float) -> None:
        """Nobody makes a request for so long: the vendor asked for it."""
        _sql.pause(self._ledger, **self._which, seconds=seconds)

    def _take(self) -> Any:
        with self._asking:
            while (slot := _sql.take(self._ledger, **self._which, lease_seconds=LEASE_SECONDS)) is None:
                seconds = _sql.seconds_to_wait(self._ledger, **self._which)
                if seconds is None:
                    _sql.make_slots(self._ledger, **self._which)
                else:
                    time.sleep(min(max(seconds, 0), LOOK_SECONDS))
            return slot
