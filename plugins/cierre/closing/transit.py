"""Money of companies that was booked and did not arrive, by age."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import psycopg

from cierre.accounting_files.arrivals import all_known_rules
from cierre.bookkeeping.matching.clearing import AGES
from cierre.bookkeeping.matching.company import CompanyArrivals
from cierre.bookkeeping.money import ZERO
from cierre.ledger import arrivals
from cierre.ledger.arrivals import InTransit

Looked = tuple[str, str, str, date]
"""Company, box, form of payment, and since when its money is looked at."""


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


def forms_of(rules: CompanyArrivals) -> list[str]:
    """The forms of payment whose money is looked at."""
    return [form for one in rules.channels.values() for form in one.forms]


def looked_at(boxes: Mapping[str, Iterable[str]]) -> list[Looked]:
    """The boxes' (by company) forms of payment whose money is looked at; none of a company that does not look."""
    rules = all_known_rules()
    return [
        (company, box, form, rules[company].since)
        for company, own in boxes.items()
        if company in rules
        for box in own
        if not rules[company].are_books(box)
        for form in forms_of(rules[company])
    ]


def by_age(rows: Iterable[InTransit]) -> list[OnItsWay]:
    """The same sums, a row for each company and currency; none where all of it comes to nothing."""
    sums: dict[tuple[str, str], list[Decimal]] = {}
    for one in rows:
        sums.setdefault((one.company, one.currency), [ZERO] * (len(AGES) + 1))[one.age] += one.money
    return [OnItsWay(company, currency, tuple(ages)) for (company, currency), ages in sums.items() if any(ages)]


def on_its_way(ledger: psycopg.Connection, company: str, boxes: Sequence[str], last: date) -> list[OnItsWay]:
    """What a company booked up to a day, ever since it looks, and did not get; as booked."""
    looked = looked_at({company: boxes})
    if not looked:
        return []
    return by_age(arrivals.in_transit(ledger, looked, AGES, looked[0][3], last))
