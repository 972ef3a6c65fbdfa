"""Airflow's runs of the boxes' days, out of its own database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from airflow.models.backfill import Backfill
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.models.hitl import HITLDetail
from airflow.models.taskinstance import TaskInstance
from airflow.utils.state import TaskInstanceState
from sqlalchemy import Row, String, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import ColumnElement

from cierre.board.boxes import all_boxes, boxes_of, dag_of, dags_of
from cierre.board.memo import kept
from cierre.bookkeeping.cash_box import CashBox
from cierre.closing.business_date import PARAMETER
from cierre.closing.names import ASK_AGAIN

DAY_OF_RUN: ColumnElement[str] = func.coalesce(DagRun.partition_key, cast(DagRun.conf[PARAMETER].as_string(), String))
"""The day of a run, as text: by its key, or, of a run by hand, by the parameter that Airflow keeps in its
configuration."""

_OF_THE_RUN = and_(TaskInstance.dag_id == DagRun.dag_id, TaskInstance.run_id == DagRun.run_id)

# A question is open while its task waits for the answer. Once a person or Airflow ended the task, nobody can answer it.
_OPEN = and_(
    HITLDetail.responded_at.is_(None),
    TaskInstance.state.in_([TaskInstanceState.AWAITING_INPUT, TaskInstanceState.DEFERRED]),
    DagRun._state == "running",
)
_WAITING = exists().where(and_(HITLDetail.ti_id == TaskInstance.id, _OF_THE_RUN, _OPEN))

_AT_WORK = exists().where(
    and_(_OF_THE_RUN, TaskInstance.state.in_([TaskInstanceState.RUNNING, TaskInstanceState.QUEUED]))
)

# A step that a vendor kept from going on, and that does itself again after a while.
_ASKED_AGAIN = exists().where(
    and_(_OF_THE_RUN, TaskInstance.state == TaskInstanceState.DEFERRED, TaskInstance.next_method == ASK_AGAIN)
)


def _closes(dag_id: InstrumentedAttribute[str], boxes: Iterable[str]) -> ColumnElement[bool]:
    """Whether a DAG closes one of some boxes: one text, where a list of a thousand would be a thousand values."""
    return dag_id == func.any(func.string_to_array(_dags(list(boxes), all_boxes()), ","))


@kept(8)
def _dags(boxes: list[str], known: dict[str, CashBox]) -> str:
    return ",".join(dags_of(boxes))


PATIENCE = timedelta(minutes=15)
"""How long a run may wait for its turn before it counts as one that does not start."""


def _of_its_dag(what: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """Looked up for live runs alone, as the case below comes to it: there are many failed ones."""
    return select(what).where(DagModel.dag_id == DagRun.dag_id).correlate(DagRun).scalar_subquery()


def _of_its_backfill(what: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    return select(what).where(Backfill.id == DagRun.backfill_id).correlate(DagRun).scalar_subquery()


# What keeps a live run from going on, by the words of StalledRun.why; null where nothing does.
_STALLED: ColumnElement[str | None] = case(
    (DagRun._state.not_in(["queued", "running"]), None),
    (_AT_WORK, None),
    (_of_its_dag(DagModel.is_paused), "paused"),
    (DagRun._state == "running", None),
    (_of_its_backfill(Backfill.completed_at).is_not(None), "cancelled"),
    (_of_its_backfill(Backfill.is_paused).is_(True), "backfill paused"),
    (func.coalesce(DagRun.queued_at, DagRun.run_after) < func.now() - PATIENCE, "queued"),
    else_=None,
)

WEIGHT = {None: 0, "f": 1, "q": 2, "t": 3, "r": 4, "w": 5}
"""Which of a day's runs says where it stands, by their letters."""

WHY_STALLED = {
    "paused": "its DAG is paused: let it go on",
    "cancelled": "its backfill was cancelled: mark the run as failed, and close the day by a run of its own",
    "backfill paused": "its backfill is paused: let it go on",
    "queued": "Airflow has no room for it, or its scheduler stands still: look at the DAG's other runs, at the pools"
    " and at the scheduler",
}
"""What a run that does not go on waits for, and what to do."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a box's day; ``state`` is Airflow's word: queued, running, success or failed. ``asked_again``: it
    waits for a vendor that is down; ``stalled``: what keeps it from going on, by WHY_STALLED."""

    run_id: str
    state: str
    waiting: bool
    asked_again: bool
    stalled: str | None
    run_type: str
    started: datetime | None
    ended: datetime | None
    user: str | None

    @property
    def letter(self) -> str | None:
        """w, q, t, r or f; None for a success."""
        return _letter(self.state, self.waiting, self.asked_again, self.stalled)


def _letter(state: str | None, waiting: bool, asked_again: bool, stalled: str | None) -> str | None:
    if waiting:
        return "w"
    if stalled:
        return "q"
    if asked_again and state == "running":
        return "t"
    return {"queued": "r", "running": "r", "failed": "f"}.get(state or "")


