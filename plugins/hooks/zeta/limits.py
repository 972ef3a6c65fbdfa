"""Zeta's rules of use, kept by all who ask: VentasDetalladas once a day a company, queries outside business hours.

Breaking them can lock the company out (zeta.seed.txt, VentasDetalladas and Metodología Esperada de Uso), so a call is
claimed on the company's record before it is made, and the record's clock decides for all who share it.
"""

import getpass
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from cierre.bookkeeping.sentence import Sentence
from cierre.ports.allowance import BETWEEN_DAYS, Allowance, CallRecord, Claim, KeptAnswer, Outcome
from cierre.ports.errors import DataError, FatalError, RetriableError, UncertainError, VendorError
from hooks.zeta.words import VENDOR

Found = TypeVar("Found")

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class LostAnswer(RetriableError):
    """A read that was sent and got no answer that can be read: Zeta may have counted it."""


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When the vendor asks not to be queried: ``hours`` ("09:00-19:00"; two equal times: never) of ``days``
    ("mon-sat") in ``zone``."""

    hours: str
    days: str
    zone: str

    def until(self, now: datetime) -> datetime | None:
        """When the business hours that an instant lies in are over; None outside of them."""
        local = now.astimezone(ZoneInfo(self.zone))
        opens, closes = (time.fromisoformat(text) for text in self.hours.split("-"))
        first, last = (WEEK.index(day) for day in self.days.split("-"))
        if not (first <= local.weekday() <= last and opens <= local.time() < closes):
            return None
        return local.replace(hour=closes.hour, minute=closes.minute, second=0, microsecond=0)

    def next_day(self, now: datetime) -> datetime:
        """When the vendor's next day begins."""
        local = now.astimezone(ZoneInfo(self.zone))
        return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


