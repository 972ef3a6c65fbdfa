"""What another first open date of a tenant's books would mean for the days of its boxes."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import psycopg

from cierre.board.boxes import Calendar
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.validation import FIRST_DAY, LAST_DAY
from cierre.ledger import overview, sign_offs

MOST_DAYS = 400
"""How far back days are looked at."""


def effect_of(
    ledger: psycopg.Connection, boxes: Sequence[CashBox], before: date | None, after: date | None
) -> list[Sentence]:
    """What it means for the days of some boxes that books are open from ``after`` on instead of ``before``, which may
    be any date that a file says; nothing is told of one that is not taken."""
    if after is None or after == before or not FIRST_DAY <= after <= LAST_DAY:
        return []
    if before is None or after > before:
        return _of_closing(ledger, boxes, before, after)
    return _of_opening(ledger, boxes, before, after)


def shortcuts(open_from: date | None, today: date) -> dict[str, Sentence]:
    """First open dates by what they do: all months closed that are over, or the last closed one opened again."""
    if open_from is None:
        return {}
    found = {}
    if open_from < (this_month := today.replace(day=1)):
        over = this_month - timedelta(days=1)
        found[str(this_month)] = Sentence("Close up to {month}", month=f"{over:%Y-%m}")
    if FIRST_DAY < (first := open_from.replace(day=1)) <= LAST_DAY:
        former = first - timedelta(days=1)
        found[str(former.replace(day=1))] = Sentence("Open {month} again", month=f"{former:%Y-%m}")
    return found


def _of_closing(
    ledger: psycopg.Connection, boxes: Sequence[CashBox], before: date | None, after: date
) -> list[Sentence]:
    since = max(before or date.min, after - timedelta(days=MOST_DAYS))
    closed = overview.closed_days(ledger, since)
    calendar = Calendar(datetime.now(UTC))
    open_days = 0
    for box in boxes:
        due = calendar.due(box)
        first, last = max(since, due.first), min(after - timedelta(days=1), due.last)
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        open_days += sum((box.id, day) not in closed for day in days)
    said = [
        Sentence(
            "what is booked or corrected of a day before {day} is dated {day} in the ERP, and says which day it is of",
            day=after,
        )
    ]
    if open_days:
        said.append(
            Sentence.counted(open_days, "{n} day before it is not closed yet", "{n} days before it are not closed yet")
        )
    if before is None or since > before:
        said.append(Sentence("only the {most} days before it were looked at", most=MOST_DAYS))
    return said


def _of_opening(ledger: psycopg.Connection, boxes: Sequence[CashBox], before: date, after: date) -> list[Sentence]:
    said = [
        Sentence(
            "what is booked or corrected of a day from {day} on is dated as the day itself again; the ERP must take it",
            day=after,
        )
    ]
    first = max(after, before - timedelta(days=MOST_DAYS))
    dates = [first + timedelta(days=number) for number in range((before - first).days)]
    signed = {one for box in boxes for one in sign_offs.signed_months(ledger, box.id, box.company, dates)}
    for one in sorted(signed, key=lambda one: (one.month, one.by)):
        month = f"{one.month:%Y-%m}"
        said.append(
            Sentence("{month} was signed by {who}: what changes it asks a person again", month=month, who=one.by)
        )
    return said
