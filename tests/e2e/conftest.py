"""The whole system, started once: real scheduler, real tasks, real PostgreSQL, real HTTP to the sandbox."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from threading import Lock
from typing import TypeVar

import psycopg
import pytest
from playwright.sync_api import Browser, Page

from cierre.accounting_files.loader import ENVIRONMENT, cash_boxes
from cierre.bookkeeping.cash_box import CashBox
from cierre.ledger import session
from e2e.holds import BoxDay
from e2e.kill_report import REPORT, Recovery
from local.airflow_api import AirflowApi, AirflowUnreachable, Task
from local.ports import free_port
from local.settings import RUN, Ports
from local.stack import LONG_AGO, Stack
from sandbox.client import SandboxClient
from support.browser import chromium, visitor
from support.mailbox import MailServer

ROOT = Path(__file__).parents[2]
HOME = RUN / f"e2e-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
PATIENCE = 900
"""Seconds after which a test gives up: a machine that is busy may take its time."""
ANY_BOX = "conduce_caja_3"
"""Of all boxes, which one file of DAGs reads, one that stays."""

T = TypeVar("T")

READING = Lock()
"""Held while boxes are read with another folder in the environment."""


class System:
    """The running system as its users meet it: the web UI's API, the vendors, the ledger."""

    def __init__(self, stack: Stack, mappings: Path, mails: list[EmailMessage]) -> None:
        self.stack = stack
        self.mails = mails
        self.api = stack.api
        self.mappings = mappings
        self.sandbox = SandboxClient(stack.sandbox_url)
        self.connect()

    def person(self, name: str) -> AirflowApi:
        """Airflow's API as another person than the administrator: ana or luis, whom Airflow gave a password."""
        passwords = json.loads((HOME / "passwords.json").read_text())
        return AirflowApi(self.stack.api_url, name, passwords[name])

    def connect(self) -> None:
        """Opens the connections to PostgreSQL: the ledger's, and the one to Airflow's own database."""
        self.ledger = session.connect(self.stack.cluster.dsn("ledger"))
        self.metadata = psycopg.connect(self.stack.cluster.dsn("airflow"), autocommit=True)

    def write_box(self, box: str, text: str) -> None:
        """Writes the file of a box, and has Airflow read it."""
        (self.mappings / "cash_boxes" / f"{box}.yaml").write_text(text)
        self.read_boxes()

    def add_box(self, box: str, text: str) -> None:
        """Writes the file of a new box, and waits for its DAG."""
        self.write_box(box, text)
        dag = f"cash_close__{box}"
        self.wait(lambda: dag in self.api.parsed_dags(dag, LONG_AGO), f"{box}'s DAG")

    def read_boxes(self) -> None:
        """Has Airflow read the boxes' files now."""
        self.api.read_again(f"cash_close__{ANY_BOX}")

    def trigger(self, box: str, day: date) -> str:
        """Starts the close of a box's day; returns the run's id."""
        dag = f"cash_close__{box}"
        self.api.unpause(dag)
        return self.api.trigger(dag, day)

    def finished(self, box: str, run: str) -> str:
        """Waits for a run's end; its state."""
        return self.wait(lambda: self._ended(box, run), f"{box} {run} to end", every=0.5)

    def recovered(self, box: str, run: str) -> Recovery:
        """Waits for the end of a run that something happened to; what failed for good is cleared, as a person would."""
        state = self.finished(box, run)
        if cleared := state == "failed":
            (task,) = (task for task in self._tasks(box, run) if task.state == "failed")
            self.api.clear(task.dag_id, run, task.task_id)
            state = self.wait(lambda: self._ended(box, run) == "success" and "success", f"the cleared {box} {run}")
        return Recovery(state, max(task.try_number for task in self._tasks(box, run)), cleared)

    def _tasks(self, box: str, run: str) -> list[Task]:
        return [task for task in self.api.tasks([run]) if task.dag_id == f"cash_close__{box}"]

    def close(self, box: str, day: date) -> str:
        """Closes a box's day and waits; the run's state."""
        return self.finished(box, self.trigger(box, day))

    def unanswered(self, box: str, run: str) -> str:
        """Nobody waits three days for a test: in Airflow's database the time for an answer is over, also of a question
        that is asked anew because Airflow took its task for lost. Waits for the run's end; its state."""

        def ended() -> str | None:
            self.metadata.execute(
                # Only of a question: a try that looks for an answer to the one before waits, too, and must go on.
                # It waits for nobody, so that it is in no deadlock with the scheduler, which would end that.
                "UPDATE task_instance SET trigger_timeout = now() WHERE id IN (SELECT id FROM task_instance"
                " WHERE dag_id = %s AND run_id = %s AND task_id = 'approve' AND state = 'awaiting_input'"
                " AND trigger_timeout > now() FOR UPDATE SKIP LOCKED)",
                (f"cash_close__{box}", run),
            )
            return self._ended(box, run)

        return self.wait(ended, f"{box} {run} to end without an answer", every=1)

    def _ended(self, box: str, run: str) -> str | None:
        # From Airflow's own database: where dozens wait at once, its API would do nothing else than tell them.
        ended = self.metadata.execute(
            "SELECT state FROM dag_run WHERE dag_id = %s AND run_id = %s AND state IN ('success', 'failed')",
            (f"cash_close__{box}", run),
        )
        return next((state for (state,) in ended), None)

    def wait(self, ready: Callable[[], T], what: str, *, every: float = 0.2) -> T:
        """Whatever ``ready`` returns once it is true of something; asked ``every`` so many seconds."""

        def asked() -> T | None:
            try:
                return ready()
            except AirflowUnreachable:  # its server is busy, as when it makes its first answer to a task
                return None

        patience = time.monotonic() + PATIENCE
        while not (found := asked()):
            assert time.monotonic() < patience, f"waited {PATIENCE} s for {what}"
            time.sleep(every)
        return found

    def live(self, lot: str, day: date) -> list:
        """The ERP's live documents of a lot and date."""
        return self.sandbox.protheus_ledger(lot=lot, day=day, live=True)

    def cash_boxes(self) -> dict[str, CashBox]:
        """The cash boxes that there are files for, by id. For threads, too: the environment is the whole process's."""
        with READING, pytest.MonkeyPatch.context() as patch:
            patch.setenv(ENVIRONMENT, str(self.mappings))
            return cash_boxes()

    def box_day(self, box: CashBox, day: date) -> BoxDay:
        """A day of a box, with connections of its own, so that a thread may have it."""
        ledger = self.stack.cluster.dsn("ledger")
        return BoxDay(box, day, self.stack.home, ledger, SandboxClient(self.stack.sandbox_url))


