"""What is compared of several boxes, added up."""

from decimal import Decimal

from cierre.bookkeeping.reconcile import Together


def box(landed: str, staged: str) -> Together:
    left, right = Decimal(landed), Decimal(staged)
    return Together("all", "", "landed", "staged and quarantined", 1, 1, left, right, left == right)


def test_differences_that_cancel_out_are_differences():
    one, other = box("50.50", "50.00"), box("49.50", "50.00")
    both = one.plus(other)
    assert (both.left_net, both.right_net) == (Decimal("100.00"), Decimal("100.00"))
    assert not both.agrees
    assert box("50.00", "50.00").plus(box("7.00", "7.00")).agrees
