"""What a day of the SGE sums to, from its raw rows: the control totals, computed apart from the documents."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bookkeeping.documents import Kind, Total
from bookkeeping.money import ZERO
from hooks.sge_collections import RETURNED
from hooks.sge_landing import Landing, NoDay, Row

Known = dict[tuple[str, str], Decimal]
"""What is known to be collected, by project and invoice."""


def totals(readings: Sequence[Landing], projects: Sequence[str], currency: str) -> list[Total]:
    """Rows and net money of the last reading's day by kind and form, sorted; ``readings`` as they were made."""
    counts: Counter[tuple[Kind, str]] = Counter()
    sums: dict[tuple[Kind, str], Decimal] = defaultdict(Decimal)

    def add(kind: Kind, form: str, amount: Decimal) -> None:
        counts[kind, form] += 1
        sums[kind, form] += amount

    last = readings[-1]
    for project in last.of(projects):
        for row in project.rows:
            if row.issued_on in (last.day, None):
                base = row.money("base", currency) or ZERO
                add(Kind.CREDIT_NOTE if base < 0 else Kind.SALE, "", abs(base))
        for row in project.invoices:
            if last.covers(row.issued_on) and _state(row, currency) is None:
                add(Kind.COLLECTION, "", ZERO)
    for change in _collected(readings, projects, currency):
        add(Kind.COLLECTION, RETURNED if change < 0 else "", abs(change))
    return sorted(Total(kind, form, count, sums[kind, form]) for (kind, form), count in counts.items())


def _state(row: Row, currency: str) -> tuple[Decimal, date | None] | None:
    """How much was collected, and when; None where the row does not say."""
    amount = row.collected(currency)
    try:
        return None if amount is None else (amount, row.day("collected_on"))
    except NoDay:
        return None


def _collected(readings: Sequence[Landing], projects: Sequence[str], currency: str) -> list[Decimal]:
    """The changes that belong to the last reading's day: reading by reading, what is known after less what was before.

    The rules are those that hooks.sge_collections tells.
    """
    known: Known = {}
    opening: set[tuple[str, str]] = set()
    looked_at: dict[str, date] = {}
    changes: list[Decimal] = []
    for reading in readings:
        then, now = dict(known), dict(known)
        for project in reading.of(projects):
            since = looked_at.get(project.id, date.max)
            for row in project.invoices:
                state = _state(row, currency) if reading.covers(row.issued_on) else None
                if state is None or (state[1] or reading.day) > reading.day:
                    continue
                invoice, (amount, on) = (project.id, row.key), state
                dated_today = reading.day in (row.issued_on, on)
                if invoice not in known and row.issued_on < since and not dated_today:
                    opening.add(invoice)
                    then[invoice] = amount
                elif invoice in opening and known[invoice] == amount and on == reading.day:
                    opening.remove(invoice)
                    then[invoice] = ZERO
                elif known.get(invoice, ZERO) != amount:
                    opening.discard(invoice)
                now[invoice] = amount
            looked_at[project.id] = min(since, reading.since)
        if reading.day == readings[-1].day:
            moved = (now[invoice] - then.get(invoice, ZERO) for invoice in now)
            changes += [change for change in moved if change]
        known = now
    return changes