@dataclass(frozen=True, slots=True)
class StalledRun:
    """A run that does not go on by itself: of which day, as it was given; what keeps it, by WHY_STALLED; and since when
    it waits (aware)."""

    box: str
    run_id: str
    day: str | None
    why: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What Airflow has not brought to a good end: by box and day the letter of those with a live or failed run; and the
    runs that do not go on, those that wait longest first."""

    letters: Mapping[tuple[str, date], str]
    stalled: Sequence[StalledRun]


def unfinished(session: Session, boxes: Iterable[str], first: date, last: date) -> Unfinished:
    """The letters of days ``first`` to ``last`` of some boxes, and their runs that do not go on, of whatever day. One
    query: Airflow's database plans it as long as it takes to answer it."""
    since = func.coalesce(DagRun.queued_at, DagRun.run_after)
    is_failed_then = and_(DagRun._state == "failed", DAY_OF_RUN.between(str(first), str(last)))
    rows = session.execute(
        select(DagRun.dag_id, DagRun.run_id, DAY_OF_RUN, DagRun._state, _WAITING, _ASKED_AGAIN, _STALLED, since)
        .where(_closes(DagRun.dag_id, boxes), or_(DagRun._state.in_(["queued", "running"]), is_failed_then))
        .order_by(DagRun.id)
    ).all()
    ids = boxes_of({row[0] for row in rows})
    letters: dict[tuple[str, date], str] = {}
    stalled: list[StalledRun] = []
    for dag_id, run_id, day, state, waiting, asked_again, why, waits_since in rows:
        if why and not waiting:
            stalled.append(StalledRun(ids[dag_id], run_id, day, why, waits_since))
        if not (day and str(first) <= day <= str(last)):
            continue
        place, letter = (ids[dag_id], date.fromisoformat(day)), _letter(state, waiting, asked_again, why)
        # A live run counts, whatever failed before or after it; one that waits for nothing, before one that does.
        if letter and WEIGHT[letter] >= WEIGHT[letters.get(place)]:
            letters[place] = letter
    return Unfinished(letters, sorted(stalled, key=lambda run: run.since))


def failed(session: Session, boxes: Iterable[str], first: date, last: date) -> dict[tuple[str, date], str]:
    """The newest failed run of each day of boxes that has one, by box and day. One query."""
    rows = session.execute(
        select(DagRun.dag_id, DAY_OF_RUN, DagRun.run_id)
        .where(_closes(DagRun.dag_id, boxes), DagRun._state == "failed", DAY_OF_RUN.between(str(first), str(last)))
        .order_by(DagRun.id)
    ).all()
    ids = boxes_of({row[0] for row in rows})
    return {(ids[dag_id], date.fromisoformat(day)): run_id for dag_id, day, run_id in rows}


def of_day(session: Session, box: str, day: date) -> list[Run]:
    """All runs of a box's day, newest first."""
    rows = session.execute(
        select(DagRun, _WAITING, _ASKED_AGAIN, _STALLED)
        .where(DagRun.dag_id == dag_of(box), DAY_OF_RUN.in_([str(day)]))
        .order_by(DagRun.id.desc())
    )
    return [_run(*row) for row in rows]


def _run(run: DagRun, waiting: bool, asked_again: bool, stalled: str | None) -> Run:
    state = str(getattr(run.state, "value", run.state))
    kind = str(getattr(run.run_type, "value", run.run_type))
    return Run(
        run.run_id, state, waiting, asked_again, stalled, kind, run.start_date, run.end_date, run.triggering_user_name
    )


def tasks(session: Session, box: str, run_id: str) -> list[tuple[str, str]]:
    """The tasks of a run with their states, in the order in which they began."""
    rows = session.execute(
        select(TaskInstance.task_id, TaskInstance.state)
        .where(TaskInstance.dag_id == dag_of(box), TaskInstance.run_id == run_id)
        .order_by(TaskInstance.start_date.asc().nulls_last(), TaskInstance.task_id)
    )
    return [(task, str(state or "")) for task, state in rows]


def approvals(session: Session, boxes: Iterable[str]) -> list[Row[str, str, str, str, str, datetime]]:
    """Tasks of boxes that wait for a person: dag_id, run_id, task_id, day, subject, since; oldest first."""
    return list(
        session.execute(
            select(
                DagRun.dag_id, DagRun.run_id, TaskInstance.task_id, DAY_OF_RUN.label("day"), HITLDetail.subject,
                HITLDetail.created_at.label("since"),
            )
            .join(TaskInstance, HITLDetail.ti_id == TaskInstance.id)
            .join(DagRun, and_(DagRun.dag_id == TaskInstance.dag_id, DagRun.run_id == TaskInstance.run_id))
            .where(_OPEN, _closes(DagRun.dag_id, boxes))
            .order_by(HITLDetail.created_at)
        )
    )  # fmt: skip


def paused(session: Session, boxes: Iterable[str]) -> frozenset[str]:
    """Those of some boxes whose DAGs are paused: nothing closes their days before somebody lets them go on."""
    rows = session.scalars(select(DagModel.dag_id).where(DagModel.is_paused, _closes(DagModel.dag_id, boxes)))
    return frozenset(boxes_of(rows).values())


def is_paused(session: Session, box: str) -> bool:
    """Whether the box's DAG is paused: a run of it would wait until somebody lets it go on."""
    return bool(session.scalar(select(DagModel.is_paused).where(DagModel.dag_id == dag_of(box))))
