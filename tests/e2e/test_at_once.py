"""Several runs of the same day at once, under two schedulers: the ERP still gets one document an entry."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import psutil
import pytest

from e2e.holds import BoxDay, erp
from e2e.oracle import assert_closed_once, attempts
from local import processes
from local.airflow_api import AirflowApiError
from local.migration import AIRFLOW
from local.settings import PROJECT

CASH = 1

WAITS_FOR_THE_DAY = """
SELECT count(*) FROM pg_locks
 WHERE locktype = 'advisory' AND NOT granted AND objsubid = 1
   AND (classid::int8 << 32) | objid::int8 = hashtextextended(%s, 0)
"""


@pytest.fixture(scope="module", autouse=True)
def two_schedulers(system, boxes) -> Iterator[None]:
    """A second scheduler on the same database, with workers of its own."""
    with open(system.stack.home / "logs" / "second-scheduler.log", "wb") as log:
        second = subprocess.Popen(
            [*AIRFLOW, "scheduler", "--skip-serve-logs"],
            env=system.stack.environment,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    process = psutil.Process(second.pid)
    system.wait(lambda: len(schedulers(system)) == 2, "the second scheduler")
    yield
    workers = process.children(recursive=True)
    processes.end([process], patience=15)
    processes.end(workers, patience=1)
    second.wait()


def schedulers(system) -> list[int]:
    """The jobs of the schedulers that run, in Airflow's database."""
    jobs = system.metadata.execute("SELECT id FROM job WHERE job_type = 'SchedulerJob' AND state = 'running'")
    return [job for (job,) in jobs]


def test_eight_runs_of_a_day_at_once_post_it_once(system):
    it = box_day(system, "conduce_caja_4", date(2024, 8, 6))
    eight_at_once(system, it)
    assert_closed_once(it)
    assert attempts(it) == ["confirmed"]
    assert calls(it, "insert") == 1


@pytest.mark.more
def test_eight_runs_of_a_day_that_changed_correct_it_once(system):
    it = box_day(system, "educacion_continua_caja_7", date(2024, 8, 6))
    assert system.close(it.box.id, it.day) == "success"
    it.sandbox.pay_late(it.tenant, int(it.box.key), it.day, CASH, Decimal("12.50"))
    eight_at_once(system, it)
    assert_closed_once(it)
    assert attempts(it) == ["confirmed"] * 3
    assert (calls(it, "insert"), calls(it, "reversal")) == (2, 1)


def test_two_schedulers_share_the_tasks(system):
    """Of the runs above, or else of more: under one alone, they would prove nothing."""
    days = (date(2024, 8, number) for number in (7, 8, 9))
    while set(schedulers(system)) - at_work(system):
        it = box_day(system, "conduce_caja_4", next(days))
        eight_at_once(system, it)
        assert_closed_once(it)


def at_work(system) -> set[int]:
    """The schedulers' jobs that have sent off tasks of closes."""
    jobs = system.metadata.execute(
        "SELECT DISTINCT queued_by_job_id FROM task_instance"
        " WHERE dag_id LIKE 'cash_close__%' AND queued_by_job_id IS NOT NULL"
    )
    return {job for (job,) in jobs}


@pytest.mark.more
def test_two_backfills_of_the_same_days_started_together_post_each_day_once(system):
    days = [box_day(system, "itb_caja_165", date(2024, 8, 6) + timedelta(days=n)) for n in range(2)]
    with ThreadPoolExecutor() as pool:
        answers = [pool.submit(backfill, system, days[0], days[1]) for _ in range(2)]
    # Airflow refuses the second, but where they come at the same moment it may let both in.
    assert any(answer.result() for answer in answers)
    for it in days:
        runs = all_runs_ended(system, it)
        assert set(runs) == {"success"}
        assert_closed_once(it)
        assert (attempts(it), calls(it, "insert")) == (["confirmed"], 1)


@pytest.mark.more
def test_a_task_that_is_stopped_while_it_posts_keeps_its_day_and_finishes_when_it_wakes(system):
    it = box_day(system, "itb_caja_165", date(2024, 8, 20))
    hold = erp("insert")(it)
    first = system.trigger(it.box.id, it.day)
    system.wait(hold.reached, "the post to be under way")
    task = it.task()
    task.suspend()
    hold.release()
    second = system.trigger(it.box.id, it.day)
    system.wait(lambda: waits_for_the_day(it), "the second run to queue for the day")
    assert attempts(it) == ["claimed"]
    task.resume()
    assert [system.finished(it.box.id, run) for run in (first, second)] == ["success", "success"]
    assert_closed_once(it)
    assert (attempts(it), calls(it, "insert")) == (["confirmed"], 1)


def box_day(system, box: str, day: date) -> BoxDay:
    system.api.unpause(f"cash_close__{box}")
    return system.box_day(system.cash_boxes()[box], day)


def eight_at_once(system, it: BoxDay) -> None:
    """A backfill and seven runs by hand, started together; all must end well."""
    before = len(runs_of(system, it))
    # First, since a backfill passes over a day that is under way.
    assert backfill(system, it, it)
    bodies = [
        {"dag_run_id": f"at_once_{it.day}_{number}", "logical_date": None, "partition_key": str(it.day)}
        for number in range(7)
    ]
    with ThreadPoolExecutor(len(bodies)) as pool:
        list(pool.map(lambda body: system.api.call("POST", f"/dags/{dag(it)}/dagRuns", json=body), bodies))
    assert all_runs_ended(system, it) == ["success"] * (before + 8)


def dag(it: BoxDay) -> str:
    return f"cash_close__{it.box.id}"


def backfill(system, first: BoxDay, last: BoxDay) -> bool:
    """Starts a backfill as the form does; False where Airflow refuses it, since another one of the DAG is running."""
    body = {
        "dag_id": dag(first),
        "from_date": f"{first.day}T00:00:00Z",
        "to_date": f"{last.day}T00:00:00Z",
        "reprocess_behavior": "completed",
    }
    try:
        system.api.call("POST", "/backfills", json=body)
    except AirflowApiError as refusal:
        if "409" not in str(refusal):
            raise
        return False
    return True


def runs_of(system, it: BoxDay) -> list[str]:
    """The states of the day's runs."""
    runs = system.metadata.execute(
        "SELECT state FROM dag_run WHERE dag_id = %s AND partition_key = %s", (dag(it), str(it.day))
    )
    return [state for (state,) in runs]


def all_runs_ended(system, it: BoxDay) -> list[str]:
    return system.wait(
        lambda: not {"queued", "running"} & set(runs_of(system, it)) and runs_of(system, it), f"all runs of {it.day}"
    )


def waits_for_the_day(it: BoxDay) -> bool:
    ((waiting,),) = it.ledger.execute(WAITS_FOR_THE_DAY, [f"{it.box.id}|{it.day}"])
    return waiting > 0


def calls(it: BoxDay, operation: str) -> int:
    """How many calls of a kind the ERP got that concern the day."""
    return it.sandbox.calls("protheus", operation, lot=it.box.erp.lot, date=f"{it.day:%d/%m/%Y}")
