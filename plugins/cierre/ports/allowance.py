"""What a vendor allows: so many requests in any second, and calls that it counts. Kept for all who ask.

A hook says what it is about to do; where that is kept is not its business. ``cierre.ledger.allowances`` keeps it in the
ledger, for every process (``cierre.closing.wiring`` hands it in); ``hooks.http.allowances`` keeps it in memory, for the
process that has nothing but a connection.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from threading import Event
from typing import Any, Protocol


class Unreachable(RuntimeError):
    """Where the allowances are kept cannot be reached. The message is the reason, as the database words it."""


class GivenUp(RuntimeError):
    """Whoever waited for a turn needs it no more: what it was for has failed."""


NEVER = Event()
"""What is never set: nobody gives up."""


class RequestSlots(Protocol):
    """As many slots as a connection may make requests in a second, shared by everybody who uses the connection.

    A request takes one and gives it back with the time for which it must rest. May be shared by threads.
    """

    def take(self, given_up: Event = NEVER) -> Any:
        """Waits for a free slot, and takes it; the result is for ``give_back``. Raises GivenUp once ``given_up`` is
        set. What is raised where the slots cannot be reached is the keeper's own error. Then no slot was taken."""

    def give_back(self, slot: Any, *, rest: float) -> None:
        """Frees a slot after ``rest`` seconds. Never raises: a slot that is not given back frees itself."""

    def pause(self, seconds: float) -> None:
        """Nobody takes a slot for so long: the vendor asked for it."""


class Allowance(StrEnum):
    """How often a call may be made: as often as it is needed, once a vendor's day, or once for its subject."""

    ANY = "any number"
    DAILY = "once a day"
    ONCE = "once"


class Outcome(StrEnum):
    """What became of a call. ``LOST``: sent, and no answer came; it counts. ``NOT_SENT``: it never left, and does not.

    A refused call counts for the day; where only one is ever allowed, what was refused may be asked again.
    """

    ANSWERED = "answered"
    REFUSED = "refused"
    LOST = "lost"
    NOT_SENT = "not sent"


@dataclass(frozen=True, slots=True)
class Company:
    """Whose calls are counted together: a company at a service (its base address), whatever connection asks."""

    service: str
    company: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A call that is recorded and may now be made. ``claimed_at`` is an instant, ``vendor_day`` the day over there."""

    call_id: int
    claimed_at: datetime
    vendor_day: date


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A stored answer that others may use. Requested at ``claimed_at``, so it includes everything entered before.

    ``snapshot_id`` is its number where it is stored; ``asked`` is the question put.
    """

    call_id: int
    claimed_at: datetime
    snapshot_id: int
    asked: dict[str, Any]
    received_at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class PastCall:
    """The latest call of a method that counts; ``outcome`` is None while it is under way or where its process died."""

    call_id: int
    subject: str
    vendor_day: date
    claimed_at: datetime
    claimed_by: str
    outcome: str | None


BETWEEN_DAYS = timedelta(hours=1)
"""How far a call that may be made once a day keeps away from the last one: the vendor's clock is not ours."""


class CallRecord(Protocol):
    """The calls of one company that its vendor counts: claimed on record before they are made."""

    def now(self) -> datetime:
        """The record's clock: one for all who ask, whatever their own clocks say."""

    def alone(self, method: str) -> AbstractContextManager[None]:
        """Waits until nobody else makes this call of the company; then holds all others off."""

    def claim(
        self, method: str, subject: str, *, allowance: Allowance, claimed_by: str, override_by: str | None
    ) -> Claim | None:
        """Records that a call is about to be made; None where its allowance is used up.

        ``subject`` is what is asked for, ``override_by`` who let it be made in business hours. A call that may be made
        once a day also keeps BETWEEN_DAYS away from the last one.
        """

    def finish(self, claim: Claim, outcome: Outcome) -> None:
        """Records what became of a call, once."""

    def keep_answer(self, claim: Claim, method: str, subject: str, *, asked: dict[str, str], body: str) -> KeptAnswer:
        """Stores the answer to a call for others to use, and records that it was answered, both or neither."""

    def kept_answer(self, method: str, subject: str) -> KeptAnswer | None:
        """The newest stored answer for a subject, or None."""

    def latest_call(self, method: str) -> PastCall | None:
        """The latest call of a method that counts, whatever its subject."""


class AllowanceKeeper(Protocol):
    """Who keeps the allowances of connections. ``kept_in`` names the Airflow connection of the ledger, as the vendor's
    own connection says it; a keeper that needs none does not look at it."""

    def request_slots(self, connection_id: str, requests: int, *, kept_in: str) -> RequestSlots | None:
        """The slots of an Airflow connection, ``requests`` in number; None where there is no such ledger.

        Raises Unreachable.
        """

    def call_record(
        self, company: Company, *, source: str, zone: str, asked_through: str, kept_in: str
    ) -> AbstractContextManager[CallRecord]:
        """The company's record, open for the block. ``zone`` is the time zone in which its vendor's days begin,
        ``source`` the source's name, ``asked_through`` the Airflow connection."""
