"""What is compared of several boxes, added up."""

from dataclasses import replace
from decimal import Decimal

from cierre.bookkeeping.documents import Kind, Total
from cierre.bookkeeping.reconcile import Together, added_up, compare, currencies_of

PESOS = Total(Kind.SALE, "cash", 2, Decimal("1000.00"), "UYU")
DOLLARS = Total(Kind.SALE, "cash USD", 1, Decimal("100.00"), "USD")


def box(landed: str, staged: str) -> Together:
    left, right = Decimal(landed), Decimal(staged)
    return Together("all", "", "landed", "staged and quarantined", 1, 1, left, right, left == right)


def test_differences_that_cancel_out_are_differences():
    one, other = box("50.50", "50.00"), box("49.50", "50.00")
    both = one.plus(other)
    assert (both.left_net, both.right_net) == (Decimal("100.00"), Decimal("100.00"))
    assert not both.agrees
    assert box("50.00", "50.00").plus(box("7.00", "7.00")).agrees


def test_pesos_and_dollars_of_a_day_have_a_sum_each():
    landed = [replace(PESOS, currency=""), replace(DOLLARS, currency="")]  # as landed totals are kept
    in_all = [row for row in compare("landed", landed, "staged", [PESOS, DOLLARS]) if row.in_all]
    assert [(row.form, row.left_net, row.right_net) for row in in_all] == [
        ("USD", Decimal("100.00"), Decimal("100.00")),
        ("UYU", Decimal("1000.00"), Decimal("1000.00")),
    ]
    assert str(in_all[0]) == "in all, USD: landed 100.00 in 1 row, staged 100.00 in 1 row, difference 0.00"


def test_a_currency_that_a_later_stage_lacks_is_missing_there_and_in_no_other_sum():
    staged, journal = [PESOS, DOLLARS], [PESOS]
    rows = compare("staged", staged, "journal", journal, currencies_of(staged, journal))
    assert [(row.form, row.left_net, row.right_net, row.agrees) for row in rows if row.in_all] == [
        ("USD", Decimal("100.00"), Decimal("0"), False),
        ("UYU", Decimal("1000.00"), Decimal("1000.00"), True),
    ]
    after = compare("journal", journal, "ERP", journal, currencies_of(staged, journal))
    assert [(row.form, row.right_net) for row in after if row.in_all] == [("USD", 0), ("UYU", Decimal("1000.00"))]


def test_a_day_of_one_currency_has_one_sum_without_a_name():
    assert [row.form for row in compare("landed", [PESOS], "staged", [PESOS]) if row.in_all] == [""]
    assert [row.form for row in compare("landed", [], "staged", []) if row.in_all] == [""]


def test_what_boxes_compared_is_added_up_by_currency():
    sums = added_up([{"UYU": [box("50.00", "50.00")], "USD": [box("1.00", "1.00")]}, {"USD": [box("2.00", "2.00")]}])
    assert {currency: [row.left_net for row in rows] for currency, rows in sums.items()} == {
        "USD": [Decimal("3.00")],
        "UYU": [Decimal("50.00")],
    }
