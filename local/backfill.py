"""`make backfill`: the days of a range that the ledger does not hold as closed, closed by Airflow, with progress.

Airflow's own word for a day is not asked: a dry run, a run that was marked by hand or a ledger restored from a backup
leave runs that ended well for days that are not closed. It may be stopped at any time; called again, it goes on with
what is missing.
"""

import os
import secrets
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.days import refused_range
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.names import PREFIX
from cierre.language.say import count, say
from cierre.ledger import overview, session
from cierre.reports.plain_console import coloured
from local.airflow_api import AirflowApi, AirflowUnreachable
from local.environment import libpq_dsn
from local.errors import LocalError
from local.stack import LONG_AGO, Stack
from local.start import start

AT_ONCE = 4
"""Days of one box at once; how many tasks call a vendor at once is the pool's to say."""

PATIENCE = timedelta(minutes=5)
"""How long an Airflow that does not answer is asked again."""

MOST_DAYS = 10 * 366
"""Of a range that is closed at once."""

ENDED = ("success", "failed")
ELSEWHERE = ("CIERRE_AIRFLOW_URL", "CIERRE_AIRFLOW_USER", "CIERRE_AIRFLOW_PASSWORD")
LEDGER = "AIRFLOW_CONN_LEDGER_DB"


@dataclass
class _Progress:
    """One box's days: those still to be started, those under way by their run's id, and how the others ended."""

    missing: deque[date]
    total: int
    under_way: dict[str, date] = field(default_factory=dict)
    ended: dict[date, str] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Whether nothing is left to start or to wait for."""
        return not self.missing and not self.under_way


def backfill(stack: Stack, company: str, box: str, first: date, last: date, console: Console) -> int:
    """Closes the days from ``first`` to ``last``, both inclusive, that the ledger does not hold as closed.

    Of one box, or of all of a company's. Returns 0 if the ledger holds every day as closed afterwards. Works on the
    Airflow that ``CIERRE_AIRFLOW_URL`` names, with the ledger that ``AIRFLOW_CONN_LEDGER_DB`` names, else on the local
    stack, which is started for it and stopped again unless it runs. Raises LocalError for days that refused_range does
    not take, and where there is no such box, where the ledger cannot be asked, or where Airflow refuses.
    """
    boxes = wanted(company, box)
    if refused := refused_range(first, last, datetime.now(UTC).date(), MOST_DAYS):
        raise LocalError(refused)
    with ready_airflow(stack, boxes, console) as (api, dsn):
        missing = {name: _missing(dsn, one, first, last) for name, one in boxes.items()}
        work = {box_id: _Progress(deque(days), len(days)) for box_id, days in missing.items()}
        _run(api, boxes, work, console)
        left = {name: _missing(dsn, one, first, last) for name, one in boxes.items()}
        return _report(api, boxes, work, left, console)


def wanted(company: str, box: str) -> dict[str, CashBox]:
    """The boxes of a company, or one box, by the stems of their files; the box also by the name that it had formerly.
    Raises LocalError where there is none, or where not one of the two is said."""
    known = {one.file: one for one in cash_boxes().values()}
    if bool(company) == bool(box):
        raise LocalError(Sentence("Say COMPANY=… or BOX=…, one of the two."))
    found = {name: one for name, one in known.items() if company == one.company or box in (name, one.id)}
    if not found:
        names = sorted({one.company for one in known.values()} if company else known)
        told = (
            "There is no company {name}; known: {names}" if company else "There is no cash box {name}; known: {names}"
        )
        raise LocalError(Sentence(told, name=company or box, names=", ".join(names)))
    return found


def failed_run(api: AirflowApi, dag_id: str, run_id: str) -> LocalError:
    """What is told of a run that failed, with where it is seen."""
    where = f"{api.url}/dags/{dag_id}/runs/{run_id}"
    return LocalError(Sentence("The run {run} of {dag} failed: {where}", run=run_id, dag=dag_id, where=where))


@contextmanager
def ready_airflow(stack: Stack, boxes: Mapping[str, CashBox], console: Console) -> Iterator[tuple[AirflowApi, str]]:
    """Airflow, ready to run the boxes, and the ledger that it closes days in: its libpq URI."""
    elsewhere = [os.environ.get(name, "") for name in ELSEWHERE]
    if all(elsewhere):
        if not os.environ.get(LEDGER):
            told = "Only the ledger knows which days are closed: set {variable} to that of {airflow}."
            raise LocalError(Sentence(told, variable=LEDGER, airflow=elsewhere[0]))
        yield AirflowApi(*elsewhere), libpq_dsn(os.environ[LEDGER])
        return
    stays = stack.running()
    try:
        start(stack, console)
        with console.status(say("Waiting until Airflow has read the DAGs")):
            while {PREFIX + one.file for one in boxes.values()} - stack.api.parsed_dags(PREFIX, LONG_AGO):
                time.sleep(0.5)
        yield stack.api, stack.reader_dsn
    finally:
        if not stays:
            with console.status(say("Stopping")):
                stack.down()


def _missing(dsn: str, box: CashBox, first: date, last: date) -> list[date]:
    """The box's days of the range that are over and that the ledger does not hold as closed, oldest first."""
    try:
        with session.connect(dsn) as ledger:
            closed = overview.closed_days(ledger, first)
    except psycopg.OperationalError as error:
        told = "The ledger cannot be asked which days are closed: {why}"
        raise LocalError(Sentence(told, why=str(error).splitlines()[0])) from None
    now, begin = datetime.now(UTC), max(first, box.start_date)
    days = (begin + timedelta(days=number) for number in range((last - begin).days + 1))
    return [day for day in days if (box.id, day) not in closed and box.is_over(day, now)]


