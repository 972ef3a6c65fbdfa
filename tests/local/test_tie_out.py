"""`make tie-out`: has the DAG compare months, and shows each by account."""

from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from rich.console import Console

from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.identity import Identity
from cierre.bookkeeping.tie_out import AccountTotal, Code, ErpDocument, Finding, TieOut
from cierre.ledger import identity, tie_outs
from cierre.ledger.tie_outs import Month
from local import tie_out as command
from local.errors import LocalError

BOX, MONTH, SITE = cash_boxes()["itb_caja_164"], date(2024, 9, 1), "http://erp"
CASH = AccountTotal("1.1.01.001", "USD", Decimal("50.00"), Decimal("49.99"), Decimal("0.00"))
CENT = Finding(
    Code.CHANGED, ErpDocument(date(2024, 9, 6), "008964", "001", "000001"), CASH.account, "USD", CASH.posted, CASH.erp
)


@pytest.fixture
def run(ledger, ledger_dsn, monkeypatch):
    """``run(compared, state)``: the command, whose DAG finds that; gives its status, output, and what was asked."""
    identity.note(ledger, Identity.of(BOX, source_site="http://sga", erp_site=SITE))
    asked = []

    class Airflow:
        url = "http://airflow.example"

        def unpause(self, dag_id: str) -> None: ...

        def trigger_with(self, dag_id: str, parameters: dict) -> str:
            asked.append((dag_id, parameters))
            tie_outs.keep(ledger, Month(SITE, BOX.erp.tenant, MONTH), datetime.now(UTC), self.compared)
            return "r1"

        def run_state(self, dag_id: str, run_id: str) -> str:
            return self.state

    def run(compared: TieOut, state: str = "success") -> tuple[int, str, list]:
        @contextmanager
        def ready(*_):
            airflow = Airflow()
            airflow.compared, airflow.state = compared, state
            yield airflow, ledger_dsn

        monkeypatch.setattr(command, "ready_airflow", ready)
        console = Console(width=140, record=True)
        return command.tie_out(None, "itb", MONTH, MONTH, console), console.export_text(), asked

    return run


def test_a_month_that_is_otherwise_in_the_erp_is_shown_with_its_documents(run):
    status, text, asked = run(TieOut((CASH,), (CENT,)))
    assert asked == [("tie_out", {"from": "2024-09", "to": "2024-09", "company": "itb"})]
    assert status == 1
    for words in ("does not tie out", "49.99", "-0.01", "document 06/09/2024 008964/001/000001: another amount"):
        assert words in text


def test_a_month_that_is_tied_out_ends_well(run):
    status, text, _ = run(TieOut((), ()))
    assert (status, "tied out" in text) == (0, True)


def test_a_run_that_failed_is_told(run):
    with pytest.raises(LocalError, match="dags/tie_out/runs/r1"):
        run(TieOut((), ()), "failed")