@pytest.fixture(scope="package")
def system() -> Iterator[System]:
    """The system, with a mappings folder that tests may add to; each test closes days of its own."""
    Stack(HOME, Ports()).down()  # of a test run that was killed
    shutil.rmtree(HOME, ignore_errors=True)
    mappings = HOME / "mappings"
    shutil.copytree(ROOT / "include" / "mappings", mappings)
    ports = Ports.free()
    mail = MailServer(free_port())
    given = {
        "AIRFLOW_CONN_ALERTS_SMTP": mail.connection,
        "CIERRE_MAPPINGS_DIR": str(mappings),
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "1",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,ana:user,luis:user",
        # What is down is asked again after so many seconds (900 by default). Much sooner, a scheduler that lags takes a
        # task that is back for the one that had left it to wait, and fails it.
        "CIERRE_ASK_AGAIN_SECONDS": "15",
        # Late days are told once the boxes have closed nothing for so long: five minutes by default.
        "CIERRE_DIGEST_QUIET_SECONDS": "20",
        # What runs, a test has started: yesterday and the sweep do not come in between.
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
        # The tests of kills hold many tasks at once.
        "AIRFLOW__CORE__PARALLELISM": "40",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": "40",
        # Looking for work ten times a second takes a quarter of a core, which the other tests want.
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.3",
        # What died with its supervisor, or with its scheduler, is noticed after so many seconds (300 by default).
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "120",
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "5",
        # A question's time is over, and the scheduler looks: every 15 seconds by default.
        "AIRFLOW__SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": "1",
        # Reading files takes a core; whoever changes a box's file has it read (System.write_box).
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",
    }
    stack = Stack(HOME, ports, given=given, fast=True)
    stack.up()
    try:
        with mail:
            yield System(stack, mappings, mail.mails)
    finally:
        stack.down()


@pytest.fixture(scope="package")
def boxes(system: System) -> list[str]:
    """The configured boxes, once the scheduler knows their DAGs."""
    expected = {f"cash_close__{file.stem}" for file in (system.mappings / "cash_boxes").glob("*.yaml")}
    system.wait(lambda: expected <= system.api.parsed_dags("cash_close__", LONG_AGO), "the boxes' DAGs")
    assert system.api.import_errors() == []
    return sorted(dag.removeprefix("cash_close__") for dag in expected)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A real browser; where there is none, its tests say aloud that they were left out."""
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser, system: System) -> Iterator[Page]:
    """A page of an accountant in Guayaquil, logged in to the system's web UI."""
    stack = system.stack
    with visitor(browser, stack.api_url, stack.user, stack.password, zone="America/Guayaquil") as seen:
        yield seen


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the table of the kills that were done, if any."""
    if REPORT.kills:
        terminalreporter.section("kills")
        terminalreporter.write(REPORT.text())
