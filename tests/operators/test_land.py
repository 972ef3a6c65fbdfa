"""Landing: what it says before it asks."""

import sys
from datetime import date

import pytest
from airflow.sdk.exceptions import AirflowFailException

BOX, DAY = "itb_caja_164", date(2024, 9, 6)


def test_a_wrong_mapping_is_told_by_the_first_step_which_lands_the_day_all_the_same(close, mappings, caplog):
    accounts = mappings / "accounts" / "sga_ecuador.yaml"
    accounts.write_text(accounts.read_text(encoding="utf-8").replace("1.1.02.003", "1.1.2.003"), encoding="utf-8")
    run = close(BOX, DAY)

    assert run.step("land")["rows"] > 0
    assert "account 1.1.2.003 is not in the chart of accounts; did you mean 1.1.02.003" in caplog.text
    run.step("stage")
    with pytest.raises(AirflowFailException, match=r"did you mean 1\.1\.02\.003"):
        run.step("derive")


def test_a_day_of_which_nobody_is_told_anything_imports_nothing_of_mails_and_chats(close, monkeypatch):
    monkeypatch.delitem(sys.modules, "cierre.alerts.late_changes", raising=False)
    close(BOX, DAY).step("land")
    assert "cierre.alerts.late_changes" not in sys.modules
