"""What the grid and the summary say of money that is to arrive: one question each."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import psycopg

from cierre.accounting_files.arrivals import all_known_rules
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.matching.clearing import AGES
from cierre.bookkeeping.matching.company import CompanyArrivals
from cierre.bookkeeping.money import ZERO
from cierre.ledger import arrivals

T = TypeVar("T")

ARRIVED, ON_ITS_WAY = "y", "w"
"""Letters for the grid; a blank for a day of which nothing is to arrive."""

LOOKS_BACK = timedelta(days=45)
"""How far back the summary looks: what is older is of the last age, and stands on the company's own page."""


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """What a company booked and did not get, in a currency: a sum for each age, and one for what is older."""

    company: str
    currency: str
    ages: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        """All of it."""
        return sum(self.ages, ZERO)


def signs_of_month(ledger: psycopg.Connection, boxes: Iterable[CashBox], days: Sequence[date]) -> dict[str, str]:
    """A letter for each of the days, by box. Empty, and nothing asked, where no company of theirs looks at arrivals."""
    rules = all_known_rules()
    pairs = [(box.id, form) for box in boxes if box.company in rules for form in _forms(rules[box.company])]
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
    rules = all_known_rules()
    rows = [
        (company, box, form, rules[company].since)
        for company, own in boxes.items()
        if company in rules
        for box in own
        for form in _forms(rules[company])
    ]
    if not rows:
        return []
    first = last - LOOKS_BACK
    sums: dict[tuple[str, str], list[Decimal]] = {}
    for one in _kept(ledger, first, last, rows, lambda: arrivals.in_transit(ledger, rows, AGES, first, last)):
        sums.setdefault((one.company, one.currency), [ZERO] * (len(AGES) + 1))[one.age] += one.money
    return [OnItsWay(company, currency, tuple(ages)) for (company, currency), ages in sums.items()]


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


def _forms(rules: CompanyArrivals) -> list[str]:
    return [form for one in rules.channels.values() for form in one.forms]
