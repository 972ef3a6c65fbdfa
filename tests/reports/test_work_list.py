"""The work list: every gap of the mapping once, over all the days that it stops."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from cierre.bookkeeping.documents import QuarantinedRow
from cierre.reports.preview import as_text
from cierre.reports.work_list import work_list, work_list_table

PROJECT = Path(__file__).parents[2] / "include" / "mappings"
BOX = "itb_caja_164"
SIXTH, SEVENTH = date(2024, 9, 6), date(2024, 9, 7)


@pytest.fixture
def mappings(tmp_path, monkeypatch) -> Path:
    """A copy of the mappings folder that a test may change, in use."""
    folder = shutil.copytree(PROJECT, tmp_path / "mappings")
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(folder))
    return folder


def test_a_gap_that_stops_several_days_is_one_line_with_all_their_documents_and_money(ledger, stage, payment):
    stage(SIXTH, payment(1, form="19"), payment(2, form="19"))
    stage(SEVENTH, payment(3, form="19", on=SEVENTH), payment(4, on=SEVENTH))
    text = as_text(work_list_table(work_list(ledger)))
    (line,) = [line for line in text.splitlines() if "payment: debit net" in line]
    assert "105.90 USD" in line
    assert "itb_caja_164 2024-09-06, 2024-09-07" in line
    assert '"19": <account>  # 3 documents, 105.90 USD' in text


def test_a_day_that_the_mended_mapping_can_book_only_waits_to_be_cleared(ledger, stage, payment, mappings):
    stage(SIXTH, payment(1, form="19"))
    accounts = mappings / "accounts" / "sga_ecuador.yaml"
    said = accounts.read_text().replace("form_names:\n", "form_names:\n  19: Cupón\n", 1)
    accounts.write_text(said.replace("      18: 1.1.03.004", "      19: 1.1.01.001\n      18: 1.1.03.004"))
    found = work_list(ledger)
    assert not found.stopped
    assert found.ready == [(BOX, SIXTH)]
    assert "clear the task derive of itb_caja_164 2024-09-06" in as_text(work_list_table(found))


def test_rows_in_quarantine_are_not_the_mappings_business(ledger, stage, payment):
    held = QuarantinedRow("0/PAGOS/0", payment(1).kind, "1", "two_forms", "twice", None, {}, blocking=True)
    stage(SIXTH, payment(1, form="19"), quarantined=[held])
    assert work_list(ledger).held == [(BOX, SIXTH)]


def test_days_of_a_box_whose_file_is_gone_are_named(ledger, stage, payment, mappings):
    stage(SIXTH, payment(1))
    (mappings / "cash_boxes" / f"{BOX}.yaml").unlink()
    assert "no file of the box any more: itb_caja_164 2024-09-06" in as_text(work_list_table(work_list(ledger)))


def test_with_everything_booked_there_is_nothing_to_do(ledger):
    assert as_text(work_list_table(work_list(ledger))) == "Every staged day is booked."
