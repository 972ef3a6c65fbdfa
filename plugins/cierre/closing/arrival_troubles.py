"""What of the arrivals is not booked is told at once, and then once a day for as long as that lasts.

Books are looked at each hour: a day that waits for a person over a weekend would otherwise be told fifty times.
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import overview


class Trouble(NamedTuple):
    """Why something of a bank's day is not booked. ``passes``: it may by itself, as where the ERP does not answer."""

    day: date
    why: Sentence
    passes: bool = False


def untold(ledger: psycopg.Connection, box: str, troubles: Iterable[Trouble], today: date) -> list[Trouble]:
    """Of the troubles of a company's books of arrivals (``box``), those that nobody was told of ``today`` (UTC)."""
    found = list(troubles)
    since = min((one.day for one in found), default=today)
    told = {what: overview.told(ledger, what, since) for what in {_what(one, today) for one in found}}
    return [one for one in found if (box, one.day) not in told[_what(one, today)]]


def note_told(ledger: psycopg.Connection, box: str, troubles: Iterable[Trouble], today: date) -> None:
    """Keeps that people were told of them ``today`` (UTC)."""
    for one in troubles:
        overview.note_told(ledger, _what(one, today), [(box, one.day)])


def _what(trouble: Trouble, today: date) -> str:
    """What tells one trouble of a day from another. A vendor says the same in other words each time."""
    said = "passes" if trouble.passes else trouble.why
    return f"arrivals {today} {hashlib.sha256(said.encode()).hexdigest()[:16]}"
