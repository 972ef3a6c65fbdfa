"""`kill -9` at every step of a close, of the real task's process, by the real scheduler, without a switch anywhere.

A few days at a time are brought to where their task is killed; what is waited for afterwards is waited for together.
Nothing here has to be in time: whoever is held stays so until it is struck, however busy the machine.
"""

import signal
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from itertools import product
from threading import Semaphore

import psutil
import pytest

from e2e.holds import BoxDay, of_the_day
from e2e.kill_points import POINTS, KillPoint
from e2e.kill_report import REPORT, Recovery
from e2e.oracle import assert_closed_once, attempts, live_documents
from local import processes

AT_A_TIME = 6
JUNE = [date(2024, 6, day) for day in (4, 6, 7, 11, 13, 14)]
CASH = 1

ROOM = """
INSERT INTO slot_pool (pool, slots, include_deferred) SELECT unnest(%s::text[]), 40, false
    ON CONFLICT (pool) DO UPDATE SET slots = EXCLUDED.slots
"""
"""For tasks that are held, or dead and not yet missed, each in the pool of its connection."""

Kills = dict[KillPoint, Future[tuple[BoxDay, Recovery]]]


@pytest.fixture(scope="module")
def kills(request, system, boxes) -> Kills:
    """The kills that this session asks for, each on a day of its own, all at once."""
    asked = [item.callspec.params["point"] for item in request.session.items if item.module is request.module]
    withdrawing = box_that_corrects_by_delete(system)
    configured = system.cash_boxes()
    schools = [configured[box] for box in boxes if configured[box].source == "sga"]
    system.metadata.execute(ROOM, [list({name for box in schools for name in (box.connection, box.erp.connection)})])
    days = {"reversal": product(JUNE, schools), "delete": product(JUNE, [configured[withdrawing]])}
    few = Semaphore(AT_A_TIME)
    with ThreadPoolExecutor(len(asked)) as pool:
        futures = {}
        for point in sorted(asked, key=lambda point: point.lease == "passed over"):  # what takes longest first
            day, box = next(days[point.correction])
            futures[point] = pool.submit(kill_and_recover, system, few, point, system.box_day(box, day))
    return futures


def box_that_corrects_by_delete(system) -> str:
    folder = system.mappings / "cash_boxes"
    text = (folder / "itb_caja_164.yaml").read_text().replace("Caja 164", "Caja 167").replace("key: 164", "key: 167")
    text = text.replace("lot: 008964", "lot: 008967\n  correction: delete")
    system.add_box("itb_caja_167", text)
    return "itb_caja_167"


def kill_and_recover(system, few: Semaphore, point: KillPoint, it: BoxDay) -> tuple[BoxDay, Recovery]:
    """Closes the day with a kill at the point, and waits until its run has ended well."""
    with few:
        if point.closed:
            assert system.close(it.box.id, it.day) == "success"
        if point.changed:
            it.sandbox.pay_late(it.tenant, int(it.box.key), it.day, CASH, Decimal("12.50"))
        if point.fault:
            action, operation = point.fault
            it.sandbox.faults.add(action, vendor="protheus", operation=operation, match=of_the_day(it))
        hold = point.holds[0](it)
        run = system.trigger(it.box.id, it.day)
        system.wait(hold.reached, point.label)
        for place in point.holds[1:]:
            passed, hold = hold, place(it)
            passed.release()
            system.wait(hold.reached, point.label)
        victims = strike(it, point)
        if point.killed == "zombie":
            hold.release()
            system.wait(lambda: attempts(it) == ["claimed"], "the claim to be kept")
        if point.severed:
            it.ledger.execute("SELECT pg_terminate_backend(%s)", it.at_work()[:1])
        if point.released == "at once":
            hold.release()
        if point.leaves_a_claim and point.lease == "passed over":
            system.wait(it.pass_over_the_lease, "the claim that is left")
    recovery = system.recovered(it.box.id, run)
    hold.release()
    if point.killed == "zombie":
        for process in victims:
            process.resume()
        system.wait(lambda: not processes.alive(victims[-1]), "the zombie to end")
    return it, recovery


def strike(it: BoxDay, point: KillPoint) -> list[psutil.Process]:
    """`kill -9`, or for a zombie `kill -STOP`, of the task that works on the day, its supervisor, or both."""
    task = it.task()
    supervisor = task.parent()
    victims = {"task": [task], "supervisor": [supervisor]}.get(point.killed, [supervisor, task])
    assert all(processes.belongs(victim, it.home) for victim in victims)
    for victim in victims:
        victim.send_signal(signal.SIGSTOP if point.killed == "zombie" else signal.SIGKILL)
    return victims


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


@pytest.mark.parametrize(
    "point",
    [pytest.param(point, marks=() if point.always else pytest.mark.kills) for point in POINTS],
    ids=lambda point: f"{point.killed}: {point.label}",
)
def test_a_killed_close_ends_with_exactly_one_live_document_an_entry(system, kills, point):
    it, recovery = kills[point].result()
    assert recovery.state == "success"
    if point.released == "after the close":
        assert len(live_documents(it)) == 2
        empty_again(system, it)
    REPORT.note(
        point.label, "zombie, woken after the close" if point.killed == "zombie" else point.killed, recovery, it
    )
    assert_closed_once(it)
    assert tuple(attempts(it)) == point.attempts
