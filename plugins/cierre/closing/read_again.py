"""Read again: what the ERP holds of closed days, beside what was posted, night after night."""

import logging
import time
from datetime import datetime, timedelta

import psycopg

from cierre.accounting_files.arrivals import books_of_arrivals, box_or_books
from cierre.accounting_files.loader import sound_boxes
from cierre.closing.erps import Erps
from cierre.closing.master_data import opened_from
from cierre.language.say import say
from cierre.ledger import read_back
from cierre.posting.look_again import Looked, at_days

log = logging.getLogger(__name__)

LOOKS_BACK = timedelta(days=62)
"""How far back days are read again, where the ERP's open periods do not begin later: by then a month is closed."""

FRESH = timedelta(hours=20)
"""What was read less long ago is not read again in a night."""

AT_MOST = timedelta(minutes=60)
"""For how long days are read in one run; those that wait longest come first, so the next run goes on."""


def read_again(ledger: psycopg.Connection, now: datetime) -> Looked:
    """Reads the days of all boxes, and of books of arrivals, that are closed and whose period is open, those first that
    wait longest; ``now`` is aware. Raises MappingError where arrivals.yaml cannot be used."""
    end = time.monotonic() + AT_MOST.total_seconds()
    first = now.date() - LOOKS_BACK
    own = sound_boxes() | books_of_arrivals()
    opened = {box.id: opened_from(ledger, box) or first for box in own.values()}
    days = [
        (box, day)
        for box, day in read_back.to_read_again(ledger, list(opened), first=first, since=now - FRESH)
        if day >= opened[box]
    ]
    looked = at_days(ledger, Erps().of, box_or_books, days, lambda: time.monotonic() < end, asks=True)
    log.info(say("{n} of {all} closed days were read in the ERP.", n=looked.days, all=len(days)))
    return looked
