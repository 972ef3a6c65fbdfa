"""What the grid and the summary say of money that is to arrive: one question each."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

import psycopg

from cierre.accounting_files.arrivals import all_known_rules
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.matching.clearing import AGES
from cierre.closing.transit import OnItsWay, by_age, forms_of, looked_at
from cierre.ledger import arrivals

T = TypeVar("T")

ARRIVED, ON_ITS_WAY = "y", "w"
"""Letters for the grid; a blank for a day of which nothing is to arrive."""

LOOKS_BACK = timedelta(days=45)
"""How far back the summary looks: what is older is of the last age, and stands on the company's own page."""


def signs_of_month(ledger: psycopg.Connection, boxes: Iterable[CashBox], days: Sequence[date]) -> dict[str, str]:
    """A letter for each of the days, by box. Empty, and nothing asked, where no company of theirs looks at arrivals."""
    rules = all_known_rules()
    pairs = [
        (box.id, form)
        for box in boxes
        if box.company in rules and not rules[box.company].are_books(box.id)
        for form in forms_of(rules[box.company])
    ]
    if not pairs:
        return {}
    first, last = days[0], days[-1]
    letters: dict[str, list[str]] = {}
    for one in _kept(ledger, first, last, pairs, lambda: arrivals.signs(ledger, pairs, first, last)):
        own = letters.setdefault(one.box, [" "] * len(days))
        own[(one.day - days[0]).days] = ARRIVED if one.arrived else ON_ITS_WAY
    return {box: "".join(own) for box, own in letters.items()}


def on_its_way(ledger: psycopg.Connection, boxes: Mapping[str, Iterable[str]], last: date) -> list[OnItsWay]:
    """What companies booked in the last weeks up to a day and did not get, as booked. ``boxes`` are by company."""
    rows = looked_at(boxes)
    if not rows:
        return []
    first = last - LOOKS_BACK
    return by_age(_kept(ledger, first, last, rows, lambda: arrivals.in_transit(ledger, rows, AGES, first, last)))


_known: deque[tuple[tuple[object, ...], list[Any]]] = deque(maxlen=16)


def _kept(ledger: psycopg.Connection, first: date, last: date, asked: object, ask: Callable[[], list[T]]) -> list[T]:
    """What was answered before, where no day of these and no match has changed since: of a thousand boxes the answer
    takes a second, and whether it changed some milliseconds."""
    server = (ledger.info.host, ledger.info.port, ledger.info.dbname)
    key = (server, first, last, asked, arrivals.state_of_arrivals(ledger, first, last))
    for before, answer in tuple(_known):
        if before == key:
            return answer
    answer = ask()
    _known.appendleft((key, answer))
    return answer
