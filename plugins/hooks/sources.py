"""Where a cash box's documents come from: the vendor's module, which is the source port."""

import importlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, cast

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
from cierre.bookkeeping.identity import Unique
from cierre.bookkeeping.invoices import InvoiceSeen
from cierre.bookkeeping.json_text import found_at, had_repeated, repeated, row_at
from cierre.bookkeeping.money import TOO_LARGE
from cierre.bookkeeping.reconcile import kind_and_form
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import LONGEST, UnfitText, shown
from cierre.ports.errors import DataError

if TYPE_CHECKING:
    from hooks.http.hook import Answer


TWICE = "the field {field} stands twice in the row: which of its values holds is not known"


class SourceHook(Protocol):
    """A vendor's hook as the landing step sees it."""

    @property
    def site(self) -> str:
        """Where it leads, as the ledger keeps it: an address without login, and what tells one company there from
        another. Asks nobody; raises a cierre.ports.errors.FatalError where the connection cannot be used."""

    def fetch(self, key: str, day: date) -> "Answer":
        """The source's whole answer for a day; raises a cierre.ports.errors.VendorError where it is not whole."""


class InvoiceHook(SourceHook, Protocol):
    """A hook of an InvoiceSource. ``expected`` is set before it fetches: what earlier readings showed of the invoices
    that it must tell of again, in their order."""

    expected: Sequence[InvoiceSeen]

    def looks_back_to(self, day: date) -> date:
        """The first day of issue of the invoices that the answer for a day tells of, expected or not."""


class Source(Protocol):
    """What each ``hooks/<source>.py`` offers; only ``Hook`` touches the network.

    ``key`` is the box's at its source. One that knows what was planned to be invoiced also has
    ``plan(body, currency, key) -> BillingPlan | None``. See also InvoiceSource. One that can be set up to give more
    than it does has ``notices(body) -> list[str]``: what a landed day does not hold for that reason, for people to
    know. One that can tell whose login it is read with has ``owner(body)`` and ``is_same_owner``, and its hook
    ``must_be_of(tax_id)``: see ``knows_owner``.
    """

    Hook: Callable[..., SourceHook]

    def landing_key(self, key: str) -> str:
        """What is landed together: the box's own key, or one for all boxes of the connection ("*")."""

    def unique(self, kind: Kind) -> Unique:
        """Within what the ids of a kind of document are unique."""

    def read(self, body: str, *, day: date, currency: str, key: str, **before: Any) -> Reading:
        """The box's part of a landed body as documents and quarantined rows."""

    def control_totals(self, body: str, *, currency: str, key: str, **before: Any) -> list[Total]:
        """What the box's rows sum to, by kind and form, apart from ``read``."""

    def certify(self, body: str, *, currency: str, key: str) -> list[Claim]:
        """What the source itself says that the box's day holds, beside what was landed."""


class InvoiceSource(Source, Protocol):
    """A source that tells of invoices what was collected so far: its documents need what earlier readings showed.

    ``read`` and ``control_totals`` then take as ``before`` what they showed of the body's invoices; and an
    InvoiceHook is told what they showed of the invoices that it must tell of again.
    """

    def invoices_seen(self, body: str, *, currency: str, key: str) -> list[InvoiceSeen]:
        """What a landed body shows of each invoice."""

    def projects_of(self, key: str) -> tuple[str, ...]:
        """The projects whose invoices a box with this key books."""


def hook_of(source: str) -> Callable[..., SourceHook]:
    """The hook of a source by its name."""
    return cast(Source, importlib.import_module(f"hooks.{source}.hook")).Hook


def invoice_source_of(box: CashBox) -> InvoiceSource | None:
    """The module of the box's source where it tells of invoices what was collected so far; else None."""
    source = source_of(box)
    return cast(InvoiceSource, source) if hasattr(source, "invoices_seen") else None


