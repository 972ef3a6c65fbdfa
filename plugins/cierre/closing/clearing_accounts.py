"""A company's clearing accounts: what of its money was on its way, by channel and currency; and what the ERP holds on
them, as the tie-outs read it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import psycopg

from cierre.accounting_files.arrivals import known_books
from cierre.bookkeeping.matching.clearing import ClearingItem
from cierre.bookkeeping.matching.company import CompanyArrivals
from cierre.bookkeeping.money import ZERO, quantum
from cierre.bookkeeping.tie_out import State, months
from cierre.closing.arrivals import Standing
from cierre.ledger import tie_outs
from cierre.ledger.tie_outs import Known

Account = tuple[str, str]
"""A channel and a currency."""


@dataclass(frozen=True, slots=True)
class HeldClearing:
    """A clearing account in a currency, from when the company's arrivals are looked at to a day: what is on its way of
    it as booked (``expected``), and what the ERP holds in our lots (``erp``) and in all others (``other_lots``).

    Those are None where the ERP was not read for each of the months; ``read_at`` is when the oldest of them was read.
    """

    account: str
    currency: str
    expected: Decimal
    erp: Decimal | None = None
    other_lots: Decimal | None = None
    read_at: datetime | None = None

    @property
    def balance(self) -> Decimal | None:
        """What the ERP holds of all lots."""
        return None if self.erp is None or self.other_lots is None else self.erp + self.other_lots

    @property
    def difference(self) -> Decimal | None:
        """By how much the ERP holds more than is on its way."""
        return None if self.balance is None else self.balance - self.expected


def clearing_items(now: Standing, rules: CompanyArrivals) -> dict[Account, list[ClearingItem]]:
    """All amounts that were to arrive since the rules begin, each with when it did, as parts of clearing accounts; in
    the order of these."""
    found: dict[Account, list[ClearingItem]] = {}
    for one in now.amounts:
        channel, arrived = rules.channel_of(one.form), now.matched.get(one.id)
        units = int(one.net / quantum(one.currency))
        item = ClearingItem(one.id, one.day, units, arrived.arrived if arrived else None)
        found.setdefault((channel[0] if channel else "", one.currency), []).append(item)
    return dict(sorted(found.items()))


def held_in_erp(
    ledger: psycopg.Connection, company: str, boxes: Collection[str], now: Standing, rules: CompanyArrivals, last: date
) -> list[HeldClearing]:
    """The clearing accounts of the company's books of arrivals up to ``last``, beside the ERP; none without books.

    The ERP's figures are sums of the tie-outs of the months since the rules begin, so what stood on the account before
    is not in them. Only tie-outs whose sums are of these ``boxes`` and the books alone count.
    """
    books = known_books(company)
    if rules.books is None or books is None:
        return []
    expected: dict[tuple[str, str], Decimal] = {}
    for accounts in rules.books.accounts.values():
        expected |= {(one.account, books.currency): ZERO for one in accounts.clearing.values()}
    for amount in now.amounts:
        channel, came = rules.channel_of(amount.form), now.matched.get(amount.id)
        own = rules.books.accounts.get(channel[0]) if channel else None
        clearing = own.clearing.get(amount.form) if own else None
        if clearing and amount.day <= last and (came is None or came.arrived > last):
            place = (clearing.account, amount.currency)
            expected[place] = expected.get(place, ZERO) + amount.gross
    read = _read(ledger, books.erp.tenant, {*boxes, books.id}, rules.since, last)
    if read is None:
        return [HeldClearing(*place, money) for place, money in sorted(expected.items())]
    held: dict[tuple[str, str], tuple[Decimal, Decimal | None]] = {}
    for known in read:
        for one in tie_outs.accounts(ledger, known.tie_out_id):
            erp, others = held.get((one.account, one.currency), (ZERO, ZERO))
            both = None if others is None or one.other_lots is None else others + one.other_lots
            held[one.account, one.currency] = (erp + one.erp, both)
    oldest = min(known.read_at for known in read)
    return [
        HeldClearing(*place, money, *held.get(place, (ZERO, ZERO)), oldest) for place, money in sorted(expected.items())
    ]


def _read(
    ledger: psycopg.Connection, tenant: str, boxes: Collection[str], since: date, last: date
) -> list[Known] | None:
    """The newest tie-outs of a tenant's months whose sums are of these boxes alone; None where one is missing."""
    found = [
        known
        for month, known in tie_outs.newest(ledger, since, last).items()
        if month.tenant.strip() == tenant.strip()
        and known.state is not State.NOT_KNOWN
        and known.boxes
        and set(known.boxes) <= set(boxes)
    ]
    wanted = months(since, last)
    return found if [known.month.first for known in found] == wanted else None
