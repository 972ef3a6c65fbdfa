"""A close that something is done to, and what is seen of it then: in Airflow, on the board, in the ERP."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path

import requests

from e2e.holds import Hold
from e2e.oracle import assert_closed_once
from local.airflow_api import AirflowApiError
from local.stack import LONG_AGO

CHAPTERS = (
    "Clear",
    "Mark as success or failed",
    "Delete",
    "Pause a DAG, cancel a backfill",
    "Approvals",
    "A run's note",
    "A change of the box's file",
    "Airflow's database, and the ledger's",
    "A server is killed (seen by `make kills`)",
)
"""Of the page, in its order."""
CLEAR, MARK, DELETE, PAUSE, ASK, NOTE, FILE, DATABASES, KILLED = CHAPTERS

STEPS = ("land", "stage", "derive", "approve", "post", "reconcile")
PLAIN = ("", "success", "skipped", "upstream_failed")
"""States of a task that a run's own state says enough of."""

HOLDING_UP = re.compile(r"does not go on: (.*?)\.")


@dataclass(frozen=True)
class Row:
    """A row of the table: what was done, what was seen, and what a person does next."""

    chapter: str
    done: str
    airflow: str
    board: str
    erp: str
    next: str

    @property
    def markdown(self) -> str:
        """The row, without its chapter."""
        return f"| {self.done} | {self.airflow} | {self.board} | {self.erp} | {self.next} |"


class Close:
    """The close of a box's day, in a chapter of the table; ``run`` is its newest run."""

    def __init__(self, system, chapter: str, box: str, day: date) -> None:
        self.system, self.chapter, self.day = system, chapter, day
        self.box = system.cash_boxes()[box]
        self.box_day = system.box_day(self.box, day)
        self.dag = f"cash_close__{self.box.file}"
        self.run = ""
        self._sent = 0

    # What is done.

    def begin(self, **also: str) -> None:
        """A run of the day is asked for; ``also`` is what it is given beside."""
        self.dag_is_read()
        self.system.api.unpause(self.dag)
        self.run = self.ask(**also)

    def ask(self, **also: str) -> str:
        """The same, whether or not the DAG is paused; the run's id."""
        body = {"logical_date": None, "partition_key": str(self.day), **also}
        return self.api("POST", "/dagRuns", body)["dag_run_id"]

    def dag_is_read(self) -> None:
        """Waits until Airflow has read the box's DAG."""
        self.system.wait(lambda: self.dag in self.system.api.parsed_dags(self.dag, LONG_AGO), f"the DAG {self.dag}")

    def take_the_run(self) -> None:
        """The day's newest run, which others asked for."""
        self.run = next(run["dag_run_id"] for run in self.runs() if run["partition_key"] == str(self.day))

    def close(self) -> str:
        """The day is closed by a run of its own, before anything else is done; the run's state."""
        self.begin()
        state = self.end()
        self._sent_since()
        return state

    def end(self) -> str:
        """Waits for the run's end; its state."""
        return self.system.finished(self.box.file, self.run)

    def clear(self, *tasks: str, alone: bool = False) -> str:
        """Clears steps, with those after them unless ``alone``, or the whole run; waits for the run's end."""
        self.clear_only(*tasks, alone=alone)
        return self.end()

    def clear_only(self, *tasks: str, alone: bool = False) -> None:
        """The same, and waits for nothing."""
        body = {"dry_run": False, "only_failed": False}
        if tasks:
            body |= {"dag_run_id": self.run, "task_ids": tasks, "include_downstream": not alone}
            self.api("POST", "/clearTaskInstances", body)
        else:
            self.api("POST", f"/dagRuns/{self.run}/clear", body)

    def mark(self, state: str, task: str = "") -> None:
        """Marks the run, or a task of it, as success or failed."""
        if task:
            self.api("PATCH", f"/dagRuns/{self.run}/taskInstances/{task}", {"new_state": state})
        else:
            self.api("PATCH", f"/dagRuns/{self.run}", {"state": state})

    def waits_for_approval(self) -> None:
        """Waits until the run asks a person."""
        self.waits("approve", "awaiting_input")

    def waits(self, task: str, state: str) -> None:
        """Waits until a task of the run waits, in the state that Airflow calls so."""

        def reached() -> bool:
            tasks = self.tasks()
            assert "failed" not in tasks.values(), f"{self.dag} {self.run}: {tasks}"
            return tasks.get(task) == state

        self.system.wait(reached, f"{task} of {self.run} to be {state}")

    def answer(self, option: str = "Approve") -> str:
        """Answers once it is asked, until Airflow takes the answer; the run's state."""
        self.waits_for_approval()
        path = f"/dagRuns/{self.run}/taskInstances/approve/-1/hitlDetails"

        def taken() -> bool:
            try:
                comment = {"comment": "It is not right"} if option == "Reject" else {}
                self.api("PATCH", path, {"chosen_options": [option], "params_input": comment})
            except AirflowApiError as refused:
                # Of an answer that a busy server gave no receipt for.
                return "already been updated" in str(refused)
            return True

        self.system.wait(taken, f"Airflow to take the answer to {self.run}")
        return self.end()

    def asked_again(self) -> str:
        """Clears the step approve, and answers with yes."""
        self.clear_only("approve")
        return self.answer()

    def unanswered(self) -> None:
        """The time for an answer goes by."""
        self.system.unanswered(self.box.file, self.run)

    def task_ends(self) -> None:
        """Waits until nobody works on the day any more: Airflow has ended the task."""
        self.system.wait(lambda: not self.box_day.at_work(), f"the task of {self.run} to end")

    def clear_after_the_lease(self, hold: Hold) -> None:
        """The run is cleared once the claim that is left has run out."""
        hold.release()
        self.box_day.pass_over_the_lease()
        assert self.clear() == "success"

    def api(self, method: str, path: str, body: dict | None = None):
        """A request about the box's DAG."""
        return self.system.api.call(method, f"/dags/{self.dag}{path}", json=body)

    # What is seen.

    def runs(self) -> list[dict]:
        """The newest runs of the box's DAG."""
        return self.api("GET", "/dagRuns?order_by=-id&limit=100")["dag_runs"]

    def row(self, done: str, todo: str = "nothing", do: Callable[[], object] | None = None, also: str = "") -> Row:
        """What is seen now; then what is to do is done, and the day stands closed, with what is due in the ERP.

        ``also``: what else Airflow shows, where the scenario has seen to it.
        """
        airflow, board, erp = self.airflow(), self.board(), self.erp()
        if do:
            do()
            todo = f"{todo}: {self.board()}, {self.erp()}"
        assert_closed_once(self.box_day)
        return Row(self.chapter, done, airflow + also, board, erp, todo)

    def tasks(self) -> dict[str, str]:
        """The states of the run's tasks."""
        return {task.task_id: task.state for task in self.system.api.tasks([self.run]) if task.dag_id == self.dag}

    def airflow(self) -> str:
        """The run as Airflow shows it: its state, and those of its tasks that this does not say. Of those that failed
        the first: what follows it may have begun or not."""
        state = next((run["state"] for run in self.runs() if run["dag_run_id"] == self.run), None)
        if state is None:
            return "no run"
        seen = self.tasks()
        failed = [step for step in STEPS if seen.get(step) == "failed"]
        tasks = [f"{task} {state}" for task, state in seen.items() if state not in PLAIN and task not in failed[1:]]
        return ", ".join([f"run {state}", *sorted(tasks)])

    def board(self) -> str:
        """The word of the day's page, and what it says to hold the day up."""
        page = board_page(self.system, f"boxes/{self.box.id}/{self.day}")
        (word,) = re.findall(r'</h1>\s*<span class="badge \w">.*?</span>\s*([^<]+)</span>', page)
        return ": ".join([word, *HOLDING_UP.findall(unescape(page))])

    def erp(self) -> str:
        """How many live documents the ERP holds of the day, and how many it was sent since this was last asked."""
        held = self.system.live(self.box.erp.lot, self.day)
        reversals = sum(bool(document.reverses) for document in held)
        what = {0: "nothing", 1: "1 document"}.get(len(held), f"{len(held)} documents")
        if reversals:
            what += f", {reversals} of them a reversal"
        sent = self._sent_since()
        return f"{what} ({sent or 'nothing'} sent)" if held or sent else what

    def _sent_since(self) -> int:
        place = {"lot": self.box.erp.lot, "date": f"{self.day:%d/%m/%Y}"}
        sent = sum(self.system.sandbox.calls("protheus", what, **place) for what in ("insert", "reversal"))
        before, self._sent = self._sent, sent
        return sent - before if sent >= before else sent  # the sandbox counts anew after a restart


