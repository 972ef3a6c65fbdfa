"""Retention: how long personal values of landed answers are kept, and what is erased once that is over."""

import logging
import os
from datetime import date, timedelta

import psycopg

from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import counted, say
from cierre.ledger import personal
from cierre.ledger.personal import By, Erasure

log = logging.getLogger(__name__)

SETTING = "RETENTION_MONTHS"
"""The setting in the environment: after how many whole months personal values are erased; never without it."""


MOST_MONTHS = 1200
"""Longer than any law asks for; more is a slip."""


def retention_months() -> int | None:
    """How many months personal values are kept; None for ever. Raises ValueError for what is no number of months."""
    said = os.environ.get(SETTING, "").strip()
    if not said:
        return None
    try:
        months = int(said)
    except ValueError:
        raise _no_months(f"{SETTING}={said[:20]}") from None
    _check(months, SETTING)
    return months


def last_day_to_erase(today: date, months: int) -> date:
    """The last business date whose values are no longer kept: months are counted whole, and the current one is none.
    Raises ValueError, with a sentence, for a number of months below 1 or above MOST_MONTHS."""
    _check(months, "MONTHS")
    years, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(years, month + 1, 1) - timedelta(days=1)


def _check(months: int, name: str) -> None:
    if not 1 <= months <= MOST_MONTHS:
        raise _no_months(f"{name}={months}")


def _no_months(given: str) -> ValueError:
    told = "{given} is not a number of months from 1 to {most}. Nothing was erased."
    return ValueError(Sentence(told, given=given, most=MOST_MONTHS))


def erase_what_is_over(ledger: psycopg.Connection, today: date, months: int) -> Erasure | None:
    """Erases the personal values of all answers that are older; None where there is nothing left to erase."""
    last = last_day_to_erase(today, months)
    erasure = personal.erase(
        ledger,
        personal.until(ledger, last),
        by=By.AGE,
        asked_by=f"{SETTING}={months}",
        why=f"business dates up to {last}",
    )
    rows = counted(erasure.rows if erasure else 0, "{n} row", "{n} rows")
    log.info(say("Personal values of {rows} up to {day} were erased.", rows=rows, day=last))
    return erasure
