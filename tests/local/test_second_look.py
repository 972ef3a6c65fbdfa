"""`make second-look`: has the DAG look at a range, and shows what the looks found."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from rich.console import Console

from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.second_look import Outcome, changes
from cierre.ledger import landing, looks
from local import second_look as command
from local.errors import LocalError
from support import closed_day

BOX = cash_boxes()["itb_caja_164"]
DAY = datetime.now(UTC).date() - timedelta(days=4)


class Airflow:
    """Airflow's API, of which one DAG is asked; ``look`` is what its run does."""

    url = "http://airflow.example"

    def __init__(self, look, state: str = "success") -> None:
        self.look, self.state, self.asked = look, state, []

    def unpause(self, dag_id: str) -> None:
        self.asked.append(dag_id)

    def trigger_with(self, dag_id: str, parameters: dict) -> str:
        self.asked.append(parameters)
        self.look()
        return "r1"

    def run_state(self, dag_id: str, run_id: str) -> str:
        return self.state


@pytest.fixture
def run(ledger, ledger_dsn, monkeypatch):
    """``run(airflow, box=…)``: the command; gives its exit status and what it printed."""

    def run(airflow: Airflow, company: str = "", box: str = "", last: date = DAY) -> tuple[int, str]:
        @contextmanager
        def ready(*_):
            yield airflow, ledger_dsn

        monkeypatch.setattr(command, "ready_airflow", ready)
        console = Console(width=140, record=True, quiet=False, file=None)
        status = command.second_look(None, company, box, DAY, last, console)
        return status, console.export_text()

    return run


def test_what_changed_is_shown_document_by_document(run, ledger):
    closed_day.close(ledger, BOX, DAY, ("20.00", "1"), ("30.00", "1"))

    def look() -> None:
        before = [closed_day.document(BOX, DAY, number, net) for number, net in enumerate(("20.00", "30.00"))]
        found = changes(before, before[:1], own_ids=lambda kind: True)
        taken = landing.taken(ledger, BOX.id, DAY).snapshot_id
        looks.keep(
            ledger, BOX.id, DAY, compared_to=taken, snapshot_id=None, found=found, outcome=Outcome.PROPOSED,
            tell=["itb"],
        )  # fmt: skip

    airflow = Airflow(look)
    status, printed = run(airflow, box=BOX.file)
    assert airflow.asked[1] == {"from": str(DAY), "to": str(DAY), "box": BOX.file, "company": None}
    assert (status, "001-002-000000001" in printed, "30.00" in printed) == (1, True, True)


def test_a_range_that_is_as_it_was_booked_says_so(run, ledger):
    closed_day.close(ledger, BOX, DAY, ("20.00", "1"))
    status, printed = run(Airflow(lambda: None), company="itb")
    assert (status, printed.strip()) == (0, "All is as it was booked.")


def test_what_cannot_be_done_is_told(run):
    with pytest.raises(LocalError, match="is after"):
        run(Airflow(lambda: None), box=BOX.file, last=DAY - timedelta(days=1))
    with pytest.raises(LocalError, match="one of the two"):
        run(Airflow(lambda: None))
    with pytest.raises(LocalError, match="The run r1 of second_look failed"):
        run(Airflow(lambda: None, "failed"), box=BOX.file)
