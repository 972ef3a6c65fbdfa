"""make erase: what it would erase, what it erases, and what it refuses."""

import json
from datetime import UTC, date, datetime

import pytest
from typer.testing import CliRunner

from cierre.bookkeeping.personal import NOTHING_OPEN
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
