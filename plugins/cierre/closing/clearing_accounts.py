"""A company's clearing accounts: what of its money was on its way, by channel and currency."""

from cierre.bookkeeping.matching.clearing import ClearingItem
from cierre.bookkeeping.matching.company import CompanyArrivals
from cierre.bookkeeping.money import quantum
from cierre.closing.arrivals import Standing

Account = tuple[str, str]
"""A channel and a currency."""


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
