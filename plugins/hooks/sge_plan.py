"""The invoicing calendar of a landed group of projects: planned items, their invoices, and what came in for them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bookkeeping.billing_plan import BillingPlan, IssuedInvoice, PlannedItem, reconcile_plan
from bookkeeping.money import ZERO
from hooks.sge_landing import landing


def billing_plan(
    body: str, *, currency: str, projects: Sequence[str], planned: Mapping[PlannedItem, Decimal] | None = None
) -> BillingPlan:
    """Planned, issued and collected by research project and planned item, for the invoices of a landed window.

    The SGE tells which items were issued, not what was planned: ``planned`` gives the amounts (with VAT), where the
    research system's calendar is at hand. An amount that cannot be read counts as nothing; ``read`` stops its day.
    """
    landed = landing(body)
    invoices = [row for project in landed.of(projects) for row in project.invoices if landed.covers(row.issued_on)]
    ids = {(str(row.value["id"]), row.number) for row in invoices}
    links = [
        (PlannedItem(str(row.get("proyectoIdSGI")), str(row.get("numeroPrevision"))), str(row.get("id")))
        for row in landed.planned
        if (str(row.get("id")), row.get("numeroFactura")) in ids
    ]
    issued = [
        IssuedInvoice(
            id=str(row.value["id"]),
            reference=row.number,
            gross=row.money("total", currency) or ZERO,
            collected=row.collected(currency) or ZERO,
            planned_number=str(row.cell("planned_number") or ""),
        )
        for row in invoices
    ]
    return reconcile_plan(links, issued, planned)