def source_of(box: CashBox) -> Source:
    """The module of the box's source."""
    return cast(Source, importlib.import_module(f"hooks.{box.source}.hook"))


def knows_plans(box: CashBox) -> bool:
    """Whether the box's source tells what was planned to be invoiced."""
    return hasattr(source_of(box), "plan")


def knows_owner(box: CashBox) -> bool:
    """Whether the box's source tells which company its login is of."""
    return hasattr(source_of(box), "owner")


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
        read = source_of(self.box).read(self.body, day=self.day, **self._whose, **self._before)
        whole = json_text.read(self.body) if had_repeated(self.body) else None
        documents, quarantined = [], [_presentable(row) for row in read.quarantined]
        for document in read.documents:
            try:
                if whole is not None and (field := repeated(found_at(whole, document.place))):
                    why = Sentence(TWICE, field=field)
                    quarantined.append(self._held(document, REPEATED_FIELD, why))
                    continue
                documents.append(with_fit_text(document))
            except UnfitText as unfit:
                quarantined.append(self._held(document, UNFIT_TEXT, unfit.why))
        return Reading(documents, quarantined)

    def control_totals(self) -> list[Total]:
        """What the box's raw rows sum to. Raises DataError for more money than the books can hold."""
        counts: Counter[tuple[Kind, str]] = Counter()
        sums: dict[tuple[Kind, str], Decimal] = defaultdict(Decimal)
        for total in source_of(self.box).control_totals(self.body, **self._whose, **self._before):
            place = (total.kind, _form(total.form))
            counts[place] += total.count
            sums[place] += total.net
        for (kind, form), net in sums.items():
            self._refuse_too_much(kind_and_form(kind, form), net)
        return sorted(Total(*place, count, sums[place]) for place, count in counts.items())

    def claims(self) -> list[Claim]:
        """The box's certificate. Raises DataError for more money than the books can hold."""
        claims = source_of(self.box).certify(self.body, **self._whose)
        for claim in claims:
            self._refuse_too_much(claim.what, claim.attested, claim.landed)
        return claims

    def notices(self) -> list[Claim]:
        """What people must know that the landed day does not hold, of a source that says so."""
        notices = getattr(source_of(self.box), "notices", None)
        return [Claim(said, None, None, None, None) for said in notices(self.body)] if notices else []

    def plan(self) -> BillingPlan | None:
        """What was planned beside what was issued and collected, of a source that ``knows_plans``; None where the plan
        could not be had when the day was landed."""
        return source_of(self.box).plan(self.body, **self._whose)

    def _held(self, document: Document, reason: str, why: Sentence) -> QuarantinedRow:
        """The row of a document that is not booked after all."""
        return QuarantinedRow(
            place=document.place,
            kind=document.kind,
            form=_form(document.form),
            reason=reason,
            message=why,
            net=document.net,
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
        source = source_of(self.box)
        whose = source.owner(self.body) if tax_id and knows_owner(self.box) else ""
        return "" if not whose or source.is_same_owner(whose, tax_id) else whose

    @property
    def _whose(self) -> dict[str, str]:
        return {"currency": self.box.currency, "key": self.box.key}

    @property
    def _before(self) -> dict[str, Sequence[InvoiceSeen]]:
        source = invoice_source_of(self.box)
        if source is None:
            return {}
        seen = source.invoices_seen(self.body, **self._whose)
        return {"before": self.seen_before(source.projects_of(self.box.key), [one.invoice for one in seen])}


def _presentable(row: QuarantinedRow) -> QuarantinedRow:
    """The row with texts that tables and logs can hold."""
    form, message = _form(row.form), shown(row.message)
    return row if (form, message) == (row.form, row.message) else replace(row, form=form, message=message)


def _form(form: str) -> str:
    """A form of payment, even if it is none, as totals are told and kept by it."""
    return shown(form if len(form) <= LONGEST else f"{form[:LONGEST]}…")
