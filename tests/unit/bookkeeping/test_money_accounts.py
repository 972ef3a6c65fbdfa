"""Which accounts are of money is said by what a mapping does with them, never by their names or numbers."""

import pytest

from cierre.accounting_files.account_mappings import account_mapping
from cierre.bookkeeping.money_accounts import money_accounts


@pytest.mark.parametrize(
    ("mapping", "accounts"),
    [
        ("sge_spain", {"1.1.02.001"}),
        ("zeta_uruguay", {"1.1.01.001", "1.1.01.004"}),
        (
            "bsale_chile",
            {"1.1.01.001", "1.1.01.002", "1.1.02.001", "1.1.03.001", "1.1.03.002", "1.1.03.004", "2.1.01.001"},
        ),
    ],
)
def test_cash_banks_and_clearing_accounts_are_those_that_money_goes_to_and_nothing_else(mapping, accounts):
    assert money_accounts([account_mapping(mapping)]) == accounts


def test_advances_credit_notes_and_commissions_are_no_money_though_people_pay_with_them():
    schools = money_accounts([account_mapping("sga_ecuador")])
    assert {"1.1.01.001", "1.1.02.002", "1.1.03.001"} < schools
    assert not {"2.1.01.001", "2.1.01.002", "5.1.01.001", "2.1.09.001"} & schools


def test_what_one_mapping_of_a_tenant_books_otherwise_is_no_account_of_money():
    both = money_accounts([account_mapping("bsale_chile"), account_mapping("sga_ecuador")])
    assert "2.1.01.001" not in both
    assert "1.1.01.001" in both