class CountedCalls:
    """The calls of one company that count. ``record`` opens the record on which they are claimed.

    ``is_kept``: the record is there for all who ask. One that is not knows nothing of what other processes sent, so
    what may be made once, or once a day, is then refused with a FatalError before it is sent. ``override_by`` names the
    person who lets queries be made in business hours; it goes on the record. Nobody lets a second VentasDetalladas be
    made.
    """

    def __init__(
        self,
        record: Callable[[], AbstractContextManager[CallRecord]],
        hours: BusinessHours,
        *,
        is_kept: bool,
        override_by: str | None = None,
    ) -> None:
        self._record, self.hours, self._is_kept, self.override_by = record, hours, is_kept, override_by

    def query(self, method: str, subject: str, ask: Callable[[], Found]) -> Found:
        """Makes a call that is not limited by number; raises RetriableError in business hours."""
        with self._record() as record:
            self._keep_hours(record, method, subject)
            with self._noting(record, self._uncounted(record, method, subject)):
                return ask()

    def look_up(self, method: str, subject: str, ask: Callable[[], Found]) -> Found:
        """Makes a call that cannot wait for the evening, since it finds out what became of a write; recorded."""
        with self._record() as record, self._noting(record, self._uncounted(record, method, subject)):
            return ask()

    def once(self, method: str, subject: str, ask: Callable[[], Found]) -> Found | None:
        """Makes a call that may be made once for its subject; None if it was made already, whatever came of it."""
        with self._record() as record:
            claim = self._claim(record, method, subject, Allowance.ONCE)
            if claim is None:
                return None
            with self._noting(record, claim):
                return ask()

    def daily(
        self, method: str, subject: str, ask: Callable[[], tuple[dict[str, str], str]], *, beyond: KeptAnswer | None
    ) -> KeptAnswer | None:
        """A newer answer than ``beyond``: one that somebody else got while this waited, or that of the day's call.

        None where the day's call is used up. ``ask`` gives what was asked and the answer's text, which is stored for
        others.
        """
        with self._record() as record, record.alone(method):
            kept = record.kept_answer(method, subject)
            if kept and (beyond is None or kept.call_id != beyond.call_id):
                return kept
            self._keep_hours(record, method, subject)
            claim = self._claim(record, method, subject, Allowance.DAILY)
            if claim is None:
                return None
            with self._noting(record, claim, finish=False):
                asked, body = ask()
            return record.keep_answer(claim, method, subject, asked=asked, body=body)

    def kept(self, method: str, subject: str) -> KeptAnswer | None:
        """The newest stored answer."""
        with self._record() as record:
            return record.kept_answer(method, subject)

    def used_up(self, method: str, about: str) -> RetriableError:
        """The error that says who used the day's call, and when the next may be made."""
        with self._record() as record:
            now, last = record.now(), record.latest_call(method)
        zone, again, used = ZoneInfo(self.hours.zone), self.hours.next_day(now), Sentence("used")
        if last:
            at = last.claimed_at.astimezone(zone)
            told = "used, at {time} by {who} for {subject}"
            used = Sentence(told, time=f"{at:%H:%M}", who=last.claimed_by, subject=last.subject)
            if last.vendor_day < now.astimezone(zone).date():
                again = at + BETWEEN_DAYS
        return RetriableError(
            Sentence(
                "{about}: {method} may be called once a day, and today's call is {used}; the next may be made from"
                " {again} ({zone})",
                about=about,
                method=method,
                used=used,
                again=f"{again:%Y-%m-%d %H:%M}",
                zone=self.hours.zone,
            ),
            vendor=VENDOR,
            retry_after=(again - now).total_seconds(),
        )

    def _keep_hours(self, record: CallRecord, method: str, subject: str) -> None:
        now = record.now()
        until = self.hours.until(now)
        if until is not None and not self.override_by:
            raise RetriableError(
                Sentence(
                    "{method} of {subject}: Zeta asks for no queries in business hours ({days}, {hours} {zone}); ask"
                    " again after {until} there, or let a person answer for this one run",
                    method=method,
                    subject=subject,
                    days=self.hours.days,
                    hours=self.hours.hours,
                    zone=self.hours.zone,
                    until=f"{until:%H:%M}",
                ),
                vendor=VENDOR,
                retry_after=(until - now).total_seconds(),
            )

    def _uncounted(self, record: CallRecord, method: str, subject: str) -> Claim:
        claim = self._claim(record, method, subject, Allowance.ANY)
        if claim is None:
            raise LookupError(f"{method} of {subject} may be made any number of times, and the record refuses it")
        return claim

    def _claim(self, record: CallRecord, method: str, subject: str, allowance: Allowance) -> Claim | None:
        if allowance is not Allowance.ANY and not self._is_kept:
            told = (
                "{method} of {subject} counts, and a hook that is made of a connection alone does not know whether it"
                " was sent already; take the hook from cierre.closing.wiring.hook_behind, which asks the ledger"
            )
            raise FatalError(Sentence(told, method=method, subject=subject), vendor=VENDOR)
        return record.claim(
            method,
            subject,
            allowance=allowance,
            claimed_by=_caller(),
            override_by=self.override_by if self.hours.until(record.now()) else None,
        )

    @contextmanager
    def _noting(self, record: CallRecord, claim: Claim, *, finish: bool = True) -> Iterator[None]:
        """Notes what becomes of a call. What ends otherwise than by a vendor's error stays open: it counts."""
        try:
            yield
        except VendorError as error:
            record.finish(claim, _outcome(error))
            raise
        if finish:
            record.finish(claim, Outcome.ANSWERED)


def _outcome(error: VendorError) -> Outcome:
    """What an error says of a call."""
    if isinstance(error, (UncertainError, LostAnswer)):
        return Outcome.LOST
    sent = isinstance(error, DataError) or error.status is not None
    return Outcome.REFUSED if sent else Outcome.NOT_SENT


def _caller() -> str:
    """Who asks, for the record: the run of a DAG, else a person on a machine."""
    run = [os.environ.get(f"AIRFLOW_CTX_{name}", "") for name in ("DAG_ID", "DAG_RUN_ID", "TASK_ID")]
    return " ".join(filter(None, run)) or f"{getpass.getuser()}@{socket.gethostname()}"
