"""Holding a task at a point from outside: behind a lock in PostgreSQL, or by a vendor that does not answer yet.

The product knows nothing of it. A step keeps the lock of its box and day while it works, so the database session that
has that lock, and the process at the other end of its connection, are the task's.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import psutil
import psycopg
import requests

from cierre.bookkeeping.cash_box import CashBox
from cierre.ledger import session
from hooks.sga import hook as sga
from local import processes
from sandbox.client import SandboxClient

SESSION_OF_THE_DAY = """
SELECT pid, client_port FROM pg_locks JOIN pg_stat_activity USING (pid)
 WHERE locktype = 'advisory' AND granted AND objsubid = 1
   AND (classid::int8 << 32) | objid::int8 = hashtextextended(%s, 0)
"""
LEASE_ENDS = """
UPDATE erp.attempt SET lease_until = clock_timestamp() FROM ledger.entry
 WHERE entry.entry_id = attempt.entry_id AND box = %s AND business_date = %s AND state = 'claimed'
"""
WAITS_FOR_US = "SELECT pg_backend_pid() = ANY (pg_blocking_pids(%s))"


@dataclass
class BoxDay:
    """A day of a cash box, in a running system: who works on it, and what its source says of it."""

    box: CashBox
    day: date
    home: Path
    ledger_dsn: str
    sandbox: SandboxClient

    @cached_property
    def ledger(self) -> psycopg.Connection:
        """A connection to the ledger of this day's own."""
        return session.connect(self.ledger_dsn)

    @property
    def tenant(self) -> str:
        """The box's school in SGA."""
        return self.box.connection.removeprefix("sga_")

    def at_work(self) -> tuple[int, int] | None:
        """The database session that works on the day: its backend's process id, and its client's port."""
        return self.ledger.execute(SESSION_OF_THE_DAY, [f"{self.box.id}|{self.day}"]).fetchone()

    def task(self) -> psutil.Process:
        """The process of the task that works on the day."""
        _, port = self.at_work()
        ends = (port, self.ledger.info.port)
        for process in processes.of(self.home):
            # Others may end while they are looked at.
            with suppress(psutil.NoSuchProcess):
                connections = process.net_connections("tcp")
                if ends in ((end.laddr.port, end.raddr.port) for end in connections if end.raddr):
                    return process
        raise AssertionError(f"nobody is at the other end of the session of {self.box.id}, {self.day}")

    def pass_over_the_lease(self) -> bool:
        """Ends the lease of the day's claim now, as if it had been waited for; False where nothing is claimed yet."""
        return bool(self.ledger.execute(LEASE_ENDS, (self.box.id, self.day)).rowcount)

    def answer(self) -> str:
        """What SGA answers for the day, from now on."""
        asked = {"a": "facturacionNewProcess", "fecha": f"{self.day:%d-%m-%Y}", "caja": self.box.key}
        for _ in "twice":  # the first reading fills in what later ones show
            answer = requests.get(f"{self.sandbox.url}/sga/{self.tenant}/api", params=asked, timeout=30)
        return answer.text

    def document_keys(self) -> set[str]:
        """The keys of the documents that SGA's answer holds."""
        reading = sga.read(self.answer(), day=self.day, currency=self.box.currency, key=self.box.key)
        return {document.key for document in reading.documents}


class Hold(Protocol):
    """Something that a task cannot get past."""

    def reached(self) -> bool:
        """Whether the day's task stands before it."""

    def release(self) -> None:
        """Lets it pass."""


class LockHold:
    """A transaction of ours that holds what the task's next statement needs."""

    def __init__(self, box_day: BoxDay, statement: str, values: dict[str, Any]) -> None:
        self.box_day = box_day
        self.connection = psycopg.connect(box_day.ledger_dsn)
        # What is written here is never committed, so it need not make sense to triggers and foreign keys.
        self.connection.execute("SET LOCAL session_replication_role = replica")
        self.connection.execute(statement, values)

    def reached(self) -> bool:
        at_work = self.box_day.at_work()
        return bool(at_work) and self.connection.execute(WAITS_FOR_US, at_work[:1]).fetchone()[0]

    def release(self) -> None:
        self.connection.close()


class CallHold:
    """A call that a vendor does not answer; with ``executes`` it is carried out all the same."""

    def __init__(self, box_day: BoxDay, *, executes: bool = False, **call: Any) -> None:
        self.faults = box_day.sandbox.faults
        self.number = self.faults.add("latency", executes=executes, **call)
        self.executes = executes

    def reached(self) -> bool:
        return any(fault["number"] == self.number and fault["met"] for fault in self.faults.all())

    def release(self) -> None:
        self.faults.release(self.number)


Place = Callable[[BoxDay], Hold]


def answer_of_the_source() -> Place:
    """SGA was asked, and has not answered."""
    return lambda it: CallHold(
        it,
        vendor="sga",
        operation="facturacionNewProcess",
        match={"tenant": it.tenant, "caja": it.box.key, "fecha": f"{it.day:%d-%m-%Y}"},
    )


def erp(operation: str, *, executes: bool = False) -> Place:
    """The ERP was sent an insert, reversal or delete of the day, and has not answered."""
    return lambda it: CallHold(it, executes=executes, vendor="protheus", operation=operation, match=of_the_day(it))


def of_the_day(it: BoxDay) -> dict[str, str]:
    """What picks the calls to the ERP out that concern the day."""
    return {"lot": it.box.erp.lot, "date": f"{it.day:%d/%m/%Y}"}


def lock(statement: str, **values: Callable[[BoxDay], Any] | Any) -> Place:
    """A lock that the statement takes; it may name ``%(box)s``, ``%(day)s``, and ``values`` (made from the day)."""

    def place(it: BoxDay) -> Hold:
        made = {name: value(it) if callable(value) else value for name, value in values.items()}
        return LockHold(it, statement, {"box": it.box.id, "day": it.day} | made)

    return place
