"""What was planned, issued and collected, held against each other by research project and planned item."""

from decimal import Decimal

from cierre.bookkeeping.billing_plan import IssuedInvoice, PlanLine, PlannedItem, reconcile_plan

ONE, ZERO_ONE, OTHER = PlannedItem("11", "1"), PlannedItem("11", "01"), PlannedItem("12", "1")


def invoice(id: str, gross: int = 121, collected: int = 0, number: str = "1") -> IssuedInvoice:
    return IssuedInvoice(id, f"J{id}", Decimal(gross), Decimal(collected), number)


def test_several_invoices_may_meet_one_item():
    plan = reconcile_plan(
        [(ONE, "a"), (ONE, "b")], [invoice("a", 121, 121), invoice("b", 242, 42)], {ONE: Decimal(500)}
    )
    assert plan.lines == [PlanLine(ONE, Decimal(500), Decimal(363), Decimal(163), ("Ja", "Jb"))]
    assert plan.lines[0].outstanding == 200
    assert (plan.unplanned, plan.discrepancies) == ([], [])


def test_a_number_is_text_and_means_nothing_without_its_project():
    plan = reconcile_plan(
        [(ONE, "a"), (ZERO_ONE, "b"), (OTHER, "c")], [invoice("a"), invoice("b", number="01"), invoice("c")]
    )
    assert [(line.item, line.invoices) for line in plan.lines] == [
        (ZERO_ONE, ("Jb",)),
        (ONE, ("Ja",)),
        (OTHER, ("Jc",)),
    ]
    assert not plan.discrepancies


def test_an_item_that_nothing_was_issued_for_stands_with_nothing():
    assert reconcile_plan([], [], {ONE: Decimal(500)}).lines == [
        PlanLine(ONE, Decimal(500), Decimal(0), Decimal(0), ())
    ]


def test_an_invoice_of_several_items_counts_for_none_and_is_told():
    plan = reconcile_plan([(ONE, "a"), (OTHER, "a")], [invoice("a")])
    assert [line.issued for line in plan.lines] == [0, 0]
    assert plan.discrepancies == ["invoice Ja meets several planned items (11/1, 12/1): its 121 counts for none"]


def test_a_link_that_is_told_twice_counts_once():
    assert reconcile_plan([(ONE, "a"), (ONE, "a")], [invoice("a")]).lines[0].issued == 121


def test_an_invoice_and_its_link_must_name_the_same_item():
    plan = reconcile_plan([(ONE, "a"), (ONE, "b")], [invoice("a", number="2"), invoice("b", number="")])
    assert plan.discrepancies == [
        "invoice Ja names planned item 2, but is issued for 11/1",
        "invoice Jb names no planned item, but is issued for 11/1",
    ]


def test_an_invoice_that_names_an_item_nobody_links_is_told_and_unplanned():
    plan = reconcile_plan([], [invoice("a")])
    assert plan.unplanned == ["Ja"]
    assert plan.discrepancies == ["invoice Ja names planned item 1, and no research project has it as issued"]


def test_more_than_was_planned_or_issued_is_told():
    plan = reconcile_plan([(ONE, "a")], [invoice("a", 121, 122)], {ONE: Decimal(120)})
    assert plan.discrepancies == [
        "invoice Ja of 121 is collected with 122",
        "planned item 11/1 of 120 is issued with 121",
    ]


def test_an_item_that_is_issued_and_collected_to_the_cent_is_not_told():
    plan = reconcile_plan([(ONE, "a")], [invoice("a", 121, 121)], {ONE: Decimal(121)})
    assert plan.discrepancies == []


def test_more_than_was_taken_back_is_told_too():
    plan = reconcile_plan([(ONE, "a"), (ONE, "b")], [invoice("a", -121, -121), invoice("b", -121, -122)])
    assert plan.discrepancies == ["invoice Jb of -121 is collected with -122"]
