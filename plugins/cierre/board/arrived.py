"""What the grid and the summary say of money that is to arrive: one question each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import psycopg

from cierre.accounting_files.arrivals import all_known_rules
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.matching.clearing import AGES
from cierre.bookkeeping.matching.company import CompanyArrivals
from cierre.bookkeeping.money import ZERO
from cierre.ledger import arrivals

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
    letters: dict[str, list[str]] = {}
    for one in arrivals.signs(ledger, pairs, days[0], days[-1]):
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
    sums: dict[tuple[str, str], list[Decimal]] = {}
    for one in arrivals.in_transit(ledger, rows, AGES, last - LOOKS_BACK, last):
        sums.setdefault((one.company, one.currency), [ZERO] * (len(AGES) + 1))[one.age] += one.money
    return [OnItsWay(company, currency, tuple(ages)) for (company, currency), ages in sums.items()]


def _forms(rules: CompanyArrivals) -> list[str]:
    return [form for one in rules.channels.values() for form in one.forms]
