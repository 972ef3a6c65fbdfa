"""`kill -9` of what a close runs on, while the ERP is at work on its journal: PostgreSQL, the scheduler, everything."""

from collections.abc import Callable
from datetime import date

import psutil
import pytest

from e2e.holds import BoxDay, erp
from e2e.kill_report import REPORT, Recovery
from e2e.oracle import assert_closed_once, live_documents
from e2e.servers import kill, kill_part
from local import processes

BOX = "itb_caja_164"


def kill_postgres(system) -> None:
    """PostgreSQL dies with all its sessions, Airflow's too, and is started again."""
    kill([psutil.Process(system.stack.cluster.pid)], system)
    system.stack.cluster.start()


def kill_the_scheduler(system) -> None:
    """The scheduler dies; who supervises it starts it again."""
    kill_part(system, "scheduler")


def kill_everything(system) -> None:
    """Every process dies at once, as with the machine; a person starts it all again."""
    server = psutil.Process(system.stack.cluster.pid)
    kill([*processes.of(system.stack.home), server], system)
    system.stack.up()


ALWAYS = "PostgreSQL"
DISASTERS = {
    "PostgreSQL": (date(2024, 7, 2), kill_postgres),
    "scheduler": (date(2024, 7, 4), kill_the_scheduler),
    "every process, PostgreSQL too": (date(2024, 7, 5), kill_everything),
}


def struck(system, day: date, disaster: Callable) -> tuple[BoxDay, Recovery]:
    """Starts a close, lets the disaster come when the ERP has the journal and has not answered; how it went on."""
    box = system.cash_boxes()[BOX]
    it = system.box_day(box, day)
    hold = erp("insert", executes=True)(it)
    run = system.trigger(BOX, day)
    system.wait(lambda: live_documents(it), "the ERP to have the journal")
    it.pass_over_the_lease()
    disaster(system)
    system.connect()
    hold.release()
    return system.box_day(box, day), system.recovered(BOX, run)


@pytest.mark.parametrize(
    "killed", [pytest.param(killed, marks=() if killed == ALWAYS else pytest.mark.kills) for killed in DISASTERS]
)
def test_a_close_ends_with_exactly_one_live_document_though_its_servers_are_killed(system, boxes, killed):
    it, recovery = struck(system, *DISASTERS[killed])
    REPORT.note("post: executed, the answer is on its way", killed, recovery, it)
    assert recovery.state == "success"
    assert_closed_once(it)
