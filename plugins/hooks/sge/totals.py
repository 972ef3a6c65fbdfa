"""What a day of the SGE sums to, from its raw rows: the control totals, computed apart from the documents."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from cierre.bookkeeping.documents import Kind, Total
from cierre.bookkeeping.invoices import InvoiceSeen
from cierre.bookkeeping.money import ZERO
from hooks.sge.collections import RETURNED
from hooks.sge.snapshot import Landing, NoDay, Row

BEFORE_ALL = date.min


class _Said(NamedTuple):
    """What one reading said of an invoice: so much was collected, the last of it on that day."""

    collected: Decimal
    on: date


def totals(last: Landing, projects: Sequence[str], known: Iterable[InvoiceSeen], currency: str) -> list[Total]:
    """Rows and net money of a reading's day by kind and form, sorted; ``known`` is what earlier readings showed."""
    counts: Counter[tuple[Kind, str]] = Counter()
    sums: dict[tuple[Kind, str], Decimal] = defaultdict(Decimal)

    def add(kind: Kind, form: str, amount: Decimal) -> None:
        counts[kind, form] += 1
        sums[kind, form] += amount

    said: dict[tuple[str, str], list[_Said]] = defaultdict(list)
    shown: dict[tuple[str, str], tuple[Decimal, date | None]] = {}
    for one in known:
        _note(said[one.key], one.collected, one.collected_on, one.read_for, gone=one.gone)
        shown[one.key] = (one.collected, one.collected_on)
    for project in last.of(projects):
        misdated = project.misdated(last.day)
        for row in project.rows:
            if row.issued_on in (last.day, None) or row.key in misdated:
                base = row.money("base", currency) or ZERO
                add(Kind.CREDIT_NOTE if base < 0 else Kind.SALE, "", abs(base))
        for row in [*(row for row in project.invoices if last.covers(row.issued_on)), *project.followed]:
            invoice = (project.id, row.key)
            state = _state(row, currency)
            if state is None:
                add(Kind.COLLECTION, "", ZERO)
                continue
            if shown.get(invoice) != state:
                _note(said[invoice], *state, last.day)
            if change := _through(said[invoice], last.day) - _through(said[invoice], last.day - timedelta(days=1)):
                add(Kind.COLLECTION, RETURNED if change < 0 else "", abs(change))
    return sorted(Total(kind, form, count, sums[kind, form]) for (kind, form), count in counts.items())


def _state(row: Row, currency: str) -> tuple[Decimal, date | None] | None:
    """How much was collected, and when; None where the row does not say."""
    amount = row.collected(currency)
    if amount is None or row.issued_on is None or row.repeated():
        return None
    try:
        return amount, row.collected_on(currency)
    except NoDay:
        return None


def _note(said: list[_Said], collected: Decimal, on: date | None, read_for: date, *, gone: bool = False) -> None:
    if gone or (on is None and not collected):
        said.append(_Said(ZERO, BEFORE_ALL))
    else:
        latest = said[-1].on if said else BEFORE_ALL
        said.append(_Said(collected, on or max(read_for, latest)))


def _through(said: Sequence[_Said], day: date) -> Decimal:
    """What had been collected by the end of a day: as the latest reading says whose own date is not after it.

    Unless that money was given a later date afterwards: the next word on the invoice has the same sum.
    """
    place = max((number for number, one in enumerate(said) if one.on <= day), default=None)
    if place is None:
        return ZERO
    later = said[place + 1 :]
    if later:
        nearest = min(one.on for one in later)
        following = [one for one in later if one.on == nearest][-1]
        if following.collected == said[place].collected:
            return _through(said, said[place].on - timedelta(days=1)) if said[place].on > BEFORE_ALL else ZERO
    return said[place].collected
