"""A day whose landing never succeeded is known, with the reason in the language of whoever reads it."""

import json
from datetime import date

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.language.say import in_language, say
from cierre.ledger import board, landing, overview
from cierre.ports.errors import RetriableError

BOX, DAY = "itb_caja_164", date(2024, 9, 6)


@pytest.fixture
def down(close, unused_port, monkeypatch) -> None:
    """The schools' system does not answer."""
    gone = {"conn_type": "sga", "host": f"http://127.0.0.1:{unused_port}/sga/itb", "extra": {"retries": 0}}
    monkeypatch.setenv("AIRFLOW_CONN_SGA_ITB", json.dumps(gone))


def test_a_day_whose_source_is_down_is_not_read_and_says_why(close, down, ledger):
    with pytest.raises(RetriableError) as error:
        close(BOX, DAY).step("land")
    (known,) = overview.day(ledger, DAY)
    assert (known.state, known.closed, known.word) == ("not read", False, "not read")
    assert known.why == str(error.value)
    with in_language("es"):
        assert "SGA: caja 164 del 2024-09-06: no hay conexión con " in say(known.why)
    summary = board.Day(ledger, BOX, DAY).summary()
    assert (summary.state, summary.staged_at) == ("open", None)
    assert [row.states[DAY.day - 1] for row in board.months(ledger, DAY, DAY)] == ["o"]


def test_the_reason_is_that_of_the_last_try_and_is_gone_once_the_day_is_read(close, down, ledger, monkeypatch, sandbox):
    run = close(BOX, DAY)
    with pytest.raises(RetriableError):
        run.step("land")
    first = landing.never_read(ledger, DAY)[BOX, DAY]
    with pytest.raises(AirflowFailException):
        run.step("stage")  # as somebody would who marked land as a success
    assert landing.never_read(ledger, DAY)[BOX, DAY] != first
    here = {"conn_type": "sga", "host": f"{sandbox.url}/sga/itb", "extra": {"retries": 0}}
    monkeypatch.setenv("AIRFLOW_CONN_SGA_ITB", json.dumps(here))
    run.all()
    assert landing.never_read(ledger, DAY) == {}
    (known,) = overview.day(ledger, DAY)
    assert (known.state, known.why) == ("reconciled", None)
    assert (BOX, DAY) in overview.closed_days(ledger, DAY)


def test_a_dry_run_that_cannot_read_leaves_no_trace(close, down, ledger):
    with pytest.raises(RetriableError):
        close(BOX, DAY, dry_run=True).step("land")
    assert overview.day(ledger, DAY) == []
    assert landing.never_read(ledger, DAY) == {}


def test_a_closed_day_stays_closed_where_reading_it_again_does_not_work(close, ledger, unused_port, monkeypatch):
    run = close(BOX, DAY)
    run.all()
    gone = {"conn_type": "sga", "host": f"http://127.0.0.1:{unused_port}/sga/itb", "extra": {"retries": 0}}
    monkeypatch.setenv("AIRFLOW_CONN_SGA_ITB", json.dumps(gone))
    with pytest.raises(RetriableError):
        run.step("land")
    (known,) = overview.day(ledger, DAY)
    assert (known.state, known.why) == ("reconciled", None)
