"""A whole system with as many boxes as a benchmark needs, beside as many DAGs of empty tasks."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import psutil
import psycopg
import requests

from benchmarks.boxes import FIRST_KEY, TENANT, make_boxes
from benchmarks.measure import cents_of
from cierre.ledger import session
from local import processes
from local.settings import PROJECT, Ports
from local.stack import Stack
from sandbox.client import SandboxClient
from sandbox.connections import connections

CLOSE, EMPTY, PLAIN = "cash_close__", "empty__", "plain__"
PEERS = {EMPTY: "empty_boxes.py", PLAIN: "plain_boxes.py"}
PATIENCE_SECONDS = 600


@contextmanager
def system(
    home: Path,
    boxes: int,
    *,
    peers: Sequence[str] = (),
    open_boxes: int | None = None,
    companies: int = 0,
    settings: Mapping[str, str] | None = None,
) -> Iterator["System"]:
    """A stack in a fresh folder, with so many boxes, its DAGs read; stopped at the end.

    ``peers``: other DAGs that each box has, too (EMPTY, PLAIN). ``open_boxes``: how many of them SGA knows (all).
    ``companies``: see make_boxes. ``settings``: of Airflow, beside those that a benchmark needs.
    """
    Stack(home, Ports()).down()
    shutil.rmtree(home, ignore_errors=True)
    ids = make_boxes(home / "mappings", boxes, companies=companies)
    dags = home / "dags"
    dags.mkdir()
    shutil.copy(PROJECT / "dags" / "cash_close.py", dags)
    for peer in peers:
        shutil.copy(PROJECT / "benchmarks" / "peers" / PEERS[peer], dags)
    given = {
        "CIERRE_MAPPINGS_DIR": str(home / "mappings"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        # What runs, the benchmark has started.
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
        "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "900",
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "900",
        # Read once: the files do not change, and parsing them again is no part of a close.
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "7200",
        "AIRFLOW__SCHEDULER__MAX_DAGRUNS_TO_CREATE_PER_LOOP": "50",
        **(settings or {}),
    }
    stack = Stack(home, Ports.free(), given=given)
    began = time.monotonic()
    stack.up()
    try:
        found = System(stack, ids)
        for count in range(boxes if open_boxes is None else open_boxes):
            found.sandbox.open_box(TENANT, FIRST_KEY + count)
        found.wait(lambda: found.known() >= boxes * (1 + len(peers)), "the DAGs to be read", every=0.5)
        found.seconds_until_read = time.monotonic() - began
        yield found
    finally:
        with suppress(UnboundLocalError):
            found.metadata.close()
        stack.down()


class System:
    """A running stack and its boxes."""

    seconds_until_read = 0.0

    def __init__(self, stack: Stack, boxes: Sequence[str]) -> None:
        self.stack, self.boxes = stack, list(boxes)
        self.sandbox = SandboxClient(stack.sandbox_url)
        self.metadata = psycopg.connect(stack.cluster.dsn("airflow"), autocommit=True)

    def known(self) -> int:
        """How many DAGs have been read and stored."""
        return self.metadata.execute("SELECT count(DISTINCT dag_id) FROM serialized_dag").fetchone()[0]

    def run(
        self, prefix: str, boxes: Sequence[str], day: date, *, patience: float = PATIENCE_SECONDS
    ) -> dict[str, Any]:
        """Runs a day of boxes, all let loose at once; seconds until the last has ended, and the most memory meanwhile.

        Raises RuntimeError where a run does not end well, TimeoutError where that takes longer than ``patience``.
        """
        dags = [prefix + box for box in boxes]
        self.metadata.execute("UPDATE dag SET is_paused = true WHERE dag_id = ANY(%s)", (dags,))
        runs = {dag: self.stack.api.trigger(dag, day) for dag in dags}
        with most_memory(self.stack) as memory:
            began = time.perf_counter()
            self.metadata.execute("UPDATE dag SET is_paused = false WHERE dag_id = ANY(%s)", (dags,))
            self.wait(lambda: self._ended(runs) == len(runs), f"{len(runs)} runs to end", every=0.2, patience=patience)
            seconds = time.perf_counter() - began
        if failed := [dag for dag, run in runs.items() if self._state(dag, run) != "success"]:
            raise RuntimeError(f"{len(failed)} of {len(runs)} runs failed, {failed[0]} first")
        return {"seconds": seconds, "peak_bytes": memory[0], "rows": len(runs), "cents": 0} | self._tasks(runs)

    def write_down(self, day: date) -> None:
        """Has the stand-in of SGA make the boxes' day, which it else does when it is first asked."""
        address = f"{connections(self.stack.sandbox_url)['sga_itb']['host']}/api"
        for count in range(len(self.boxes)):
            asked = {"a": "facturacionNewProcess", "fecha": f"{day:%d-%m-%Y}", "caja": FIRST_KEY + count}
            requests.get(address, params=asked, timeout=60).raise_for_status()

    def posted_cents(self, day: date) -> int:
        """What the ledger's books of a day come to."""
        asked = "SELECT sum(total) FROM ledger.entry WHERE reverses IS NULL AND business_date = %s"
        with session.connect(self.stack.ledger_dsn) as ledger:
            return cents_of(ledger.execute(asked, (day,)).fetchone()[0])

    def wait(self, ready: Callable[[], Any], what: str, *, every: float, patience: float = PATIENCE_SECONDS) -> None:
        """Until ``ready`` says so; raises TimeoutError."""
        until = time.monotonic() + patience
        while not ready():
            if time.monotonic() > until:
                raise TimeoutError(f"waited {patience:.0f} s for {what}")
            time.sleep(every)

    def erp_writes(self) -> int:
        """How many calls the ERP has had so far."""
        return self.sandbox.calls(vendor="protheus")

    def _ended(self, runs: dict[str, str]) -> int:
        asked = "SELECT count(*) FROM dag_run WHERE run_id = ANY(%s) AND dag_id = ANY(%s) AND end_date IS NOT NULL"
        return self.metadata.execute(asked, (list(runs.values()), list(runs))).fetchone()[0]

    def _state(self, dag: str, run: str) -> str:
        asked = "SELECT state FROM dag_run WHERE dag_id = %s AND run_id = %s"
        return self.metadata.execute(asked, (dag, run)).fetchone()[0]

    def _tasks(self, runs: dict[str, str]) -> dict[str, Any]:
        """Of the tasks that ran: the median seconds in the queue (until its process begins) and of the task itself; and
        those of a run from its start to its end, as Airflow notes them."""
        row = self.metadata.execute(
            "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM start_date - queued_dttm)),"
            "       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM end_date - start_date))"
            "  FROM task_instance WHERE run_id = ANY(%s) AND dag_id = ANY(%s) AND queued_dttm IS NOT NULL",
            (list(runs.values()), list(runs)),
        ).fetchone()
        lasted = self.metadata.execute(
            "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM end_date - start_date))"
            "  FROM dag_run WHERE run_id = ANY(%s) AND dag_id = ANY(%s)",
            (list(runs.values()), list(runs)),
        ).fetchone()
        queued, ran, run = (round(float(seconds), 2) for seconds in (*row, *lasted))
        return {"task_queued_s": queued, "task_runs_s": ran, "run_s": run}


@contextmanager
def most_memory(stack: Stack, *, every: float = 3.0) -> Iterator[list[int]]:
    """The most memory that all of a stack's processes, PostgreSQL's too, hold during the block, in bytes.

    What processes share counts once (PSS), where the system tells it.
    """
    most, over = [0], threading.Event()

    def look() -> None:
        while not over.is_set():
            most[0] = max(most[0], sum(map(_held, _processes(stack))))
            over.wait(every)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield most
    finally:
        over.set()
        watcher.join()


def _processes(stack: Stack) -> list[psutil.Process]:
    found = processes.of(stack.home)
    if pid := stack.cluster.pid:
        with suppress(psutil.Error):
            server = psutil.Process(pid)
            found += [server, *server.children(recursive=True)]
    return list({process.pid: process for process in found}.values())


def _held(process: psutil.Process) -> int:
    try:
        told = process.memory_full_info()
    except (psutil.Error, OSError):
        return 0
    return getattr(told, "pss", told.uss)
