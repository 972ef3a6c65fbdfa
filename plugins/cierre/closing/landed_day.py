"""A landed day as one box reads it: its documents, totals and certificate, whatever the source."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from cierre.bookkeeping import json_text
from cierre.bookkeeping.billing_plan import BillingPlan
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.certificate import Claim
from cierre.bookkeeping.documents import (
    REPEATED_FIELD,
    UNFIT_TEXT,
    Document,
    Kind,
    QuarantinedRow,
    Reading,
    Total,
    with_fit_text,
)
from cierre.bookkeeping.invoices import InvoiceSeen
from cierre.bookkeeping.json_text import found_at, had_repeated, repeated, row_at
from cierre.bookkeeping.money import TOO_LARGE
from cierre.bookkeeping.reconcile import kind_and_form
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import LONGEST, UnfitText, shown
from cierre.closing.wiring import invoice_source_of, reviewed_by, source_of
from cierre.ledger.landing import Place
from cierre.ports.errors import DataError

TWICE = "the field {field} stands twice in the row: which of its values holds is not known"


def place_of(box: CashBox, day: date) -> Place:
    """Where the answer that holds a box's day is landed."""
    return Place(box.source, box.connection, source_of(box).landing_key(box.key), day)


@dataclass(frozen=True, slots=True)
class LandedDay:
    """A landed body as one box reads it. ``seen_before`` gives, of an InvoiceSource, what the landings before it showed
    of invoices (projects, keys)."""

    box: CashBox
    day: date
    body: str
    seen_before: Callable[[Sequence[str], Sequence[str]], Sequence[InvoiceSeen]]

    def reading(self) -> Reading:
        """The box's documents and quarantined rows.

        Quarantined is also, whatever the source, a row in which a field stands twice, or whose texts cannot be booked.
        """
        read = source_of(self.box).read(self.body, day=self.day, **self._whose, **self._before, **reviewed_by(self.box))
        whole = json_text.read(self.body) if had_repeated(self.body) else None
        documents, quarantined = [], [self._releasable(self._presentable(row), whole) for row in read.quarantined]
        for document in read.documents:
            try:
                documents.append(_bookable(document, whole))
            except _Unbookable as unbookable:
                quarantined.append(self._held(document, unbookable.reason, unbookable.why))
        return Reading(documents, quarantined)

    def _presentable(self, row: QuarantinedRow) -> QuarantinedRow:
        """The row with texts that tables and logs can hold, and with its currency."""
        return replace(
            row, form=_form(row.form), message=shown(row.message), currency=row.currency or self.box.currency
        )

    def _releasable(self, row: QuarantinedRow, whole: Any) -> QuarantinedRow:
        """The row with documents that can be booked where it is released; else the row says why they cannot."""
        try:
            release = row.release and _bookable(row.release, whole)
            at_par = row.at_par and _bookable(row.at_par, whole)
        except _Unbookable as unbookable:
            return replace(row, reason=unbookable.reason, message=unbookable.why, release=None, at_par=None)
        return row if (release, at_par) == (row.release, row.at_par) else replace(row, release=release, at_par=at_par)

    def control_totals(self) -> list[Total]:
        """What the box's raw rows sum to. Raises DataError for more money than the books can hold."""
        counts: Counter[tuple[Kind, str]] = Counter()
        sums: dict[tuple[Kind, str], Decimal] = defaultdict(Decimal)
        currencies: dict[tuple[Kind, str], str] = {}
        for total in source_of(self.box).control_totals(self.body, **self._whose, **self._before):
            place = (total.kind, _form(total.form))
            counts[place] += total.count
            sums[place] += total.net
            currencies[place] = total.currency or self.box.currency
        for (kind, form), net in sums.items():
            self._refuse_too_much(kind_and_form(kind, form), net)
        return sorted(Total(*place, count, sums[place], currencies[place]) for place, count in counts.items())

    def claims(self) -> list[Claim]:
        """The box's certificate. Raises DataError for more money than the books can hold."""
        claims = source_of(self.box).certify(self.body, **self._whose)
        for claim in claims:
            self._refuse_too_much(claim.what, claim.attested, claim.landed)
        return claims

    def notices(self) -> list[Claim]:
        """What people must know that the landed day does not hold, of a source that says so."""
        notices = source_of(self.box).notices
        return [Claim(said, None, None, None, None) for said in notices(self.body)] if notices else []

    def plan(self) -> BillingPlan | None:
        """What was planned beside what was issued and collected, None where the source knows no plans, or its plan
        could not be had when the day was landed."""
        plan = source_of(self.box).plan
        return plan(self.body, **self._whose) if plan else None

    def _held(self, document: Document, reason: str, why: Sentence) -> QuarantinedRow:
        """The row of a document that is not booked after all."""
        return QuarantinedRow(
            place=document.place,
            kind=document.kind,
            form=_form(document.form),
            reason=reason,
            message=why,
            net=document.net,
            currency=document.currency,
            row=row_at(self.body, document.place),
            blocking=True,
        )

    def _refuse_too_much(self, what: str, *sums: Decimal | None) -> None:
        if any(sum.copy_abs() >= TOO_LARGE for sum in sums if sum is not None):
            told = "{box}, {day}: {what} comes to more money than the books can hold"
            message = Sentence(told, box=self.box.id, day=self.day, what=what)
            raise DataError(message, vendor=self.box.source)

    def anothers(self, tax_id: str) -> str:
        """The tax number of the company that the body is of, where that is known and not ``tax_id``; else empty."""
        owner = source_of(self.box).owner
        if owner is None or not tax_id:
            return ""
        whose = owner.of(self.body)
        return "" if not whose or owner.is_same(whose, tax_id) else whose

    @property
    def _whose(self) -> dict[str, str]:
        return {"currency": self.box.currency, "key": self.box.key}

    @property
    def _before(self) -> dict[str, Any]:
        source = invoice_source_of(self.box)
        if source is None:
            return {}
        seen = source.invoices_seen(self.body, **self._whose)
        return {"before": self.seen_before(source.projects_of(self.box.key), [one.invoice for one in seen])}


class _Unbookable(Exception):
    """Why a document of any source cannot be booked."""

    def __init__(self, reason: str, why: Sentence) -> None:
        super().__init__(why)
        self.reason, self.why = reason, why


def _bookable(document: Document, whole: Any) -> Document:
    """The document with texts that the books can hold; ``whole`` is the body, where a field stands twice in it."""
    if whole is not None and (field := repeated(found_at(whole, document.place))):
        raise _Unbookable(REPEATED_FIELD, Sentence(TWICE, field=field))
    try:
        return with_fit_text(document)
    except UnfitText as unfit:
        raise _Unbookable(UNFIT_TEXT, unfit.why) from None


def _form(form: str) -> str:
    """A form of payment, even if it is none, as totals are told and kept by it."""
    return shown(form if len(form) <= LONGEST else f"{form[:LONGEST]}…")
