"""Who ran a run: the people who triggered, cleared or backfilled it, by Airflow's own records."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from airflow.models.dagrun import DagRun
from airflow.models.log import Log
from sqlalchemy import Connection, Row, and_, exists, func, or_, select

from cierre.board.runs import DAY_OF_RUN

STARTS = frozenset({"trigger_dag_run", "create_backfill"})
CLEARS = frozenset({"clear_dag_run", "clear_dag_runs", "clear_dag_run_partitions", "post_clear_task_instances"})
MARKS = frozenset({"patch_dag_run", "bulk_dag_runs", "patch_task_instance", "patch_task_group_instances"})
"""Airflow's names of what people do to runs, as its audit log has them. Marks may only write a note."""

STATES = frozenset({"state", "new_state", "actions"})
"""What a request says that marks a run or a task; without one of these it wrote a note."""


def people_who_ran(connection: Connection, dag_id: str, run_id: str) -> set[str]:
    """The Airflow users who triggered a run, or cleared or marked anything of it since; none for a scheduled run that
    nobody touched. What was cleared by dates, without naming runs, counts for each run that was there.

    Not seen: what somebody does on the server's own command line, where Airflow knows no users.
    """
    run = connection.execute(
        select(DagRun.triggering_user_name, DagRun.created_at).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
    ).one_or_none()
    if run is None:
        return set()
    actions = connection.execute(
        select(Log.owner, Log.event, Log.extra).where(
            Log.dag_id == dag_id,
            Log.event.in_(STARTS | CLEARS | MARKS),
            or_(
                Log.run_id == run_id,
                Log.run_id.is_(None) & (Log.dttm >= run.created_at) & Log.event.in_(CLEARS | MARKS),
            ),
        )
    )
    return {user for user in _who_acted(actions) | {run.triggering_user_name} if user}


def people_who_ran_days(connection: Connection, dag_ids: Iterable[str], first: date, last: date) -> set[str]:
    """The same of all runs of DAGs for business dates of a range: whoever cleared or marked anything by dates, without
    naming runs, since the first of these runs was there, is among them."""
    ids = list(dag_ids)
    of_days = and_(DagRun.dag_id.in_(ids), DAY_OF_RUN.between(str(first), str(last)))
    since = connection.scalar(select(func.min(DagRun.created_at)).where(of_days))
    if since is None:
        return set()
    triggered = connection.scalars(select(DagRun.triggering_user_name).where(of_days).distinct())
    of_such_a_run = exists().where(and_(DagRun.dag_id == Log.dag_id, DagRun.run_id == Log.run_id, of_days))
    actions = connection.execute(
        select(Log.owner, Log.event, Log.extra).where(
            Log.dag_id.in_(ids),
            Log.event.in_(STARTS | CLEARS | MARKS),
            or_(of_such_a_run, Log.run_id.is_(None) & (Log.dttm >= since) & Log.event.in_(CLEARS | MARKS)),
        )
    )
    return {user for user in _who_acted(actions) | set(triggered) if user}


def _who_acted(actions: Iterable[Row[str | None, str, str | None]]) -> set[str | None]:
    return {owner for owner, event, extra in actions if event not in MARKS or _marks(extra)}


def _marks(extra: str | None) -> bool:
    """Whether a request set a state; one that cannot be read counts as one that did."""
    try:
        request: Any = json.loads(extra or "")
    except ValueError:
        return True
    return not isinstance(request, dict) or bool(STATES & request.keys())
