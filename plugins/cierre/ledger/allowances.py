"""What vendors allow, kept in the ledger for every process that uses it (cierre.ports.allowance)."""

import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from threading import Event, Lock

import psycopg
from airflow.sdk.exceptions import AirflowNotFoundException

from cierre.bookkeeping.personal import OpenFields
from cierre.ledger import landing, rate_limits, vendor_calls
from cierre.ledger.connection import answer_key, connect_by
from cierre.ledger.landing import Place
from cierre.ledger.rate_limits import Slot
from cierre.ports.allowance import NEVER, Allowance, Claim, Company, KeptAnswer, Outcome, PastCall, Unreachable


class LedgerSlots:
    """The slots of an Airflow connection, among all processes that use the ledger.

    Where that cannot be reached, ``take`` and ``pause`` raise psycopg.Error.
    """

    def __init__(self, ledger: psycopg.Connection, connection_id: str, requests: int) -> None:
        self._ledger, self._connection_id, self._requests = ledger, connection_id, requests
        # One thread of a process asks at a time: more would only ask the same.
        self._asking = Lock()

    def take(self, given_up: Event = NEVER) -> Slot:
        """Waits for a free slot, and takes it. Raises GivenUp, too."""
        with self._asking:
            return rate_limits.take(self._ledger, self._connection_id, self._requests, given_up)

    def give_back(self, slot: Slot, *, rest: float) -> None:
        """Frees a slot after ``rest`` seconds."""
        rate_limits.give_back(self._ledger, slot, rest=rest)

    def pause(self, seconds: float) -> None:
        """Nobody takes a slot for so long."""
        rate_limits.pause(self._ledger, self._connection_id, seconds)


class LedgerCallRecord:
    """A company's calls, as the ledger records them. Whatever it does may raise psycopg.Error.

    ``spares_daily_calls``: calls that may be made once a day count as used up, since others need them.
    """

    def __init__(
        self,
        ledger: psycopg.Connection,
        company: Company,
        open_fields_of: Callable[[str], OpenFields],
        *,
        source: str,
        zone: str,
        asked_through: str,
        spares_daily_calls: bool = False,
    ) -> None:
        self._ledger, self._company, self._open_fields_of = ledger, company, open_fields_of
        self._spares_daily_calls = spares_daily_calls
        self._source, self._zone, self._asked_through = source, zone, asked_through

    def now(self) -> datetime:
        """The ledger's clock."""
        return vendor_calls.now(self._ledger)

    def alone(self, method: str) -> AbstractContextManager[None]:
        """Holds off every other process; whoever dies keeps nobody waiting."""
        return vendor_calls.alone(self._ledger, self._company, method)

    def claim(
        self, method: str, subject: str, *, allowance: Allowance, claimed_by: str, override_by: str | None
    ) -> Claim | None:
        """Records that a call is about to be made, and commits; None where its allowance is used up."""
        if self._spares_daily_calls and allowance is Allowance.DAILY:
            return None
        return vendor_calls.claim(
            self._ledger,
            self._company,
            method,
            subject,
            allowance=allowance,
            zone=self._zone,
            asked_through=self._asked_through,
            claimed_by=claimed_by,
            override_by=override_by,
        )

    def finish(self, claim: Claim, outcome: Outcome) -> None:
        """Records what became of a call, once."""
        vendor_calls.finish(self._ledger, claim, outcome)

    def keep_answer(self, claim: Claim, method: str, subject: str, *, asked: dict[str, str], body: str) -> KeptAnswer:
        """Lands the answer to a call and records that it was answered, in one transaction."""
        with self._ledger.transaction():
            place = Place(
                self._source, self._asked_through, f"{method} {self._company.company} {subject}", claim.vendor_day
            )
            kept = landing.land(self._ledger, place, asked=asked, received_at=self.now(), body=body,
                                open_fields=self._open_fields_of(body), key=answer_key())  # fmt: skip
            vendor_calls.finish(self._ledger, claim, Outcome.ANSWERED, snapshot_id=kept.snapshot_id)
        return KeptAnswer(claim.call_id, claim.claimed_at, kept.snapshot_id, kept.asked, kept.received_at, body)

    def kept_answer(self, method: str, subject: str) -> KeptAnswer | None:
        """The newest landed answer for a subject."""
        return vendor_calls.kept_answer(self._ledger, self._company, method, subject)

    def latest_call(self, method: str) -> PastCall | None:
        """The latest call that counts."""
        return vendor_calls.latest_call(self._ledger, self._company, method)


class LedgerAllowances:
    """Keeps allowances in the ledger behind the Airflow connection that a vendor's connection names.

    ``open_fields_of`` gives the fields of an answer that say nothing of a person, to keep those of calls that count;
    ``spares_daily_calls``: see LedgerCallRecord.
    """

    def __init__(self, open_fields_of: Callable[[str], OpenFields], *, spares_daily_calls: bool = False) -> None:
        self._open_fields_of, self._spares_daily_calls = open_fields_of, spares_daily_calls

    def request_slots(self, connection_id: str, requests: int, *, kept_in: str) -> LedgerSlots | None:
        """The slots of a connection, over a session of their own that ends with them; None where Airflow has no
        connection ``kept_in``. Raises Unreachable."""
        try:
            ledger = connect_by(kept_in)
        except AirflowNotFoundException:
            return None
        except psycopg.OperationalError as error:
            raise Unreachable(str(error)) from None
        slots = LedgerSlots(ledger, connection_id, requests)
        weakref.finalize(slots, ledger.close)
        return slots

    @contextmanager
    def call_record(
        self, company: Company, *, source: str, zone: str, asked_through: str, kept_in: str
    ) -> Iterator[LedgerCallRecord]:
        """A company's record, over a session that lasts as long as the block."""
        with connect_by(kept_in) as ledger:
            yield LedgerCallRecord(
                ledger,
                company,
                self._open_fields_of,
                source=source,
                zone=zone,
                asked_through=asked_through,
                spares_daily_calls=self._spares_daily_calls,
            )
