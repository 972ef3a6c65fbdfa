"""What was planned to be invoiced, what was issued for it, and what came in: by research project and planned item."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence


class PlannedItem(NamedTuple):
    """An item of a research project's invoicing calendar. Its number is text, and means nothing without the project."""

    project: str
    number: str

    def __str__(self) -> str:
        return f"{self.project}/{self.number}"


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """An invoice with its VAT, what came in for it so far, and the number of the planned item that it names, if any.

    Amounts in one currency; below zero where it takes another invoice back.
    """

    id: str
    reference: str
    gross: Decimal
    collected: Decimal
    planned_number: str


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One planned item: ``planned`` is None where the plan's amount is not known; several invoices may meet it."""

    item: PlannedItem
    planned: Decimal | None
    issued: Decimal
    collected: Decimal
    invoices: tuple[str, ...]

    @property
    def outstanding(self) -> Decimal:
        """Issued, and not come in yet."""
        return self.issued - self.collected


@dataclass(frozen=True, slots=True)
class BillingPlan:
    """The planned items, sorted; the references of invoices that meet none; and what does not fit, in sentences."""

    lines: list[PlanLine]
    unplanned: list[str]
    discrepancies: list[Sentence]


def reconcile_plan(
    links: Iterable[tuple[PlannedItem, str]],
    invoices: Sequence[IssuedInvoice],
    planned: Mapping[PlannedItem, Decimal] | None = None,
) -> BillingPlan:
    """Holds planned items, issued invoices and collections against each other.

    ``links`` say which invoice (by id) meets which item; ``planned`` gives the items' amounts with VAT, where known.
    An invoice that meets several items is counted under none of them, so that no money is counted twice.
    """
    planned = planned or {}
    items_of: dict[str, list[PlannedItem]] = defaultdict(list)
    for item, invoice_id in dict.fromkeys(links):
        items_of[invoice_id].append(item)
    met: dict[PlannedItem, list[IssuedInvoice]] = {item: [] for item in planned}
    for invoice in invoices:
        for item in items_of[invoice.id]:
            met.setdefault(item, [])
        if len(items_of[invoice.id]) == 1:
            met[items_of[invoice.id][0]].append(invoice)
    lines = [_line(item, planned.get(item), met[item]) for item in sorted(met)]
    return BillingPlan(
        lines=lines,
        unplanned=[invoice.reference for invoice in invoices if not items_of[invoice.id]],
        discrepancies=[
            *(said for invoice in invoices for said in _objections(invoice, items_of[invoice.id])),
            *(said for line in lines for said in _excess(line)),
        ],
    )


def _line(item: PlannedItem, planned: Decimal | None, invoices: Sequence[IssuedInvoice]) -> PlanLine:
    return PlanLine(
        item,
        planned,
        issued=sum((invoice.gross for invoice in invoices), ZERO),
        collected=sum((invoice.collected for invoice in invoices), ZERO),
        invoices=tuple(invoice.reference for invoice in invoices),
    )


def _objections(invoice: IssuedInvoice, items: Sequence[PlannedItem]) -> Iterator[Sentence]:
    about = {"invoice": invoice.reference, "number": invoice.planned_number, "amount": invoice.gross}
    if len(items) > 1:
        yield Sentence(
            "invoice {invoice} meets several planned items ({items}): its {amount} counts for none",
            **about,
            items=", ".join(map(str, items)),
        )
    if invoice.planned_number and not items:
        yield Sentence(
            "invoice {invoice} names planned item {number}, and no research project has it as issued", **about
        )
    for item in items:
        if not invoice.planned_number:
            yield Sentence("invoice {invoice} names no planned item, but is issued for {item}", **about, item=item)
        elif invoice.planned_number != item.number:
            yield Sentence(
                "invoice {invoice} names planned item {number}, but is issued for {item}", **about, item=item
            )
    if abs(invoice.collected) > abs(invoice.gross):
        yield Sentence(
            "invoice {invoice} of {amount} is collected with {collected}", **about, collected=invoice.collected
        )


def _excess(line: PlanLine) -> Iterator[Sentence]:
    if line.planned is not None and line.issued > line.planned:
        yield Sentence(
            "planned item {item} of {planned} is issued with {issued}",
            item=line.item,
            planned=line.planned,
            issued=line.issued,
        )
