"""Commands that have Airflow do something speak the terminal's language, also where something went wrong."""

import sys
from collections import deque
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

import local.__main__ as room
from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.identity import Identity
from cierre.bookkeeping.second_look import Outcome, changes
from cierre.bookkeeping.tie_out import AccountTotal, Code, ErpDocument, Finding, TieOut
from cierre.ledger import identity, landing, looks, tie_outs
from cierre.ledger.tie_outs import Month
from cierre.reports.plain_console import PlainConsole
from local import backfill, second_look, tie_out
from local.airflow_api import AirflowApi, AirflowUnreachable
from support import closed_day
from support.spanish import not_spanish

BOX, DAY, MONTH, SITE = cash_boxes()["itb_caja_164"], date(2024, 9, 6), date(2024, 9, 1), "http://erp"
COMPANIES = {box.company for box in cash_boxes().values()}
TYPED = {*cash_boxes(), *COMPANIES, "itb_caja_9", "tie_out", "second_look", "pg_ctl"}
TYPED |= {"box", "company", "from", "to", "month"}
"""Names of boxes, companies, DAGs and programs, and of what make is given."""

DOCUMENT = ErpDocument(DAY, "008964", "001", "000001")
LOOK = ("second-look", "--box", BOX.file, "--from", "2024-09-06")
CLOSE = ("backfill", "--box", BOX.file, "--from", "2024-09-06", "--to", "2024-09-07")
TIE = ("tie-out", "--company", "itb", "--month", "2024-09")


class Airflow:
    """Airflow's API; ``does`` is what its runs do, ``state`` how they end."""

    url = "http://airflow.example"

    def __init__(self) -> None:
        self.does, self.state = lambda: None, "success"

    def unpause(self, dag_id: str) -> None: ...

    def trigger_with(self, dag_id: str, parameters: dict) -> str:
        self.does()
        return "r1"

    def trigger(self, dag_id: str, day: date, *, run_id: str) -> None: ...

    def run_state(self, dag_id: str, run_id: str) -> str:
        return self.state


@pytest.fixture
def airflow(monkeypatch, ledger_dsn) -> Airflow:
    played = Airflow()

    @contextmanager
    def ready(*_):
        yield played, ledger_dsn

    for command in (backfill, second_look, tie_out):
        monkeypatch.setattr(command, "ready_airflow", ready)
    return played


@pytest.fixture
def run(monkeypatch, capsys) -> Callable[..., tuple[int, str]]:
    """Runs a command line in an Ecuadorian's terminal; returns exit status and output, all of which is Spanish."""
    monkeypatch.setenv("LC_ALL", "es_EC.UTF-8")
    monkeypatch.setattr(room.signal, "signal", lambda number, handler: None)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["local", *arguments])
        monkeypatch.setattr(room, "console", PlainConsole(file=sys.stdout, width=200))
        status, said = room.main(), capsys.readouterr().out
        assert len(said) > 20
        assert not_spanish(said, allowed=TYPED) == []
        return status, said

    return run


def test_a_months_tie_out_is_spanish(run, airflow, ledger):
    identity.note(ledger, Identity.of(BOX, source_site="http://sga", erp_site=SITE))
    posted, erp = Decimal("1234.50"), Decimal("1234.49")
    compared = TieOut(
        (AccountTotal("1.1.01.001", "USD", posted, erp, Decimal("0.00")),),
        tuple(Finding(code, DOCUMENT, "1.1.01.001", "USD", posted, erp) for code in Code),
    )
    month = Month(SITE, BOX.erp.tenant, MONTH)
    airflow.does = lambda: tie_outs.keep(ledger, month, datetime.now(UTC), compared)
    status, said = run(*TIE)
    assert status == 1
    assert "1.234,50" in said
    airflow.does = lambda: tie_outs.keep(ledger, month, datetime.now(UTC), TieOut((), ()))
    assert run(*TIE)[0] == 0


def test_a_second_look_is_spanish(run, airflow, ledger):
    assert run(*LOOK) == (0, "Todo está como se asentó.\n")
    closed_day.close(ledger, BOX, DAY, ("20.00", "1"), ("1030.00", "1"))
    before = [closed_day.document(BOX, DAY, number, net) for number, net in enumerate(("20.00", "1030.00"))]
    found = changes(before, before[:1], own_ids=lambda kind: True)
    taken = landing.taken(ledger, BOX.id, DAY).snapshot_id
    airflow.does = lambda: looks.keep(
        ledger, BOX.id, DAY, compared_to=taken, snapshot_id=None, found=found, outcome=Outcome.PROPOSED, tell=["itb"]
    )
    status, said = run(*LOOK)
    assert status == 1
    assert "1.030,00" in said


@pytest.mark.usefixtures("ledger")
def test_a_backfill_is_spanish(run, airflow):
    status, said = run(*CLOSE)
    assert status == 1
    assert "su ejecución terminó bien, y el libro no lo tiene como cerrado" in said
    airflow.state = "failed"
    assert "fallidos: 2" in run(*CLOSE)[1]


@pytest.mark.usefixtures("airflow")
def test_what_a_backfill_is_doing_is_said_in_spanish(run, monkeypatch):
    seen = []
    bar = backfill._doing
    monkeypatch.setattr(backfill, "_doing", lambda days: seen.append(bar(days)) or "")
    nothing, lost = (backfill._Progress(deque(), total, ended={DAY: "failed"} if total else {}) for total in (0, 1))
    monkeypatch.setattr(backfill, "_run", lambda *_: [backfill._doing(days) for days in (nothing, lost)])
    run(*CLOSE)
    assert seen == ["nada que ejecutar", "[red]fallidos: 1"]


@pytest.mark.parametrize("command", [LOOK, TIE], ids=lambda command: command[0])
def test_a_run_that_failed_is_told_in_spanish(run, airflow, command):
    airflow.state = "failed"
    status, said = run(*command)
    assert status == 1
    assert "La ejecución r1 de" in said


@pytest.mark.usefixtures("airflow")
@pytest.mark.parametrize(
    "arguments",
    [
        ("backfill", "--from", "2024-09-06", "--to", "2024-09-06"),
        ("backfill", "--box", "itb_caja_9", "--from", "2024-09-06", "--to", "2024-09-06"),
        ("backfill", "--company", "itb_caja_9", "--from", "2024-09-06", "--to", "2024-09-06"),
        (*LOOK, "--to", "2024-09-01"),
        (*TIE, "--to", "2024-08"),
        (*CLOSE[:-1], "2024-09-01"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_told_in_spanish(run, arguments):
    assert run(*arguments)[0] == 1


def test_an_airflow_that_does_not_answer_is_told_in_spanish(run, monkeypatch):
    def unreachable(*_):
        AirflowApi("http://127.0.0.1:9", "ana", "secret").run_state("any", "r1")

    monkeypatch.setattr(second_look, "ready_airflow", unreachable)
    with pytest.raises(AirflowUnreachable):
        unreachable()
    status, said = run(*LOOK)
    assert status == 1
    assert "Airflow en http://127.0.0.1:9 no responde" in said


@pytest.mark.parametrize(
    "variables",
    [
        {"CIERRE_API_PORT": "x1"},
        {"CIERRE_API_PORT": "8085", "CIERRE_SANDBOX_PORT": "8085"},
        {"CIERRE_PATIENCE_SECONDS": "soon"},
        {"CIERRE_POSTGRES_BIN": "/nowhere"},
    ],
)
def test_why_nothing_can_be_started_is_spanish(run, monkeypatch, variables):
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    status, _ = run("up")
    assert status == 1