def _run(api: AirflowApi, boxes: Mapping[str, CashBox], work: Mapping[str, _Progress], console: Console) -> None:
    """Starts the missing days, a few of each box at once, and shows a bar for each box until all have ended."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[doing]}"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        bars = {
            name: progress.add_task(box.name, total=work[name].total, doing=_doing(work[name]))
            for name, box in boxes.items()
        }
        asked = datetime.now(UTC)
        while going := [box_id for box_id, days in work.items() if not days.done]:
            try:
                for box_id in going:
                    _go_on(api, PREFIX + boxes[box_id].file, work[box_id])
                    days = work[box_id]
                    progress.update(bars[box_id], completed=len(days.ended), doing=_doing(days))
                asked = datetime.now(UTC)
            except AirflowUnreachable:
                if datetime.now(UTC) - asked > PATIENCE:
                    raise
            time.sleep(1)


def _go_on(api: AirflowApi, dag_id: str, days: _Progress) -> None:
    """Notes which runs of a box have ended, and starts further ones."""
    for run_id, day in list(days.under_way.items()):
        state = api.run_state(dag_id, run_id)
        if state in ENDED:
            days.ended[day] = state
            del days.under_way[run_id]
    if days.missing and len(days.under_way) < AT_ONCE:
        api.unpause(dag_id)
    while days.missing and len(days.under_way) < AT_ONCE:
        # By this name its tasks give way to today's closes (cierre.orchestration.priority).
        run_id = f"{days.missing[0]}__backfill__{secrets.token_hex(4)}"
        api.trigger(dag_id, days.missing[0], run_id=run_id)
        days.under_way[run_id] = days.missing.popleft()


def _doing(days: _Progress) -> str:
    failed = sum(state == "failed" for state in days.ended.values())
    if failed:
        return f"[red]{say('{n} failed', n=count(failed))}"
    return ", ".join(map(str, days.under_way.values())) or ("" if days.total else say("nothing to run"))


def _report(
    api: AirflowApi,
    boxes: Mapping[str, CashBox],
    work: Mapping[str, _Progress],
    left: Mapping[str, list[date]],
    console: Console,
) -> int:
    """What the ledger says afterwards of the days that were missing; 0 where none is missing any more."""
    failed = [(box_id, day) for box_id, days in left.items() for day in days]
    closed = sum(days.total for days in work.values()) - len(failed)
    told = (
        "{closed} days closed, {failed} failed; days that are not over, or that the ledger holds as closed, are not"
        " run."
    )
    console.print(say(told, closed=count(closed), failed=count(len(failed))))
    for box_id, day in failed:
        where = f"{api.url}/dags/{PREFIX}{boxes[box_id].file}"
        ended = work[box_id].ended.get(day)
        if ended == "success":
            why = say("its run ended well, and the ledger does not hold it as closed")
        else:
            why = say("failed")
        more = say("Its log says more: {where}", where=where)
        console.print(coloured(f"{boxes[box_id].name}, {day}: {why}.", "red"), more, soft_wrap=True)
    return 1 if failed else 0
