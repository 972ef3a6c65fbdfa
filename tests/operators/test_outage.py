"""A source, an ERP or a ledger that is down for longer than a task's retries."""

import json
import os
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import TaskDeferred
from hypothesis import given, strategies as st

from cierre.accounting_files.loader import cash_box, cash_boxes
from cierre.alerts.failure import FailureAlert
from cierre.closing.names import ASK_AGAIN
from cierre.ledger import board, outages
from cierre.orchestration.builder import STEPS, cash_close
from cierre.ports.errors import DataError, FatalError, RetriableError, UncertainError
from operators.at_work.waiting import is_outage
from operators.outage import EVERY, again_at, deadline
from operators.step_broke import StepBroke

DAY = date(2024, 9, 6)
BOX, OTHER = "itb_caja_164", "itb_caja_165"
VENDOR = {"vendor": "Protheus"}


@pytest.fixture
def source_down(close, monkeypatch):
    """Every box of the school asks where nobody answers; ``source_down(False)`` mends it."""
    mended = os.environ["AIRFLOW_CONN_SGA_ITB"]
    nobody = json.dumps({"conn_type": "sga", "host": "http://127.0.0.1:9", "extra": {"retries": 0}})

    def down(is_down: bool = True) -> None:
        monkeypatch.setenv("AIRFLOW_CONN_SGA_ITB", nobody if is_down else mended)

    down()
    return down


def context(box: str, *, began: datetime | None = None, try_number: int = 4, **params: object) -> dict:
    """A task's context, by default of its last try."""
    link = f"http://127.0.0.1:8080/dags/cash_close__{box}/runs/x/tasks/land"
    return {
        "dag_run": SimpleNamespace(
            partition_key=str(DAY), run_type="manual", run_id=f"manual__{DAY}", triggering_user_name="ana"
        ),
        "params": params,
        "ti": SimpleNamespace(
            try_number=try_number,
            max_tries=3,
            start_date=began or datetime.now(UTC),
            log_url=link,
            task_id="land",
            dag_id=f"cash_close__{box}",
        ),
    }


def step(name: str, box: str = BOX, *, resumed: bool = False, **about: object) -> dict:
    """A step of a box's day as a task runs it, the first time or once it was waited."""
    operator = STEPS[name](task_id=name, box=box)
    return (operator.ask_again if resumed else operator.execute)(context(box, **about))


def failed(name: str, box: str = BOX, *, error: type[Exception] = RetriableError, **about: object) -> Exception:
    """The error with which a step ends whose deadline is over."""
    with pytest.raises(error) as raised:
        step(name, box, began=LONG_AGO, **about)
    return raised.value


LONG_AGO = datetime.now(UTC) - timedelta(hours=13)


def test_a_try_before_the_last_is_left_to_the_tasks_retries(source_down, ledger):
    with pytest.raises(RetriableError):
        step("land", try_number=3)
    assert outages.of_day(ledger, BOX, DAY) == []


def test_after_the_last_try_the_step_waits_without_a_worker_and_says_for_whom(source_down, ledger, capsys):
    before = datetime.now(UTC)
    with pytest.raises(TaskDeferred) as waits:
        step("land")
    assert waits.value.method_name == ASK_AGAIN
    (wait,) = outages.of_day(ledger, BOX, DAY)
    assert (wait.step, wait.connection, wait.vendor) == ("land", "sga_itb", "SGA")
    assert wait.again_at == waits.value.trigger.moment
    assert before + EVERY / 1.1 <= wait.again_at <= datetime.now(UTC) + EVERY * 1.1
    assert "It is asked again at" in capsys.readouterr().out
    # Neither the day's lock nor a session is held meanwhile.
    assert ledger.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone()[0] == 0


def test_once_the_vendor_answers_the_step_goes_on_and_waits_no_more(source_down, ledger):
    with pytest.raises(TaskDeferred):
        step("land")
    with pytest.raises(TaskDeferred):
        step("land", resumed=True)
    source_down(False)
    assert step("land", resumed=True)["rows"]
    assert outages.of_day(ledger, BOX, DAY) == []


def test_nobody_waits_for_a_dry_run(source_down, ledger):
    with pytest.raises(RetriableError):
        step("land", dry_run=True)
    assert outages.of_day(ledger, BOX, DAY) == []


def test_a_ledger_that_is_lost_is_waited_for_too(close, monkeypatch, capsys):
    monkeypatch.setenv("AIRFLOW_CONN_LEDGER_DB", "postgres://nobody:x@127.0.0.1:1/none")
    with pytest.raises(TaskDeferred):
        step("stage")
    assert "The ledger cannot be told that this step waits" in capsys.readouterr().out


def test_an_uncertain_posting_is_asked_again_and_stays_uncertain_meanwhile(close, ledger, sandbox):
    for name in ("land", "stage", "derive"):
        step(name)
    sandbox.faults.add("drop_after", vendor="protheus", operation="insert", times=1)
    away = sandbox.faults.add("drop_before", vendor="protheus", operation="delete", times=None)
    with pytest.raises(TaskDeferred):
        step("post")
    (wait,) = outages.of_day(ledger, BOX, DAY)
    assert (wait.step, wait.connection) == ("post", "protheus")
    assert board.Day(ledger, BOX, DAY).summary().state == "uncertain"
    sandbox.faults.remove(away)
    step("post", resumed=True)
    step("reconcile")
    assert board.Day(ledger, BOX, DAY).summary().state in ("closed", "watched")
    assert outages.of_day(ledger, BOX, DAY) == []


