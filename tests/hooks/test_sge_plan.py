"""Planned items of a landed group, found by the invoices that meet them."""

from datetime import date
from decimal import Decimal

from cierre.bookkeeping.billing_plan import PlannedItem
from hooks.sge.plan import billing_plan
from support.sge_landings import invoice, landed

DAY = date(2024, 5, 20)


def link(number: str, sgi: str, planned: str, id: str = "1") -> dict:
    return {"id": id, "proyectoIdSGI": sgi, "numeroFactura": number, "numeroPrevision": planned}


def test_planned_issued_and_collected_are_reconciled_by_research_project_and_item():
    rows = [invoice("1", DAY, 121, DAY, planned_number="1"), invoice("2", DAY, planned_number="1"), invoice("3", DAY)]
    planned = [link("J2024/1", "11", "1"), link("J2024/2", "11", "1", "2"), link("J2024/9", "12", "4", "9")]
    plan = billing_plan(
        landed(DAY, *rows, planned=planned),
        currency="EUR",
        key="P1",
        planned={PlannedItem("11", "1"): Decimal(300), PlannedItem("12", "1"): Decimal(50)},
    )
    assert [(str(line.item), line.planned, line.issued, line.collected) for line in plan.lines] == [
        ("11/1", Decimal(300), Decimal(242), Decimal(121)),
        ("12/1", Decimal(50), Decimal(0), Decimal(0)),
    ]
    assert (plan.unplanned, plan.discrepancies) == (["J2024/3"], [])


def test_an_invoices_number_leads_and_its_id_tells_equal_numbers_apart():
    """The contract's example numbers the planned rows anew, though it calls their id the invoice's."""
    rows = [
        invoice("1", DAY, numeroFactura="A"),
        invoice("2", DAY, numeroFactura="B"),
        invoice("3", DAY, numeroFactura="B"),
    ]
    plan = billing_plan(
        landed(DAY, *rows, planned=[link("A", "11", "1", "77"), link("B", "11", "2", "3")]), currency="EUR", key="P1"
    )
    assert [(line.item.number, line.invoices) for line in plan.lines] == [("1", ("A",)), ("2", ("B",))]
    assert plan.unplanned == ["B"]
