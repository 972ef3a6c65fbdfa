"""The demo's own part: what it triggers, shows, leaves running and returns. Airflow and the ledger are played."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from cierre.accounting_files.loader import cash_boxes
from cierre.ledger.overview import BoxDay
from local import demo as room
from local.airflow_api import Task
from local.demo import PREFIX, demo
from local.demo_bank import Arrived

DAY = date(2024, 9, 6)
STEPS = ("land", "stage", "derive", "post", "reconcile")


class PlayedAirflow:
    """Airflow as the demo sees it: each look finds every run one step further."""

    def __init__(self):
        self.unpaused, self.triggered, self.looks = [], {}, 0
        self.failing, self.parsed = set(), {PREFIX + box for box in cash_boxes()}

    def parsed_dags(self, prefix, since):
        return self.parsed

    def import_errors(self):
        return ["check_cash_boxes.py\nMappingError: line 7"]

    def unpause(self, dag_id):
        self.unpaused.append(dag_id)

    def trigger(self, dag_id, day):
        assert dag_id in self.unpaused
        self.triggered[dag_id] = day
        return f"run of {dag_id}"

    def tasks(self, run_ids):
        self.looks += 1
        return [
            Task(dag_id, f"run of {dag_id}", step, self._state(dag_id, place), 1)
            for dag_id in self.triggered
            for place, step in enumerate(STEPS)
        ]

    def _state(self, dag_id, place):
        if dag_id in self.failing and place >= 2:
            return "failed" if place == 2 else "upstream_failed"
        return "success" if place < self.looks else ""

    def log(self, task):
        detail = [{"exc_type": "DeriveError", "exc_value": "form 99 is not mapped: 2 rows, 12.00 USD"}]
        return [
            {"event": "all is well", "level": "info"},
            {"event": "Task failed", "level": "error", "error_detail": detail},
        ]


class PlayedStack:
    """A stack that notes what was asked of it."""

    reader_dsn, ledger_dsn, api_url, sandbox_url = "", "", "http://127.0.0.1:8080", "http://127.0.0.1:8800"

    def __init__(self, running=False):
        self.api, self.calls, self._running = PlayedAirflow(), [], running

    def running(self):
        return self._running

    def up(self):
        self.calls.append("up")

    def down(self):
        self.calls.append("down")

    def task_log(self, task):
        return Path("/logs") / task.task_id


@pytest.fixture
def ledger(monkeypatch):
    """What the ledger will say: every box reconciled, six documents posted; tests change it."""
    days = {
        box: BoxDay(box, DAY, "reconciled", 1, 1, 0, Decimal("1.00"), {"1": Decimal("1.00")}, ["1/1/1"], 0)
        for box in cash_boxes()
    }
    said = SimpleNamespace(days=days, posted=6, arrived=Arrived())

    @contextmanager
    def connect(dsn):
        yield SimpleNamespace(execute=lambda _: SimpleNamespace(fetchall=lambda: [(datetime.now(UTC),)]))

    monkeypatch.setattr(room.session, "connect", connect)
    monkeypatch.setattr(room.overview, "day", lambda connection, day: list(said.days.values()))
    monkeypatch.setattr(room.overview, "posted_since", lambda connection, day, since: said.posted)
    monkeypatch.setattr(room, "arrive", lambda ledger, boxes, day, sandbox: said.arrived)
    monkeypatch.setattr(room.time, "sleep", lambda seconds: None)
    return said


@pytest.fixture
def console():
    return Console(width=160, record=True, file=StringIO())


def test_every_configured_box_is_triggered_for_the_day(ledger, console):
    stack = PlayedStack()
    assert demo(stack, DAY, console) == 0
    assert stack.api.triggered == {PREFIX + box: DAY for box in cash_boxes()}
    assert "6 new ERP documents were posted" in console.export_text()


def test_without_a_date_it_is_yesterday_in_ecuador(ledger, console):
    before = datetime.now(ZoneInfo("America/Guayaquil")).date()
    stack = PlayedStack()
    demo(stack, None, console)
    after = datetime.now(ZoneInfo("America/Guayaquil")).date()
    assert set(stack.api.triggered.values()) <= {before - timedelta(days=1), after - timedelta(days=1)}


def test_a_day_that_was_closed_before_says_that_nothing_new_was_posted(ledger, console):
    ledger.posted = 0
    assert demo(PlayedStack(), DAY, console) == 0
    assert "Nothing new was posted" in console.export_text()


def test_a_stack_of_its_own_is_taken_down_and_one_that_ran_is_left(ledger, console):
    its_own, running = PlayedStack(), PlayedStack(running=True)
    demo(its_own, DAY, console)
    demo(running, DAY, console)
    assert its_own.calls == ["up", "down"]
    assert running.calls == ["up"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError])
def test_a_stack_of_its_own_is_taken_down_after_an_interruption(ledger, console, monkeypatch, interruption):
    stack = PlayedStack()
    monkeypatch.setattr(stack.api, "tasks", lambda run_ids: (_ for _ in ()).throw(interruption()))
    with pytest.raises(interruption):
        demo(stack, DAY, console)
    assert stack.calls == ["up", "down"]


def test_a_failed_step_is_told_with_box_reason_and_log_and_the_exit_status_is_not_zero(ledger, console):
    stack = PlayedStack()
    stack.api.failing = {PREFIX + "itb_caja_164"}
    assert demo(stack, DAY, console) == 1
    text = console.export_text()
    assert f"{cash_boxes()['itb_caja_164'].name}: derive failed." in text
    assert "form 99 is not mapped: 2 rows, 12.00 USD" in text
    assert "all is well" not in text
    assert "/logs/derive" in text


def test_a_box_that_did_not_reconcile_is_not_a_success_though_its_run_was(ledger, console):
    del ledger.days["itb_caja_164"]
    assert demo(PlayedStack(), DAY, console) == 1


def test_a_dag_that_airflow_does_not_find_is_told_with_airflows_reason(ledger, console, monkeypatch):
    monkeypatch.setattr(room, "PARSING_SECONDS", 0)
    stack = PlayedStack()
    stack.api.parsed = set()
    with pytest.raises(room.StackError, match=r"(?s)cash_close__itb_caja_164.*MappingError: line 7"):
        demo(stack, DAY, console)
    assert not stack.api.triggered