def test_after_the_deadline_one_mail_names_every_box_that_waits_for_the_same(source_down, ledger, mailbox):
    with pytest.raises(TaskDeferred):
        step("land", OTHER)
    for box in (BOX, OTHER):
        FailureAlert("itb", box).notify(context(box) | {"exception": failed("land", box, resumed=True)})
    (mail,) = mailbox
    assert mail["Subject"] == (
        "Instituto Tecnológico Bolivariano: no usable answer from SGA (sga_itb), 2 days are NOT closed"
    )
    told = mail.get_body(("html",)).get_content()
    assert "no connection to http://127.0.0.1:9" in told
    stopped, waiting = told.split("Still asking again")
    assert cash_box(BOX).name in stopped
    assert cash_box(OTHER).name not in stopped
    assert cash_box(OTHER).name in waiting
    assert "safe at any time" in told


def test_whoever_is_tried_anew_after_that_is_told_anew(source_down, ledger, mailbox):
    for _ in range(2):
        FailureAlert("itb", BOX).notify(context(BOX) | {"exception": failed("land")})
    assert len(mailbox) == 2


def test_where_nobody_could_be_told_the_next_box_tells_of_all(source_down, ledger, mailbox, monkeypatch, unused_port):
    there = os.environ["AIRFLOW_CONN_ALERTS_SMTP"]
    monkeypatch.setenv("AIRFLOW_CONN_ALERTS_SMTP", "smtp://127.0.0.1:9?disable_ssl=true&disable_tls=true")
    FailureAlert("itb", BOX).notify(context(BOX) | {"exception": failed("land")})
    assert mailbox == []
    monkeypatch.setenv("AIRFLOW_CONN_ALERTS_SMTP", there)
    FailureAlert("itb", OTHER).notify(context(OTHER) | {"exception": failed("land", OTHER)})
    (mail,) = mailbox
    assert "2 days are NOT closed" in mail["Subject"]


def test_where_a_posting_is_uncertain_the_mail_says_where_and_what_never_to_do(close, ledger, sandbox, mailbox):
    for name in ("land", "stage", "derive"):
        step(name)
    sandbox.faults.add("drop_after", vendor="protheus", operation="insert", times=1)
    sandbox.faults.add("drop_before", vendor="protheus", operation="delete", times=None)
    error = failed("post", error=(RetriableError, UncertainError))
    FailureAlert("itb", BOX).notify(context(BOX) | {"exception": error})
    (mail,) = mailbox
    assert "1 day is NOT closed, posting UNCERTAIN" in mail["Subject"]
    assert "Do not enter the journal by hand" in mail.get_body(("html",)).get_content()


def test_what_asking_again_cannot_mend_is_no_outage():
    ledger = StepBroke("x")
    ledger.of_the_ledger = True
    assert all(map(is_outage, (RetriableError("x", **VENDOR), UncertainError("x", **VENDOR), ledger)))
    assert not any(map(is_outage, (DataError("x", **VENDOR), FatalError("x", **VENDOR), StepBroke("x"), ValueError())))


def test_the_deadline_is_the_days_own_or_so_long_after_a_late_begin(mappings):
    box = cash_box(BOX)
    closes = box.closes_at(DAY)
    assert deadline(box, DAY, closes) == closes + timedelta(hours=12)
    assert deadline(box, DAY, closes + timedelta(days=30)) == closes + timedelta(days=30, hours=12)
    companies = mappings / "companies.yaml"
    companies.write_text(
        companies.read_text().replace("  itb:\n", "  itb:\n    close_within: 20\n    ask_again_for: 0.5\n")
    )
    assert deadline(box, DAY, closes) == closes + timedelta(hours=20)
    assert deadline(box, DAY, closes + timedelta(days=30)) == closes + timedelta(days=30, minutes=30)


@given(st.floats(0, 100_000), st.one_of(st.none(), st.floats(1, 100_000)))
def test_it_is_asked_again_within_the_deadline_and_never_before_the_vendor_said(left, wish):
    now = datetime(2024, 9, 7, 5, tzinfo=UTC)
    until = now + timedelta(seconds=left)
    error = RetriableError("overloaded", retry_after=wish, **VENDOR)
    when = again_at(error, now, until)
    if until <= now:
        assert when is None
    elif wish:
        assert timedelta(seconds=wish * 0.999) <= when - now <= timedelta(seconds=wish * 1.101)
    else:
        assert now < when <= until


def test_each_step_waits_for_the_connection_in_whose_pool_it_is(mappings):
    for box in cash_boxes().values():
        for step_of_box in cash_close(box, "").tasks:
            waits_for = step_of_box.vendor_connection(box)
            assert waits_for == (step_of_box.pool if step_of_box.pool != "default_pool" else "ledger_db")
