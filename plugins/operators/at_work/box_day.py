"""A step at work on its box's day: which day, the ledger, the day's lock."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from typing import Any, Protocol

import psycopg

from cierre.accounting_files.companies import language_of
from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.cash_box import CashBox
from cierre.closing.business_date import DayNotOver, business_date
from cierre.closing.wiring import one_hook_of_an_erp
from cierre.language.say import in_language, say
from cierre.ledger import outages, session
from cierre.ledger.connection import open_ledger
from operators.at_work.failures import FailingStep, what_a_failure_means, why_kept
from operators.at_work.waiting import WaitingStep, asked_again, wait_until
from operators.form import DRY_RUN, params
from operators.parameters import refuse_unknown


class Step(FailingStep, WaitingStep, Protocol):
    """What is done with a step of a close, and the assets that it makes (``outlets``)."""

    outlets: list[Any]

    def close(self, box: CashBox, day: date, ledger: psycopg.Connection) -> dict[str, Any]:
        """Its work."""

    def rehearse(self, box: CashBox, day: date, ledger: psycopg.Connection) -> dict[str, Any]:
        """Its work in a dry run."""


def run(step: Step, context: Any) -> dict[str, Any]:
    """Does the step for the business date that a run names (by its task's ``context``), and returns what it says of
    itself. Raises what the task is to end with: see operators.at_work.failures."""
    dry_run = bool(context["params"].get(DRY_RUN))
    work = step.rehearse if dry_run else step.close
    box = _box(step)
    with (
        in_language(language_of(box.company)),
        asked_again(step, box, context),
        _locked_day(step, box, context) as (
            day,
            ledger,
        ),
        nullcontext() if dry_run else why_kept(step, box, day, ledger),
    ):
        outcome = {"box": box.id, "business_date": str(day)} | work(box, day, ledger)
        outages.over(ledger, box.id, day, step.task_id)
    for asset in step.outlets:
        # A run by parameter has no partition key of its own to hand on.
        context["outlet_events"][asset].add_partitions(str(day))
    return outcome


@contextmanager
def at_day(step: Step, context: Any) -> Iterator[tuple[CashBox, date, psycopg.Connection]]:
    """The step's box, the day that the run closes, and the ledger with that day's lock; what is said meanwhile is in
    the company's language, and errors become what the task is to end with."""
    box = _box(step)
    with in_language(language_of(box.company)), _locked_day(step, box, context) as (day, ledger):
        yield box, day, ledger


def _box(step: Step) -> CashBox:
    with what_a_failure_means(step, None):
        return cash_box(step.box)


@contextmanager
def _locked_day(step: Step, box: CashBox, context: Any) -> Iterator[tuple[date, psycopg.Connection]]:
    with what_a_failure_means(step, box):
        refuse_unknown(box.name, context, params(box))
        day = step.day = _business_date(step, box, context)
        step.log.info(say("{box}, business date {day}: step {step}.", box=box.name, day=day, step=step.task_id))
        with (
            open_ledger(step.ledger_connection) as ledger,
            session.box_day(ledger, box.id, day),
            one_hook_of_an_erp(),
        ):
            yield day, ledger


def _business_date(step: Step, box: CashBox, context: Any) -> date:
    run = context["dag_run"]
    try:
        return business_date(
            partition_key=run.partition_key,
            params=context["params"],
            run_type=str(getattr(run.run_type, "value", run.run_type)),
            box=box,
            now=datetime.now(UTC),
        )
    except DayNotOver as early:
        step.log.info(str(early))
        wait_until(early.closes_at, step)