def board_page(system, path: str) -> str:
    """A page of the board in English, as the system's administrator sees it."""
    browser = requests.Session()
    browser.trust_env = False
    login = {"username": system.stack.user, "password": system.stack.password}
    token = browser.post(f"{system.stack.api_url}/auth/token", json=login, timeout=60).json()["access_token"]
    browser.cookies.set("_token", token)
    page = browser.get(f"{system.stack.api_url}/cierre/{path}", headers={"Accept-Language": "en"}, timeout=60)
    page.raise_for_status()
    return page.text


class Page:
    """docs/operators/operations.md, whose tables the tests make."""

    PATH = Path(__file__).parents[2] / "docs" / "operators" / "operations.md"
    BEGIN, END = "<!-- seen by the tests: make operations -->\n", "<!-- as far as here -->\n"
    HEAD = (
        "| what is done | Airflow shows | the board says | the ERP holds | what to do next |\n|---|---|---|---|---|\n"
    )

    def rows(self, *, but: tuple[str, ...] = ()) -> list[str]:
        """The rows of its tables, except those of some chapters."""
        chapters = self._parts()[1].split("### ")
        lines = [line for text in chapters if not text.startswith(but) for line in text.splitlines()]
        return [line for line in lines if line.startswith("| ") and line not in self.HEAD]

    def write(self, rows: Iterable[Row]) -> None:
        """Writes its tables anew, one a chapter."""
        chapters: dict[str, list[str]] = {}
        for row in rows:
            chapters.setdefault(row.chapter, []).append(row.markdown)
        text = "\n".join(
            f"### {chapter}\n\n{self.HEAD}" + "".join(f"{line}\n" for line in chapters[chapter])
            for chapter in sorted(chapters, key=CHAPTERS.index)
        )
        before, _, after = self._parts()
        self.PATH.write_text(f"{before}{self.BEGIN}\n{text}\n{self.END}{after}")

    def _parts(self) -> tuple[str, str, str]:
        before, rest = self.PATH.read_text().split(self.BEGIN)
        tables, after = rest.split(self.END)
        return before, tables, after
