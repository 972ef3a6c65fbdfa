"""Names of accounts in plain-text journals: what is summed under a heading is what the chart has under it."""

import pytest

from cierre.bookkeeping.chart import Account, Chart, is_below
from cierre.reports.accounts import AccountNames


def test_a_heading_takes_no_account_of_another_whose_number_begins_alike():
    accounts = [("1", "Activo"), ("1.1", "Corriente"), ("1.10", "Fijo"), ("1.1.01", "Caja"), ("1.10.01", "Muebles")]
    chart = Chart({code: Account(code, name, code.count(".") == 2, False, False) for code, name in accounts})
    names = AccountNames(chart)
    assert names["1.1.01"] == "Assets:1-1-Corriente:1-1-01-Caja"
    assert names["1.10.01"] == "Assets:1-10-Fijo:1-10-01-Muebles"
    assert str(chart.objection("account", "1.1")).endswith("like 1.1.01")


@pytest.mark.parametrize(
    ("code", "heading", "below"),
    [
        ("1.1.01", "1.1", True),
        ("1.10", "1.1", False),
        ("1.1", "1.1", False),
        ("1-1-01", "1-1-", True),
        ("11101", "111", True),
        ("11.01", "1", True),
        ("1101.01", "11", True),
        ("2.1", "1", False),
    ],
)
def test_an_account_is_below_a_heading_where_it_goes_on_with_a_level_of_its_own(code, heading, below):
    assert is_below(code, heading) is below
