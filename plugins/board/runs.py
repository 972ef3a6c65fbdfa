"""Airflow's runs of the boxes' days, out of its own database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.models.hitl import HITLDetail
from airflow.models.taskinstance import TaskInstance
from sqlalchemy import Row, String, and_, cast, exists, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from board.boxes import box_of, dag_of
from cash_close.business_date import PARAMETER

# A run by hand may name its day as a parameter, which Airflow keeps in the run's configuration.
_DAY: ColumnElement[str] = func.coalesce(DagRun.partition_key, cast(DagRun.conf[PARAMETER].as_string(), String))
_WAITING = exists().where(
    and_(
        HITLDetail.ti_id == TaskInstance.id,
        HITLDetail.responded_at.is_(None),
        TaskInstance.dag_id == DagRun.dag_id,
        TaskInstance.run_id == DagRun.run_id,
    )
)


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a box's day; ``state`` is Airflow's word: queued, running, success or failed."""

    run_id: str
    state: str
    waiting: bool
    run_type: str
    started: datetime | None
    ended: datetime | None
    user: str | None

    @property
    def letter(self) -> str | None:
        """r, w or f; None for a success."""
        if self.waiting:
            return "w"
        return {"queued": "r", "running": "r", "failed": "f"}.get(self.state)


def unfinished(session: Session, boxes: Iterable[str], first: date, last: date) -> dict[tuple[str, date], str]:
    """The letter of every day that has a live or failed run, by box and day. One query."""
    rows = session.execute(
        select(DagRun.dag_id, _DAY, DagRun._state, _WAITING)
        .where(
            # One text, where a list of a thousand would be a thousand values.
            DagRun.dag_id == func.any(func.string_to_array(",".join(map(dag_of, boxes)), ",")),
            DagRun._state.in_(["queued", "running", "failed"]),
            _DAY.between(str(first), str(last)),
        )
        .order_by(DagRun.id)
    )
    letters: dict[tuple[str, date], str] = {}
    for dag_id, day, state, waiting in rows:
        place = (box_of(dag_id), date.fromisoformat(day))
        letter = "w" if waiting else "f" if state == "failed" else "r"
        if letters.get(place) not in ("r", "w"):  # a live run counts, whatever failed before or after it
            letters[place] = letter
    return letters


def of_day(session: Session, box: str, day: date) -> list[Run]:
    """All runs of a box's day, newest first."""
    rows = session.execute(
        select(DagRun, _WAITING).where(DagRun.dag_id == dag_of(box), _DAY.in_([str(day)])).order_by(DagRun.id.desc())
    )
    return [_run(run, waiting) for run, waiting in rows]


def _run(run: DagRun, waiting: bool) -> Run:
    state = str(getattr(run.state, "value", run.state))
    kind = str(getattr(run.run_type, "value", run.run_type))
    return Run(run.run_id, state, waiting, kind, run.start_date, run.end_date, run.triggering_user_name)


def tasks(session: Session, box: str, run_id: str) -> list[tuple[str, str]]:
    """The tasks of a run with their states, in the order in which they began."""
    rows = session.execute(
        select(TaskInstance.task_id, TaskInstance.state)
        .where(TaskInstance.dag_id == dag_of(box), TaskInstance.run_id == run_id)
        .order_by(TaskInstance.start_date.asc().nulls_last(), TaskInstance.task_id)
    )
    return [(task, str(state or "")) for task, state in rows]


def approvals(session: Session, boxes: Iterable[str]) -> list[Row]:
    """Tasks of boxes that wait for a person: dag_id, run_id, task_id, day, subject, since; oldest first."""
    return list(
        session.execute(
            select(
                DagRun.dag_id, DagRun.run_id, TaskInstance.task_id, _DAY.label("day"), HITLDetail.subject,
                HITLDetail.created_at.label("since"),
            )
            .join(TaskInstance, HITLDetail.ti_id == TaskInstance.id)
            .join(DagRun, and_(DagRun.dag_id == TaskInstance.dag_id, DagRun.run_id == TaskInstance.run_id))
            .where(HITLDetail.responded_at.is_(None), DagRun.dag_id.in_([dag_of(box) for box in boxes]))
            .order_by(HITLDetail.created_at)
        )
    )  # fmt: skip


def is_paused(session: Session, box: str) -> bool:
    """Whether the box's DAG is paused: a run of it would wait until somebody lets it go on."""
    return bool(session.scalar(select(DagModel.is_paused).where(DagModel.dag_id == dag_of(box))))
