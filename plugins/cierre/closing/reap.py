"""Reap: addresses in the ERP that were given up are made empty, again and again until no request can still be late."""

import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta

import psycopg

from cierre.accounting_files.arrivals import box_or_books
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import cash_box, cash_box_ids
from cierre.bookkeeping.cash_box import CashBox
from cierre.closing.erps import Erps
from cierre.language.say import listed, say
from cierre.ledger import attempts
from cierre.posting import look_again
from cierre.posting.look_again import Looked
from cierre.posting.sweep import LastCall, Swept, sweep

log = logging.getLogger(__name__)


def reap(ledger: psycopg.Connection, now: datetime, tell: Callable[[Swept], None]) -> tuple[Swept, Looked]:
    """One sweep over all boxes, which people are told of (``tell``) before anything else can fail; then a look at the
    days where a request may still come late. ``now`` is aware.

    Never touches a confirmed document, no address being used twice; where one was only found by reading, copies of it
    go. One address that cannot be emptied does not keep the others waiting.
    """
    erps = Erps(ledger)
    began = attempts.clock(ledger)
    swept = sweep(ledger, erps.of, _last_calls(now), erps.site_of)
    tell(swept)
    # What came late may stand beside a day's own document until it is looked for: so it is, before and after.
    looked = look_again.at_watched_days(ledger, erps.of, box_or_books, began)
    for box, unread in looked.left.items():
        log.warning(say("{box}: not read again: {days}", box=box, days=listed(unread)))
    for box, sentences in swept.waiting.items():
        for why in sentences:
            log.warning(say("Waits for a person: {box}, {why}", box=box, why=why))
    return swept, looked


def last_call(box: CashBox, now: datetime) -> LastCall | None:
    """The month that the box's ERP closes within a day of ``now`` (aware), if its file says when it does."""
    last = now.astimezone(box.zone).date().replace(day=1) - timedelta(days=1)
    locks_on = box.erp.locks_on(last)
    if locks_on is None:
        return None
    lock = datetime.combine(locks_on, time.min, box.zone)
    since = lock - timedelta(days=1)
    return LastCall(box.id, last.replace(day=1), last, since) if since <= now < lock else None


def _last_calls(now: datetime) -> list[LastCall]:
    calls = []
    for box_id in cash_box_ids():
        try:
            calls.append(last_call(cash_box(box_id), now))
        except MappingError as error:
            log.warning(str(error))
    return [call for call in calls if call]
