"""`make backfill`: a range of business dates of a cash box, or of all a company's, closed by Airflow, with progress."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bookkeeping.cash_box import CashBox
from cash_close.names import PREFIX
from local.airflow_api import AirflowApi
from local.errors import LocalError
from local.stack import LONG_AGO, Stack
from mappings.loader import cash_boxes

AT_ONCE = 4
"""Days of one box at once; how many tasks call a vendor at once is the pool's to say."""

ENDED = ("success", "failed")
ELSEWHERE = ("CIERRE_AIRFLOW_URL", "CIERRE_AIRFLOW_USER", "CIERRE_AIRFLOW_PASSWORD")


def backfill(stack: Stack, company: str, box: str, first: date, last: date, console: Console) -> int:
    """Closes ``first`` to ``last``, both inclusive, of one box or of a company's; days that failed are run again.

    Days that were closed before are left alone; closing them again would send nothing. Returns 0 if every day ended
    well. Works on the Airflow that ``CIERRE_AIRFLOW_URL`` names, else on the local stack, which is started for it and
    stopped again unless it runs. Raises LocalError where there is no such box, or Airflow refuses.
    """
    boxes = _asked(company, box)
    if first > last:
        raise LocalError(f"FROM={first} is after TO={last}.")
    with _airflow(stack, boxes, console) as api:
        with console.status("Starting, after backfills that are still under way"):
            runs = {one.id: _start(api, one, first, last) for one in boxes.values()}
        states = _watch(api, boxes, runs, first, last, console)
    failed = [(box_id, day) for box_id, days in states.items() for day, state in days.items() if state == "failed"]
    closed = sum(state == "success" for days in states.values() for state in days.values())
    console.print(f"{closed} days closed, {len(failed)} failed; days that are not over, or were closed, are not run.")
    for box_id, day in failed:
        where = f"{api.url}/dags/{PREFIX}{box_id}"
        console.print(f"[red]{boxes[box_id].name}, {day}: failed.[/] Its log says why: {where}", soft_wrap=True)
    return 1 if failed else 0


def _asked(company: str, box: str) -> dict[str, CashBox]:
    known = cash_boxes()
    if bool(company) == bool(box):
        raise LocalError("Say COMPANY=… or BOX=…, one of the two.")
    found = {one.id: one for one in known.values() if company == one.company or box == one.id}
    if not found:
        names = sorted({one.company for one in known.values()} if company else known)
        raise LocalError(
            f"There is no {'company' if company else 'cash box'} {company or box}; known: {', '.join(names)}"
        )
    return found


@contextmanager
def _airflow(stack: Stack, boxes: Mapping[str, CashBox], console: Console) -> Iterator[AirflowApi]:
    elsewhere = [os.environ.get(name, "") for name in ELSEWHERE]
    if all(elsewhere):
        yield AirflowApi(*elsewhere)
        return
    stays = stack.running()
    try:
        with console.status("Starting PostgreSQL, the sandbox and Airflow"):
            stack.up()
        with console.status("Waiting until Airflow has read the DAGs"):
            while {PREFIX + box_id for box_id in boxes} - stack.api.parsed_dags(PREFIX, LONG_AGO):
                time.sleep(0.5)
        yield stack.api
    finally:
        if not stays:
            with console.status("Stopping"):
                stack.down()


def _start(api: AirflowApi, box: CashBox, first: date, last: date) -> list[str]:
    """Starts the box's backfill; the days it runs, as their keys. Before the box's start there is nothing to close."""
    first = max(first, box.start_date)
    if first > last:
        return []
    while api.backfill_under_way(PREFIX + box.id):
        time.sleep(1)
    api.unpause(PREFIX + box.id)
    return api.backfill(PREFIX + box.id, first, last, at_once=AT_ONCE)


def _watch(
    api: AirflowApi,
    boxes: Mapping[str, CashBox],
    runs: Mapping[str, list[str]],
    first: date,
    last: date,
    console: Console,
) -> dict[str, dict[str, str]]:
    """Shows a bar for each box until every day has ended; the last state of each day, by box and day."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[doing]}"))
    states: dict[str, dict[str, str]] = {box_id: {} for box_id in boxes}
    began = datetime.now().astimezone()
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        bars = {
            box.id: progress.add_task(box.name, total=len(runs[box.id]), doing="" if runs[box.id] else "nothing to run")
            for box in boxes.values()
        }
        while going := {box_id for box_id, days in states.items() if len(_ended(days)) < len(runs[box_id])}:
            for box_id in going:
                newest = api.days(PREFIX + box_id, first, last, since=began)
                states[box_id] = {day: newest.get(day, "queued") for day in runs[box_id]}
                ended = _ended(states[box_id])
                failed = sum(state == "failed" for state in ended)
                doing = f"[red]{failed} failed" if failed else ", ".join(_running(states[box_id])[:AT_ONCE])
                progress.update(bars[box_id], completed=len(ended), doing=doing)
            time.sleep(1)
    return states


def _ended(days: Mapping[str, str]) -> list[str]:
    return [state for state in days.values() if state in ENDED]


def _running(days: Mapping[str, str]) -> list[str]:
    return [day for day, state in days.items() if state == "running"]
