"""make erase: what it would erase, what it erases, and what it refuses."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, strategies as st
from typer.testing import CliRunner

from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.retention import MOST_MONTHS, SETTING, last_day_to_erase, retention_months
from cierre.ledger import landing, personal
from cierre.reports import __main__ as command

ANA = {"name": "Ana Vera", "ruc": "0912345678"}


@pytest.fixture
def erase(ledger, ledger_dsn, monkeypatch):
    """Runs the command on a ledger with one landed row; the person that it asks for is ``who``."""
    place = landing.Place("sga", "sga_t", "164", date(2024, 9, 6))
    landing.land(
        ledger, place, asked={}, received_at=datetime.now(UTC), body=json.dumps([ANA]), open_fields=NOTHING_OPEN
    )
    monkeypatch.setenv("CIERRE_LEDGER_DSN", ledger_dsn)

    def run(*arguments: str, who: str = "0912345678"):
        monkeypatch.setattr(command, "getpass", lambda _: who)
        return CliRunner().invoke(command.app, ["erase", "--why", "asked for", *arguments])

    return run


@pytest.mark.parametrize("what", [["--person"], ["--snapshot", "1"], ["--months", "1"]])
def test_each_way_first_says_what_it_would_erase_and_then_erases(ledger, erase, what):
    told = erase(*what)
    assert told.exit_code == 0
    assert "2 personal values of 1 row in 1 answer" in " ".join(told.output.split())
    assert personal.erasures(ledger) == []
    done = erase(*what, "--yes", "--by", "ana")
    assert done.exit_code == 0
    assert "Vera" not in done.output
    (erasure,) = personal.erasures(ledger)
    assert (erasure.asked_by, erasure.why, erasure.rows, erasure.values) == ("ana", "asked for", 1, 2)


def test_a_person_whom_nobody_knows_is_said_to_be_unknown(ledger, erase):
    told = erase("--person", "--yes", who="Zulema Quispe")
    assert told.exit_code == 1
    assert "nothing was erased" in told.output
    assert personal.erasures(ledger) == []


@pytest.mark.parametrize("arguments", [[], ["--person", "--snapshot", "1"]])
def test_what_does_not_say_one_thing_to_erase_is_refused(ledger, erase, arguments):
    assert isinstance(erase(*arguments).exception, ValueError)
    assert personal.erasures(ledger) == []


@pytest.mark.parametrize("months", ["-1", "0", str(MOST_MONTHS + 1), "999999", "9" * 30])
def test_a_number_of_months_that_nobody_can_mean_erases_nothing(ledger, erase, months):
    refused = erase("--months", months, "--yes").exception
    assert isinstance(refused.args[0], Sentence)
    assert refused.args[0].startswith(f"MONTHS={months} is not a number of months from 1 to ")
    assert personal.erasures(ledger) == []


@given(st.dates(min_value=date(2020, 1, 1), max_value=date(2200, 1, 1)), st.integers())
def test_whatever_the_months_no_day_of_this_month_or_to_come_is_erased(today, months):
    if 1 <= months <= MOST_MONTHS:
        assert last_day_to_erase(today, months) < today.replace(day=1)
    else:
        with pytest.raises(ValueError, match=r"is not a number of months"):
            last_day_to_erase(today, months)


@pytest.mark.parametrize("said", ["0", "-1", "1201", "soon", "1.5", "9" * 5000])
def test_a_setting_that_is_no_number_of_months_is_refused(monkeypatch, said):
    monkeypatch.setenv(SETTING, said)
    with pytest.raises(ValueError, match=r"^RETENTION_MONTHS=.* Nothing was erased\.$"):
        retention_months()
