from decimal import Decimal

import pytest

from cierre.bookkeeping.certificate import Claim, contradictions


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        (Claim("office 1", 3, 3, Decimal("9.00"), Decimal("9.00")), True),
        (Claim("office 1", None, 3, Decimal("9.00"), Decimal("9.00")), True),
        (Claim("office 1", 3, 3, None, Decimal("9.00")), True),
        (Claim("office 1", 3, 2, None, None), False),
        (Claim("office 1", None, None, Decimal("9.00"), Decimal("8.99")), False),
    ],
)
def test_a_claim_holds_where_all_that_is_attested_was_landed(claim, holds):
    assert claim.holds is holds


def test_a_failing_claim_names_both_figures():
    claim = Claim("office 1, form 4", 3, 2, Decimal("9.00"), Decimal("6.50"))
    assert str(claim) == "office 1, form 4: 3 rows attested, 2 landed; 9.00 attested, 6.50 landed"


def test_what_nobody_attests_is_told_as_landed():
    assert str(Claim("rows of PAGOS", None, 2, None, Decimal("6.50"))) == "rows of PAGOS: 2 rows landed; 6.50 landed"


def test_a_source_contradicts_by_its_own_figures_and_not_by_rules_that_its_rows_break():
    figures, rule = Claim("office 1", 3, 2, None, None), Claim("rows alike", 0, 2, None, None, inner_rule=True)
    assert contradictions([figures, rule, Claim("office 2", 1, 1, None, None)]) == [figures]
