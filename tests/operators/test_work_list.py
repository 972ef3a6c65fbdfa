"""A day that the mapping cannot book: what is kept of it, and what is left to do once the mapping is mended."""

from datetime import date

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.ledger import problems
from cierre.reports.work_list import work_list

BOX, DAY = "itb_caja_164", date(2024, 9, 6)


def test_a_gap_is_kept_with_the_lines_to_paste_and_a_mended_day_only_waits_for_derive(close, mappings, ledger):
    accounts = mappings / "accounts" / "sga_ecuador.yaml"
    whole = accounts.read_text()
    accounts.write_text("\n".join(line for line in whole.splitlines() if not line.startswith("      16:")))
    run = close(BOX, DAY)
    run.step("land")
    run.step("stage")
    with pytest.raises(AirflowFailException, match=r'"16": <account>  # 5 documents, 341\.51 USD'):
        run.step("derive")
    (stopped,) = problems.stopped(ledger)
    assert (stopped.box, stopped.business_date, stopped.problem.table) == (BOX, DAY, "account_of_form")
    assert [day for day, _ in work_list(ledger).stopped["sga_ecuador"]] == [(BOX, DAY)]

    accounts.write_text(whole)
    assert work_list(ledger).ready == [(BOX, DAY)]
    run.step("derive")
    assert problems.stopped(ledger) == []
    assert work_list(ledger).ready == []
