"""`kill -9` at every step of a close, of the real task's process, by the real scheduler, without a switch anywhere.

All the days are closed at the same time, so that the leases of what was killed run out together.
"""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from e2e.holds import BoxDay, of_the_day
from e2e.kill_points import POINTS, KillPoint
from e2e.kill_report import REPORT, Kill
from e2e.oracle import assert_closed_once, attempts, live_documents
from local import processes

JUNE = [date(2024, 6, day) for day in (4, 6, 7, 11, 13, 14)]
CASH = 1


@dataclass
class Killed:
    """What a kill led to: the run's state in the end, how often the killed step was tried, and whether by a person."""

    it: BoxDay
    state: str
    tries: int
    cleared: bool


@pytest.fixture(scope="module")
def kills(system, boxes) -> dict[KillPoint, Future[Killed]]:
    """Every kill of the table, each on a day of its own, all at once."""
    withdrawing = box_that_corrects_by_delete(system)
    configured = system.cash_boxes()
    for box in boxes:
        system.api.unpause(f"cash_close__{box}")
    days = {
        "reversal": product(JUNE, [configured[box] for box in boxes]),
        "delete": product(JUNE, [configured[withdrawing]]),
    }
    # It would empty addresses in the place of the tasks that are to be killed while they do.
    system.api.call("PATCH", "/dags/erp_reaper", json={"is_paused": True})
    with ThreadPoolExecutor(len(POINTS)) as pool:
        futures = {}
        for point in POINTS:
            day, box = next(days[point.correction])
            futures[point] = pool.submit(kill_and_recover, system, point, system.box_day(box, day))
    system.api.unpause("erp_reaper")
    return futures


def box_that_corrects_by_delete(system) -> str:
    folder = system.mappings / "cash_boxes"
    text = (folder / "itb_caja_164.yaml").read_text().replace("Caja 164", "Caja 167").replace("key: 164", "key: 167")
    text = text.replace("lot: 008964", "lot: 008967\n  correction: delete")
    (folder / "itb_caja_167.yaml").write_text(text)
    system.wait(lambda: known(system, "itb_caja_167"), "the new box's DAG")
    system.api.unpause("cash_close__itb_caja_167")
    return "itb_caja_167"


def known(system, box: str) -> bool:
    return bool(system.api.call("GET", "/dags", params={"dag_id_pattern": f"cash_close__{box}"})["dags"])


def end_of(system, dag: str, run: str) -> str | None:
    """How a run ended. Read from Airflow's database: so many ask that its API would do nothing else."""
    ended = system.metadata.execute(
        "SELECT state FROM dag_run WHERE dag_id = %s AND run_id = %s AND state IN ('success', 'failed')", (dag, run)
    )
    return next((state for (state,) in ended), None)


def kill_and_recover(system, point: KillPoint, it: BoxDay) -> Killed:
    """Closes the day with a kill at the point, and waits until its run has ended well."""
    api, dag = system.stack.api, f"cash_close__{it.box.id}"

    def close() -> str:
        return api.trigger(dag, it.day)

    def ended(run: str) -> str:
        return system.wait(lambda: end_of(system, dag, run), f"{run} to end ({point.label})", every=1)

    if point.closed:
        assert ended(close()) == "success"
    if point.changed:
        it.sandbox.pay_late(it.tenant, int(it.box.key), it.day, CASH, Decimal("12.50"))
    if point.fault:
        action, operation = point.fault
        it.sandbox.faults.add(action, vendor="protheus", operation=operation, match=of_the_day(it))
    holds = [point.holds[0](it)]
    run = close()
    system.wait(holds[-1].reached, point.label, every=0.3)
    for place in point.holds[1:]:
        holds.append(place(it))
        holds[-2].release()
        system.wait(holds[-1].reached, point.label, every=0.3)
    kill(it, point)
    if point.released == "at once":
        holds[-1].release()
    state = ended(run)
    if cleared := state == "failed":
        (task,) = (task for task in api.tasks([run]) if task.dag_id == dag and task.state == "failed")
        api.clear(dag, run, task.task_id)
        state = ended(run)
    holds[-1].release()
    tries = max(task.try_number for task in api.tasks([run]) if task.dag_id == dag)
    return Killed(it, state, tries, cleared)


def kill(it: BoxDay, point: KillPoint) -> None:
    """`kill -9` of the task that works on the day, its supervisor, or both; and of its database session if so told."""
    backend, _ = it.at_work()
    task = it.task()
    supervisor = task.parent()
    victims = {"task": [task], "supervisor": [supervisor], "task and supervisor": [supervisor, task]}[point.killed]
    for victim in victims:
        assert processes.belongs(victim, it.home)
        victim.kill()
    while any(map(processes.alive, victims)):
        time.sleep(0.01)
    if point.severed:
        it.ledger.execute("SELECT pg_terminate_backend(%s)", [backend])


def empty_again(system, it: BoxDay) -> None:
    """Lets the sweep of the addresses that were given up come by, as if five minutes had passed."""
    it.ledger.execute(
        "UPDATE erp.attempt SET decided_at = decided_at - interval '5 minutes',"
        " reaped_at = reaped_at - interval '5 minutes' FROM ledger.entry"
        " WHERE entry.entry_id = attempt.entry_id AND box = %s AND business_date = %s AND state = 'doomed'",
        (it.box.id, it.day),
    )
    run = system.api.call("POST", "/dags/erp_reaper/dagRuns", json={"logical_date": None})["dag_run_id"]
    assert system.wait(lambda: system.api.run_state("erp_reaper", run) == "success", "the sweep")


def told(killed: Killed, states: list[str]) -> str:
    by = "cleared by hand" if killed.cleared else "by itself"
    return f"{killed.state} {by} at try {killed.tries}; attempts: {', '.join(states)}"


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.label)
def test_a_killed_close_ends_with_exactly_one_live_document_an_entry(system, kills, point):
    killed = kills[point].result()
    assert killed.state == "success"
    if point.released == "after the close":
        assert len(live_documents(killed.it)) == 2
        empty_again(system, killed.it)
    states = attempts(killed.it)
    live = live_documents(killed.it)
    REPORT.add(
        Kill(point.label, point.killed, told(killed, states), states.count("confirmed"), len(live)),
        system.stack.home / "kills.json",
    )
    assert_closed_once(killed.it)
    assert tuple(states) == point.attempts
