"""A source, an ERP or the ledger that is down: when it is asked again, and until when, without holding a worker."""

import os
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cierre.accounting_files.companies import ask_again_for, close_within
from cierre.bookkeeping.cash_box import CashBox
from operators.form import DRY_RUN

SPREAD = 1.1
"""How much longer than asked to wait at most, so that those who were told the same do not all come back at once."""

EVERY = timedelta(minutes=15)
"""How often what is down is asked again once a task's own retries have ended, unless it said itself when."""

SETTING = "CIERRE_ASK_AGAIN_SECONDS"
"""The environment variable that says otherwise."""


@dataclass(frozen=True, slots=True)
class Outage:
    """What an error carries whose step gave up: whose alert is told once for all days that waited for the same."""

    company: str
    connection: str
    ledger_connection: str


def is_last_try(context: Any) -> bool:
    """Whether Airflow itself would not try the task again; not so of a dry run, for which nobody waits."""
    if context.get("ti") is None or context["params"].get(DRY_RUN):
        return False
    return not may_be_tried_again(context)


def may_be_tried_again(context: Any) -> bool:
    """Whether Airflow itself would try the task again."""
    task = context["ti"]
    return bool(task.max_tries and task.try_number <= task.max_tries)


def deadline(box: CashBox, day: date, began: datetime) -> datetime:
    """Until when a day's step asks again: the day's own deadline, by which people are told that it is not closed; where
    the step ``began`` too late for that, as for a day of long ago, so many hours after."""
    return max(box.closes_at(day) + close_within(box.company), began + ask_again_for(box.company))


def again_at(error: BaseException, now: datetime, until: datetime) -> datetime | None:
    """When to ask again: when the vendor said, else after a while that differs from box to box, and a last time at the
    deadline. None once that is over."""
    if now >= until:
        return None
    if seconds := getattr(error, "retry_after", None):
        return now + timedelta(seconds=seconds * random.uniform(1, SPREAD))
    every = float(os.environ.get(SETTING) or EVERY.total_seconds())
    return min(now + timedelta(seconds=every * random.uniform(1 / SPREAD, SPREAD)), until)
