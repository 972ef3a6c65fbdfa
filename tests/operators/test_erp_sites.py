"""Where a day was posted: a box that goes live is closed anew there, and the site that it had before is left alone."""

import json
import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from cierre.ledger import overview, reconciliation, revisions
from operators.reap import ReapOperator
from sandbox.server import SandboxServer

BOX, DAY = "itb_caja_164", date(2024, 9, 6)
CONTEXT = {"ti": type("Task", (), {"log_url": "http://127.0.0.1/log"})}


@pytest.fixture(scope="module")
def live_server() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def go_live(live_server, close, monkeypatch):
    """``go_live()``: the connection of the ERP leads to another site from here on, whose sandbox it gives."""
    live_server.reset()

    def change() -> SandboxServer:
        connection = json.loads(os.environ["AIRFLOW_CONN_PROTHEUS"]) | {"host": f"{live_server.url}/protheus"}
        monkeypatch.setenv("AIRFLOW_CONN_PROTHEUS", json.dumps(connection))
        return live_server

    return change


def test_a_day_closed_at_the_sandbox_is_closed_anew_after_going_live(close, sandbox, ledger, go_live):
    close(BOX, DAY).all()
    before, calls = sandbox.protheus_ledger(), sandbox.calls("protheus")
    live = go_live()
    assert close(BOX, DAY).all()["state"] == "reconciled"
    assert (sandbox.protheus_ledger(), sandbox.calls("protheus")) == (before, calls)
    (document,) = live.protheus_ledger(live=True)
    assert (document.sublot, document.document) == ("001", "000001")
    assert live.calls("protheus", "reversal") == 0
    sites = ledger.execute("SELECT DISTINCT site FROM ledger.chain WHERE standing = 'standing'").fetchall()
    assert {row.site for row in sites} == {f"{sandbox.url}/protheus", f"{live.url}/protheus"}
    (found,) = overview.day(ledger, DAY)
    assert found.state == "reconciled"


def test_a_correction_after_going_live_reverses_what_stands_there_and_nothing_else(close, sandbox, ledger, go_live):
    close(BOX, DAY).all()
    live = go_live()
    close(BOX, DAY).all()
    calls = sandbox.calls("protheus")
    sandbox.pay_late("itb", 164, DAY, 1, Decimal("12.34"))
    assert close(BOX, DAY).all()["state"] == "reconciled"
    assert sandbox.calls("protheus") == calls
    first, second, reversal = live.protheus_ledger(live=True)
    assert reversal.reverses == "008964/001/000001"
    assert second.debit - first.debit == Decimal("12.34")


def test_what_was_given_up_at_the_former_site_waits_and_is_never_asked_of_the_new_one(close, sandbox, ledger, go_live):
    sandbox.faults.add("drop_after", vendor="protheus", operation="insert", times=None)
    sandbox.faults.add("drop_before", vendor="protheus", operation="delete", times=None)
    run = close(BOX, DAY)
    for step in ("land", "stage", "derive", "approve"):
        run.step(step)
    with pytest.raises(Exception, match="connection broke"):
        run.step("post")
    live = go_live()
    assert ReapOperator(task_id="reap").execute(CONTEXT) == {"given_up": 0, "emptied": 0, "removed": 0}
    assert live.calls("protheus") == 0
    close(BOX, DAY).all()
    assert live.calls("protheus", "delete") == 0
    assert len(live.protheus_ledger(live=True)) == 1


def test_books_derived_for_one_site_and_posted_after_the_change_go_to_the_other(close, sandbox, ledger, go_live):
    run = close(BOX, DAY)
    for step in ("land", "stage", "derive", "approve"):
        run.step(step)
    live = go_live()
    run.step("post")
    assert run.step("reconcile")["state"] == "reconciled"
    assert sandbox.protheus_ledger() == []
    assert len(live.protheus_ledger(live=True)) == 1


def test_a_day_posted_before_the_ledger_kept_sites_is_corrected_by_reversing_its_document(
    close, sandbox, ledger, by_force
):
    """As an upgraded ledger has it: no site, no place and no ledger's id in what stands there already."""
    close(BOX, DAY).all()
    by_force("UPDATE ledger.revision SET to_site = NULL, to_tenant = NULL, to_lot = NULL")
    by_force("UPDATE ledger.entry SET site = NULL")
    by_force("UPDATE erp.attempt SET site = NULL")
    revision = revisions.current(ledger, BOX, DAY)
    assert reconciliation.compare_day(ledger, revision)
    calls = sandbox.calls("protheus")
    assert close(BOX, DAY).all()["state"] == "reconciled"
    assert sandbox.calls("protheus") == calls
    sandbox.pay_late("itb", 164, DAY, 1, Decimal("12.34"))
    assert close(BOX, DAY).all()["state"] == "reconciled"
    first, _, reversal = sandbox.protheus_ledger(live=True)
    assert reversal.reverses == f"{first.lot}/{first.sublot}/{first.document}"
