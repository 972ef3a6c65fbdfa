import os

import pytest

from sandbox.protheus.chart import Account, read_chart
from sandbox.vendor import Options

ACCOUNTS = "account,name,postable,requires_cost_centre,blocked\n1.1,Caja,true,no,\n4.1,Ingresos,SI,1,false\n"
COST_CENTRES = "code,name,blocked\n0101,Sede,false\n0199,Cerrada,true\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "chart_of_accounts.csv").write_text(ACCOUNTS, encoding="utf-8-sig")
    (tmp_path / "cost_centres.csv").write_text(COST_CENTRES)
    return tmp_path


def test_accounts_and_cost_centres_are_read_with_their_flags_and_leading_zeros(folder):
    chart = read_chart(folder)
    assert chart.accounts == {
        "1.1": Account(True, False, False, "Caja"),
        "4.1": Account(True, True, False, "Ingresos"),
    }
    assert {code: one.blocked for code, one in chart.cost_centres.items()} == {"0101": False, "0199": True}


def test_a_changed_file_is_read_again(folder):
    read_chart(folder)
    chart = folder / "chart_of_accounts.csv"
    chart.write_text(ACCOUNTS + "5.1,Gastos,true,false,false\n")
    os.utime(chart, ns=(1, 1))
    assert "5.1" in read_chart(folder).accounts


def test_a_missing_chart_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"chart_of_accounts\.csv"):
        read_chart(tmp_path)


def test_the_projects_own_chart_can_be_read():
    chart = read_chart(Options().chart_dir)
    assert any(account.postable for account in chart.accounts.values())
    assert chart.cost_centres
