"""The demo: one business date of every cash box, closed by the real Airflow, and what the ledger then says of it."""

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import counted, say
from cierre.ledger import overview, session
from local import report
from local.airflow_api import AirflowApi, Task
from local.demo_bank import arrive
from local.environment import TIMEZONE
from local.files import tail
from local.stack import LONG_AGO, Stack, StackError
from local.start import start

PREFIX = "cash_close__"
PARSING_SECONDS = 90
LOOK_SECONDS = 1
"""Airflow's API takes a fifth to a half of a second of a processor for an answer, of which the tasks are in need."""

ENDED = {"success", "failed", "upstream_failed", "skipped", "removed"}


def demo(stack: Stack, day: date | None, console: Console) -> int:
    """Close a business date (yesterday if None) of every cash box and show the result.

    Returns the exit status: 0 if every box reconciled or had no activity. The stack is left as it was: stopped again
    unless it ran before. Raises MappingError for a wrong file of a cash box, and what `Stack.up` raises.
    """
    day = day or datetime.now(ZoneInfo(TIMEZONE)).date() - timedelta(days=1)
    boxes = cash_boxes()
    stays = stack.running()
    try:
        began = LONG_AGO if stays else datetime.now(UTC)
        start(stack, console)
        with console.status(say("Waiting until Airflow has read the DAGs")):
            _wait_for_dags(stack.api, boxes, since=began)
        with session.connect(stack.reader_dsn) as ledger:
            ((since,),) = ledger.execute("SELECT now()").fetchall()
            failed = _close(stack.api, boxes, day, console)
            found = {box_day.box: box_day for box_day in overview.day(ledger, day)}
            posted = overview.posted_since(ledger, day, since)
        with session.connect(stack.ledger_dsn) as ledger:
            arrived = arrive(ledger, boxes, day, stack.sandbox_url)
        _explain(stack, boxes, failed, console)
        console.print(report.table(day, boxes, found, arrived.signs))
        for line in arrived.told():
            console.print(line)
        news = counted(posted, "{n} new ERP document was posted.", "{n} new ERP documents were posted.")
        console.print(news if posted else say("Nothing new was posted to the ERP."))
    finally:
        if not stays:
            with console.status(say("Stopping")):
                stack.down()
    where = say("The web UI: {url}" if stays else "The web UI: `make up`, then {url}", url=stack.api_url)
    console.print(where, soft_wrap=True)
    return 0 if not failed and report.all_green(boxes, found) else 1


def _wait_for_dags(api: AirflowApi, boxes: Mapping[str, CashBox], since: datetime) -> None:
    expected = {PREFIX + box.file for box in boxes.values()}
    patience, before = time.monotonic() + PARSING_SECONDS, expected
    while missing := expected - api.parsed_dags(PREFIX, since):
        if missing < before:
            patience, before = time.monotonic() + PARSING_SECONDS, missing
        if time.monotonic() > patience:
            errors = "\n".join(api.import_errors()) or Sentence("Airflow reports no error in the DAG files.")
            names = ", ".join(sorted(missing))
            raise StackError(Sentence("Airflow did not find {names}.\n{errors}", names=names, errors=errors))
        time.sleep(LOOK_SECONDS)


def _close(api: AirflowApi, boxes: Mapping[str, CashBox], day: date, console: Console) -> list[Task]:
    """Close the day of every box, showing progress; returns the tasks that failed."""
    runs = {}
    for box in boxes.values():
        api.unpause(PREFIX + box.file)
        runs[PREFIX + box.file] = api.trigger(PREFIX + box.file, day)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[doing]}"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        bars = {
            PREFIX + box.file: progress.add_task(box.name, total=None, doing=say("queued")) for box in boxes.values()
        }
        failed: list[Task] = []
        while bars:
            tasks = api.tasks(runs.values())
            for dag_id in list(bars):
                steps = [task for task in tasks if (task.dag_id, task.run_id) == (dag_id, runs[dag_id])]
                done = [step for step in steps if step.state in ENDED]
                progress.update(bars[dag_id], total=len(steps) or None, completed=len(done), doing=_doing(steps))
                if steps and len(done) == len(steps):
                    progress.stop_task(bars.pop(dag_id))
                    failed += [step for step in steps if step.state == "failed"]
            time.sleep(LOOK_SECONDS)
    return failed


def _doing(steps: list[Task]) -> str:
    if any(step.state == "failed" for step in steps):
        return f"[red]{say('failed')}"
    if steps and all(step.state in ENDED for step in steps):
        return f"[green]{say('closed')}"
    return ", ".join(f"{step.task_id} {say(step.state)}" for step in steps if step.state and step.state not in ENDED)


def _explain(stack: Stack, boxes: Mapping[str, CashBox], failed: list[Task], console: Console) -> None:
    names = {PREFIX + box.file: box.name for box in boxes.values()}
    for task in failed:
        file = stack.task_log(task)
        failed_step = say("{box}: {step} failed.", box=names[task.dag_id], step=task.task_id)
        console.print(failed_step, style="red")
        console.print("\n".join(_errors(stack.api.log(task))) or tail(file, 15))
        console.print(say("Its log: {file}", file=file), soft_wrap=True)


def _errors(log: list[dict[str, Any]]) -> list[str]:
    """The lines of a task's log that say why it failed."""
    lines = []
    for record in log:
        if record.get("level") in ("error", "critical"):
            lines.append(record["event"])
            lines += [f"{detail['exc_type']}: {detail['exc_value']}" for detail in record.get("error_detail") or []]
    return lines[-15:]
