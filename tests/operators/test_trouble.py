"""Errors of the database, of libraries and of the program: what a step tells of them, and whether it is tried again."""

import logging
import traceback
from datetime import date

import psycopg
import pytest
from airflow.sdk import RetryAction
from airflow.sdk.exceptions import AirflowFailException

from cierre.ledger import attempts, revisions, staging
from cierre.orchestration.retries import RetryByKind
from cierre.ports.errors import DataError
from operators.at_work.trouble import cut_chain, may_pass, note_details
from operators.step_broke import StepBroke

BOX, DAY = "itb_caja_164", date(2024, 9, 6)
ROW = "Luis Vera 0912345678"


def refused_by_postgres(connection, *_):
    connection.execute("SELECT CAST(%s AS int)", (ROW,))


def lost(*_args, **_kwargs):
    raise psycopg.OperationalError(f"server closed the connection unexpectedly: {ROW}")


def missing(*_args, **_kwargs):
    raise KeyError(ROW)


def half_a_row(*_args, **_kwargs):
    f"{ROW} \ud83d".encode()


@pytest.fixture
def landed(close):
    run = close(BOX, DAY)
    run.step("land")
    return run


@pytest.mark.parametrize(
    ("broken", "error", "said"),
    [
        (refused_by_postgres, AirflowFailException, "the database refused it (22P02 InvalidTextRepresentation)"),
        (lost, StepBroke, "the database could not do it just now (OperationalError)"),
        (missing, AirflowFailException, "the program met an error (KeyError)"),
        (half_a_row, AirflowFailException, "the program met an error (UnicodeEncodeError)"),
    ],
)
def test_a_step_tells_box_day_what_it_was_about_and_that_nothing_was_booked(
    landed, monkeypatch, capfd, caplog, broken, error, said
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(staging, "replace", broken)
    with pytest.raises(error) as raised:
        landed.step("stage")
    told = str(raised.value)
    assert told.startswith("Caja 164, ITB, 2024-09-06: the landed answer was being read and staged, and ")
    assert said in told
    assert "Nothing was booked." in told
    log = capfd.readouterr()
    everything = "".join(traceback.format_exception(raised.value)) + log.out + log.err + caplog.text
    assert "Vera" not in everything
    assert "0912345678" not in everything
    retried = RetryByKind().evaluate(raised.value, try_number=1, max_tries=3).action
    assert retried is RetryAction.RETRY or error is AirflowFailException


def test_it_is_said_in_the_companys_language(landed, mappings, monkeypatch):
    companies = mappings / "companies.yaml"
    companies.write_text(companies.read_text().replace("    language: en\n", ""))
    monkeypatch.setattr(staging, "replace", missing)
    with pytest.raises(AirflowFailException, match=r"se estaba leyendo y preparando .* No se asentó nada"):
        landed.step("stage")


def test_where_the_post_breaks_off_what_is_uncertain_is_named(landed, monkeypatch):
    for name in ("stage", "derive"):
        landed.step(name)
    monkeypatch.setattr(attempts, "confirm", missing)
    with pytest.raises(AirflowFailException, match=r"Uncertain is itb_caja_164\|20240906\|1\|1 \(008964/001\)"):
        landed.step("post")
    monkeypatch.undo()


def test_where_nothing_was_sent_nothing_is_uncertain(landed, monkeypatch):
    for name in ("stage", "derive"):
        landed.step(name)
    monkeypatch.setattr(revisions, "bookings", missing)
    with pytest.raises(AirflowFailException, match="Nothing that was sent is uncertain"):
        landed.step("post")


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (psycopg.OperationalError("could not connect"), True),
        (psycopg.InterfaceError("the connection is closed"), True),
        (psycopg.errors.DeadlockDetected(), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.DiskFull(), True),
        (psycopg.errors.LockNotAvailable(), True),
        (psycopg.errors.SerializationFailure(), True),
        (psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"), False),
        (psycopg.errors.UntranslatableCharacter(), False),
        (psycopg.errors.UniqueViolation(), False),
        (psycopg.errors.NumericValueOutOfRange(), False),
        (psycopg.errors.UndefinedTable(), False),
        (ValueError(), False),
        (RecursionError(), False),
        (OSError("disk"), True),
        (MemoryError(), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_passes_by_itself_is_told_from_what_would_come_back(error, passes):
    assert may_pass(error) is passes


def test_no_chain_of_causes_brings_along_what_a_library_said():
    def read() -> None:
        try:
            raise ValueError(ROW)
        except ValueError:
            raise DataError("the answer cannot be read", vendor="SGA")  # noqa: B904

    with pytest.raises(DataError) as raised:
        read()
    cut_chain(raised.value)
    assert ROW not in "".join(traceback.format_exception(raised.value))


def test_the_log_at_level_debug_says_where_it_broke_and_no_value(admin, caplog):
    with pytest.raises(psycopg.errors.UniqueViolation) as raised:
        admin.execute("CREATE TEMP TABLE person (name text UNIQUE)")
        admin.execute("INSERT INTO person VALUES (%s), (%s)", (ROW, ROW))
    assert ROW in str(raised.value)
    caplog.set_level(logging.DEBUG)
    note_details(logging.getLogger("step"), raised.value)
    (record,) = caplog.records
    assert record.levelno == logging.DEBUG
    for said in ("UniqueViolation", "'constraint_name': 'person_name_key'", "test_trouble.py", "sqlstate"):
        assert said in caplog.text
    assert ROW not in caplog.text
