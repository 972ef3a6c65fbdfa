"""The invoicing calendar of a landed group of projects: planned items, their invoices, and what came in for them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from cierre.bookkeeping.billing_plan import BillingPlan, IssuedInvoice, PlannedItem, reconcile_plan
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.text import text_of
from hooks.sge.snapshot import Row, landing, project_ids


def billing_plan(
    body: str, *, currency: str, key: str, planned: Mapping[PlannedItem, Decimal] | None = None
) -> BillingPlan | None:
    """Planned, issued and collected by research project and planned item, for the invoices of a landed window.

    The SGE tells which items were issued, not what was planned: ``planned`` gives the amounts (with VAT), where the
    research system's calendar is at hand. An amount that cannot be read counts as nothing; ``read`` stops its day.
    None where the service of planned items failed when the day was landed.
    """
    landed = landing(body)
    if landed.planned is None:
        return None
    rows = [row for project in landed.of(project_ids(key)) for row in project.invoices if landed.covers(row.issued_on)]
    invoices = [
        IssuedInvoice(
            id=row.key,
            reference=row.number,
            gross=row.money("total", currency) or ZERO,
            collected=row.collected(currency) or ZERO,
            planned_number=text_of(row.cell("planned_number") or ""),
        )
        for row in rows
    ]
    return reconcile_plan(_links(landed.planned, rows), invoices, planned)


def _links(planned: Iterable[dict[str, Any]], rows: Iterable[Row]) -> Iterator[tuple[PlannedItem, str]]:
    """Which invoice meets which item: known by the invoice's number, and by its id where several have that number.

    The contract calls ``id`` the invoice's own, and its example numbers the planned rows anew: so the number leads.
    """
    numbered: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        numbered[row.number].append(row)
    for link in planned:
        item = PlannedItem(text_of(link.get("proyectoIdSGI")), text_of(link.get("numeroPrevision")))
        found = numbered[text_of(link.get("numeroFactura"))]
        for row in found:
            if len(found) == 1 or row.value["id"] == link.get("id"):
                yield item, row.key
