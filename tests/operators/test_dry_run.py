"""A dry run shows the journal in the log, and leaves books and ERP as they are."""

from datetime import date
from decimal import Decimal

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from cierre.accounting_files.loader import cash_box
from cierre.closing.landed_day import place_of
from cierre.ledger import landing, overview
from cierre.orchestration.builder import STEPS

BOX, DAY = "itb_caja_164", date(2024, 9, 6)


def rehearse(run, name: str) -> dict:
    return STEPS[name](task_id=name, box=BOX).execute({"dag_run": run.run, "params": {"dry_run": True}})


def test_the_journal_stands_in_the_log_and_nothing_is_booked_or_posted(close, sandbox, ledger, caplog):
    run = close(BOX, DAY)
    for name in ("land", "stage"):
        rehearse(run, name)
    said = rehearse(run, "derive")
    log = caplog.text
    assert "1.1.01.001" in log
    assert f"{Decimal(said['total']):,} USD" in log
    for name in ("approve", "post", "reconcile"):
        with pytest.raises(AirflowSkipException, match="this is a dry run"):
            rehearse(run, name)
    assert sandbox.calls("protheus") == 0
    assert overview.day(ledger, DAY) == []


def test_a_dry_run_of_a_closed_day_shows_the_newest_answer_and_leaves_the_day_closed(close, sandbox, ledger):
    run = close(BOX, DAY)
    run.all()
    (before,) = overview.day(ledger, DAY)
    sandbox.pay_late("itb", 164, DAY, 1, Decimal("12.34"))
    for name in ("land", "stage"):
        rehearse(run, name)
    assert Decimal(rehearse(run, "derive")["total"]) - before.journal_total == Decimal("12.34")
    assert overview.day(ledger, DAY) == [before]
    assert before.state == "reconciled"


def test_what_a_dry_run_was_told_is_not_what_the_day_is_read_from(close, sandbox, ledger):
    """Whoever looks first, and then has the source put right, must not have the first answer booked."""
    run = close(BOX, DAY)
    rehearse(run, "land")
    assert landing.last_taken(ledger, BOX, DAY) is None
    sandbox.pay_late("itb", 164, DAY, 1, Decimal("12.34"))
    shown = landing.newest(ledger, place_of(cash_box(BOX), DAY))
    run.step("land")
    assert landing.last_taken(ledger, BOX, DAY).snapshot_id > shown.snapshot_id
