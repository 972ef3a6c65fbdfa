"""Allowances in memory, for the one process that uses a connection: a notebook, a test, the Test button."""

import math
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heappop, heappush
from threading import Condition, Event, Lock
from zoneinfo import ZoneInfo

from cierre.ports.allowance import (
    BETWEEN_DAYS,
    NEVER,
    Allowance,
    Claim,
    Company,
    GivenUp,
    KeptAnswer,
    Outcome,
    PastCall,
)

LOOK_SECONDS = 0.5
"""How often who waits for a slot looks whether it is still needed."""


class ProcessSlots:
    """Slots that the threads of one process share; see cierre.ports.allowance.RequestSlots."""

    def __init__(self, requests: int) -> None:
        # When each slot is free, on the monotonic clock; those in use are not here.
        self._free_at = [0.0] * requests
        self._paused_until = 0.0
        self._changed = Condition()

    def take(self, given_up: Event = NEVER) -> None:
        """Waits for a free slot, and takes it. Raises GivenUp."""
        with self._changed:
            while (seconds := self._seconds_to_wait()) > 0 and not given_up.is_set():
                self._changed.wait(min(seconds, LOOK_SECONDS))
            if given_up.is_set():
                raise GivenUp
            heappop(self._free_at)

    def give_back(self, slot: None, *, rest: float) -> None:
        """Frees a slot after ``rest`` seconds."""
        with self._changed:
            heappush(self._free_at, time.monotonic() + rest)
            self._changed.notify_all()

    def pause(self, seconds: float) -> None:
        """Nobody takes a slot for so long."""
        with self._changed:
            self._paused_until = max(self._paused_until, time.monotonic() + seconds)

    def _seconds_to_wait(self) -> float:
        if not self._free_at:
            return math.inf
        return max(self._free_at[0], self._paused_until) - time.monotonic()


@dataclass
class _Call:
    """A call as it is remembered; ``kept`` is its answer where that is stored for others."""

    claim: Claim
    method: str
    subject: str
    allowance: Allowance
    claimed_by: str
    outcome: Outcome | None = None
    kept: KeptAnswer | None = None


@dataclass
class _Memory:
    """What one process knows of a company's calls, in their order, and who is about to make which."""

    calls: list[_Call] = field(default_factory=list)
    changing: Lock = field(default_factory=Lock)
    asking: defaultdict[str, Lock] = field(default_factory=lambda: defaultdict(Lock))


class ProcessCallRecord:
    """A company's calls, remembered by one process; see cierre.ports.allowance.CallRecord."""

    def __init__(self, memory: _Memory, zone: str) -> None:
        self._memory, self._zone = memory, ZoneInfo(zone)

    def now(self) -> datetime:
        """This machine's clock."""
        return datetime.now(UTC)

    @contextmanager
    def alone(self, method: str) -> Iterator[None]:
        """Holds off the other threads of the process."""
        with self._memory.asking[method]:
            yield

    def claim(
        self, method: str, subject: str, *, allowance: Allowance, claimed_by: str, override_by: str | None
    ) -> Claim | None:
        """Remembers a call; None where its allowance is used up. Who overrides the hours is not remembered."""
        with self._memory.changing:
            now = self.now()
            claim = Claim(len(self._memory.calls) + 1, now, now.astimezone(self._zone).date())
            if any(_uses_up(past, method, subject, allowance, claim) for past in self._memory.calls):
                return None
            self._memory.calls.append(_Call(claim, method, subject, allowance, claimed_by))
            return claim

    def finish(self, claim: Claim, outcome: Outcome) -> None:
        """Remembers what became of a call."""
        self._call(claim).outcome = outcome

    def keep_answer(self, claim: Claim, method: str, subject: str, *, asked: dict[str, str], body: str) -> KeptAnswer:
        """Keeps an answer in memory; its number is that of its call."""
        call = self._call(claim)
        call.kept = KeptAnswer(claim.call_id, claim.claimed_at, claim.call_id, asked, self.now(), body)
        call.outcome = Outcome.ANSWERED
        return call.kept

    def kept_answer(self, method: str, subject: str) -> KeptAnswer | None:
        """The newest answer for a subject."""
        kept = (call.kept for call in reversed(self._memory.calls) if (call.method, call.subject) == (method, subject))
        return next(filter(None, kept), None)

    def latest_call(self, method: str) -> PastCall | None:
        """The latest call that counts."""
        for call in reversed(self._memory.calls):
            if call.method == method and call.outcome is not Outcome.NOT_SENT:
                claim = call.claim
                return PastCall(
                    claim.call_id, call.subject, claim.vendor_day, claim.claimed_at, call.claimed_by, call.outcome
                )
        return None

    def _call(self, claim: Claim) -> _Call:
        return self._memory.calls[claim.call_id - 1]


def _uses_up(past: _Call, method: str, subject: str, allowance: Allowance, claim: Claim) -> bool:
    """Whether a past call leaves no room for another one, which is about to be claimed."""
    if past.method != method or past.allowance is not allowance or past.outcome is Outcome.NOT_SENT:
        return False
    if allowance is Allowance.DAILY:
        is_of_today = past.claim.vendor_day == claim.vendor_day
        return is_of_today or past.claim.claimed_at > claim.claimed_at - BETWEEN_DAYS
    return allowance is Allowance.ONCE and past.subject == subject and past.outcome is not Outcome.REFUSED


class ProcessAllowances:
    """Keeps allowances for one process; see cierre.ports.allowance.AllowanceKeeper."""

    def __init__(self) -> None:
        self._slots: dict[tuple[str, int], ProcessSlots] = {}
        self._memories: defaultdict[Company, _Memory] = defaultdict(_Memory)
        self._making = Lock()

    def request_slots(self, connection_id: str, requests: int, *, kept_in: str = "") -> ProcessSlots:
        """The slots that all hooks of a connection share in this process."""
        with self._making:
            return self._slots.setdefault((connection_id, requests), ProcessSlots(requests))

    @contextmanager
    def call_record(
        self, company: Company, *, source: str, zone: str, asked_through: str, kept_in: str = ""
    ) -> Iterator[ProcessCallRecord]:
        """What this process knows of a company's calls."""
        with self._making:
            memory = self._memories[company]
        yield ProcessCallRecord(memory, zone)


OF_THIS_PROCESS = ProcessAllowances()
"""What hooks use that were handed nothing else."""
