"""Invoices of a source that tells of each only how much was collected so far, and the day of the last collection.

What such a source shows of an invoice is read again and again. From all that was ever read, ``movements`` tells what
was collected on which day, by the source's own dates: the business date for which a reading was made has no part in it.
Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import zip_longest

from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence


@dataclass(frozen=True, slots=True)
class InvoiceSeen:
    """An invoice as one reading showed it; ``invoice`` and ``project`` tell it from all others of the source.

    ``base``, ``total`` and ``rate`` are as the reading had them, None where they are no amounts. ``read_for`` is the
    business date that the reading was made for. ``gone``: the source no longer has the invoice.
    """

    project: str
    invoice: str
    number: str
    issued_on: date
    base: Decimal | None
    total: Decimal | None
    rate: str
    collected: Decimal
    collected_on: date | None
    read_for: date
    gone: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Project and invoice."""
        return self.project, self.invoice

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is expected to be collected for it, or to go back."""
        return self.gone or self.collected == self.total

    def says_the_same(self, other: "InvoiceSeen | None") -> bool:
        """Whether another reading showed the invoice just like this."""
        return other is not None and replace(other, read_for=self.read_for) == self


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that came in for an invoice on a day, below zero where it went back.

    ``applied`` is the part that settles the invoice; the rest is more than was invoiced: the customer's advance. Both
    are None where no reading told the invoice's total.
    """

    day: date
    amount: Decimal
    applied: Decimal | None

    @property
    def advance(self) -> Decimal | None:
        return None if self.applied is None else self.amount - self.applied


def movements(seen: Sequence[InvoiceSeen]) -> list[Movement]:
    """What was collected for one invoice, day by day; ``seen`` in the order in which it was read.

    A reading says: by the day of the last collection, so much has come in. That holds until a later reading names the
    same or an earlier day as the last one. What two such statements differ by came in on the day of the later one; so
    of several collections between two readings only the sum is known, and the last day. Where they do not differ, the
    money was given another day, and the later one counts. A reading that shows nothing collected, and no day, takes
    back all statements before it: the days that had the money have it no longer. The latest total that could be read
    says what settles the invoice.
    """
    held: list[tuple[date, Decimal]] = []
    for day, collected in reversed(_dated(seen)):
        if not held or day < held[-1][0]:
            held.append((day, collected))
    held.reverse()
    found, before = [], ZERO
    total = next((one.total for one in reversed(seen) if one.total is not None), None)
    for (day, collected), after in zip_longest(held, held[1:]):
        if after is not None and after[1] == collected:
            continue
        if collected != before:
            applied = None if total is None else _settling(collected, total) - _settling(before, total)
            found.append(Movement(day, collected - before, applied))
        before = collected
    return found


def _dated(seen: Sequence[InvoiceSeen]) -> list[tuple[date, Decimal]]:
    """What each reading says was collected, by which day.

    An amount without a day is taken to be of the business date of the reading that first showed it, and not to be older
    than what was known before: the source gives nothing better.
    """
    dated: list[tuple[date, Decimal]] = []
    for one in seen:
        if one.gone or (one.collected_on is None and not one.collected):
            dated.append((date.min, ZERO))
        else:
            last = dated[-1][0] if dated else date.min
            dated.append((one.collected_on or max(one.read_for, last), one.collected))
    return dated


def _settling(collected: Decimal, total: Decimal) -> Decimal:
    """How much of what was collected settles an invoice: never more than it, nor below nothing."""
    return max(min(collected, max(total, ZERO)), min(total, ZERO))


def on_day(seen: Sequence[InvoiceSeen], day: date) -> Movement | None:
    """What was collected for one invoice on a day; None where nothing was."""
    return next((movement for movement in movements(seen) if movement.day == day), None)


def collections_changed(before: Sequence[InvoiceSeen], now: InvoiceSeen) -> dict[date, Sentence]:
    """The days on which another sum is known to be collected, now that one more reading showed an invoice."""
    return dict(_collection_changes(before, now))


def days_changed(before: Sequence[InvoiceSeen], now: InvoiceSeen) -> dict[date, list[Sentence]]:
    """The days whose books are other than they were, now that one more reading showed an invoice, and why.

    ``before`` is what earlier readings showed of it.
    """
    changed: dict[date, list[Sentence]] = {}
    last = before[-1] if before else None
    for day, why in [*_sale_changes(last, now), *_collection_changes(before, now)]:
        changed.setdefault(day, []).append(why)
    return changed


def _sale_changes(last: InvoiceSeen | None, now: InvoiceSeen) -> list[tuple[date, Sentence]]:
    """What changed of an invoice itself, on the day of its issue."""
    if last is None or last.gone:
        new = Sentence("invoice {number} was not there when this day was read", number=now.number)
        return [] if now.gone else [(now.issued_on, new)]
    if now.gone:
        return [(last.issued_on, Sentence("invoice {number} is no longer there", number=last.number))]
    if last.issued_on != now.issued_on:
        return [
            (last.issued_on, Sentence("invoice {number} is now dated {day}", number=now.number, day=now.issued_on)),
            (now.issued_on, Sentence("invoice {number} was dated {day}", number=now.number, day=last.issued_on)),
        ]
    if (last.base, last.total) != (now.base, now.total):
        text = "invoice {number} was {base} ({total} with VAT) and is now {new_base} ({new_total} with VAT)"
        said = Sentence(
            text,
            number=now.number,
            base=_shown(last.base),
            total=_shown(last.total),
            new_base=_shown(now.base),
            new_total=_shown(now.total),
        )
        return [(now.issued_on, said)]
    if (last.rate, last.number) != (now.rate, now.number):
        return [(now.issued_on, Sentence("invoice {number} has another number or VAT rate now", number=now.number))]
    return []


def _shown(amount: Decimal | None) -> object:
    return Sentence("(unreadable)") if amount is None else amount


def _collection_changes(before: Sequence[InvoiceSeen], now: InvoiceSeen) -> list[tuple[date, Sentence]]:
    """The days on which another sum was collected for an invoice than was known before."""
    was, is_now = ({one.day: one for one in movements(seen)} for seen in (before, [*before, now]))
    changes = []
    for day in sorted(was.keys() | is_now.keys()):
        if was.get(day) != is_now.get(day):
            text = "invoice {number}: {amount} was collected on this day, where {was} was known"
            amounts = (one.amount if (one := known.get(day)) else ZERO for known in (is_now, was))
            amount, known = amounts
            if amount == known:
                text = "invoice {number}: of the {amount} collected on this day, another part settles the invoice"
                changes.append((day, Sentence(text, number=now.number, amount=amount)))
            else:
                changes.append((day, Sentence(text, number=now.number, amount=amount, was=known)))
    return changes
