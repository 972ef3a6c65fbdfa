"""A month's checklist and sign-offs, of the boxes of a scope. Only reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import psycopg

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.month_checklist import Day, Facts, Line, TiedOut, checklist
from cierre.bookkeeping.sign_off import SinceSigned, changed_since
from cierre.closing.unclosed import due
from cierre.ledger import sign_offs, tie_outs
from cierre.ledger.month_facts import MonthFacts
from cierre.ledger.sign_offs import SignOff
from cierre.reports.month.scope import Scope


@dataclass(frozen=True)
class MonthChecklist:
    """The checklist of a month of boxes. Within cierre.ledger.seals.as_of_one_instant all of it is of one instant."""

    ledger: psycopg.Connection
    scope: Scope

    @cached_property
    def days(self) -> list[Day]:
        """The days that are over, or that the ledger knows, in order."""
        known = {(day.box, day.day): day for day in self._known.days()}
        for box, day in self._due:
            known.setdefault((box, day), Day(box, day, None, None, ZERO, None))
        return sorted(known.values(), key=lambda one: (one.day, one.box))

    @cached_property
    def lines(self) -> list[Line]:
        """The lines, made from what is known now."""
        known = self._known
        tied, not_tied = self._tie_outs()
        return checklist(
            Facts(
                days=self.days,
                not_over=self._days_of_month() - len(self._due),
                uncertain=known.uncertain(),
                asked=known.asked(),
                unmapped=known.unmapped(),
                held=known.held(),
                attested=known.attested(),
                tied_out=tied,
                not_tied=not_tied,
                audited=known.audited(),
                changed_at=known.changed_at(),
            )
        )

    @cached_property
    def signed(self) -> SignOff | None:
        """The newest sign-off of the company's month; None without one, and where it was taken back."""
        newest = sign_offs.newest(self.ledger, self.scope.company, self.scope.first)
        return newest if newest and newest.stands else None

    @cached_property
    def since_signed(self) -> list[SinceSigned]:
        """The days of these boxes that are otherwise than they were signed; none where the month is not signed."""
        if self.signed is None:
            return []
        own = set(self.scope.ids)
        signed = [one for one in sign_offs.days(self.ledger, self.signed.sign_off_id) if one.box in own]
        return changed_since(signed, [day for day in self.days if day.state is not None])

    @cached_property
    def history(self) -> list[SignOff]:
        """Every sign-off of the company's month, newest first."""
        return sign_offs.history(self.ledger, self.scope.company, self.scope.first)

    @property
    def _known(self) -> MonthFacts:
        return MonthFacts(self.ledger, self.scope.ids, self.scope.first, self.scope.last)

    @cached_property
    def _due(self) -> list[tuple[str, date]]:
        scope = self.scope
        return [(box.id, day) for box in self._with_files() for day in due_days(box, scope.first, scope.last, scope.at)]

    def _days_of_month(self) -> int:
        """How many days of the month the boxes have to close, over or not."""
        begins = (max(self.scope.first, box.start_date) for box in self._with_files())
        return sum(max((self.scope.last - begin).days + 1, 0) for begin in begins)

    def _with_files(self) -> Iterable[CashBox]:
        return (box for box in self.scope.boxes if isinstance(box, CashBox))

    def _tie_outs(self) -> tuple[list[TiedOut], list[str]]:
        """How the month stands of each company and branch that the boxes post to, or posted to in that month, and those
        that were never read."""
        own, first, last = set(self.scope.ids), self.scope.first, self.scope.last
        newest = tie_outs.newest(self.ledger, first, last)
        theirs = [known for known in newest.values() if own & set(known.boxes)]
        read = {box for known in theirs for box in known.boxes}
        with_days = {day.box for day in self.days}
        missing = {box.erp.tenant.strip() for box in self._with_files() if box.id in with_days - read}
        posted = {one.month for one in tie_outs.postings(self.ledger, first, last, own)}
        missing |= {month.tenant.strip() for month in posted - newest.keys()}
        found = [TiedOut(known.tie_out_id, known.month.tenant.strip(), known.state) for known in theirs]
        return sorted(found, key=lambda one: one.tenant), sorted(missing)


def due_days(box: CashBox, first: date, last: date, now: datetime) -> Iterable[date]:
    """A box's business dates of a range that are over at an instant (aware)."""
    for day in due(box, first, now):
        if day > last:
            return
        yield day
