"""What becomes of a question to a person when its task is run again, within Airflow's own transactions.

Airflow keeps a question, with its text, when its task is cleared, and wipes whatever is answered before the task asks
again: a person would read old figures, and an answer would be lost behind a 200. So, for the closes of cash boxes, a
new try begins without the question of the one before; only an answer that no task has taken yet is kept for it
(operators.approve takes it, or says why not). An answer to a task that waits for none any more is refused, and so is
an approval by somebody who may not give it, a rejection without a comment, and a comment that is too long.
"""

import json
import logging
from typing import TYPE_CHECKING, Any

from airflow.utils.state import State, TaskInstanceState
from sqlalchemy import delete, event, exists, inspect, or_, select
from sqlalchemy.orm import Session

from cierre.accounting_files.companies import language_of
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.answers import objection_to_comment, on_one_line
from cierre.closing.names import COMMENT, PREFIX, RAN_BY
from cierre.language.say import in_language, say
from cierre.orchestration.reader import reads

if TYPE_CHECKING:
    from airflow.models.hitl import HITLDetail
    from airflow.models.log import Log
    from airflow.models.taskinstance import TaskInstance

log = logging.getLogger(__name__)

ANSWERS = "update_hitl_detail"
"""Airflow's name of an answer to a question, as its log of what people do has it."""

NO_LONGER_ASKED = (
    "Your answer was NOT taken: nobody asks any more. The task approve of this run was ended or is run again meanwhile."
    " Look at the close board for how the day stands; if the day is asked about again, the question comes anew."
)
JUST_CHANGED = (
    "Your answer was NOT taken: the question was just being put, or somebody else answered it in the same moment."
    " Look at it again; if it is still open, answer it again."
)
NOT_WITHOUT = "Your answer was NOT taken: {why}. The question stays open."
MAY_NOT = "Your answer was NOT taken: {why}. The question stays open for another person."


def watch() -> None:
    """Looks at what each session of this process is about to write, from now on."""
    if not event.contains(Session, "before_flush", _before_flush):
        event.listen(Session, "before_flush", _before_flush)


def _before_flush(session: Session, *_: Any) -> None:
    for added in session.new:
        if type(added).__name__ == "Log":
            _leave_comment_out(added)
    for changed in list(session.dirty):
        # By their names: most processes that read this never import Airflow's models.
        kind = type(changed).__name__
        if kind == "TaskInstance":
            _begin_without_question(session, changed)
        elif kind == "HITLDetail":
            _hear_answer(session, changed)


def _begin_without_question(session: Session, task: "TaskInstance") -> None:
    """Where a task begins a new try: that has another id, to which Airflow would carry the question over.

    In a savepoint, as everything of ours in a transaction of the scheduler: what goes wrong is undone alone.
    """
    known: Any = inspect(task)
    now = known.dict.get("id")
    if now is None or known.identity is None or known.identity[0] == now or not task.dag_id.startswith(PREFIX):
        return
    try:
        connection = session.connection()
        with connection.begin_nested():
            connection.execute(_question_of(known.identity[0]))
    except Exception as error:
        told = "{task}: its earlier question could not be taken away ({kind})."
        log.warning(say(told, task=f"{task.dag_id} {task.run_id}", kind=type(error).__name__))


def _question_of(task_id: Any) -> Any:
    """The statement that removes a try's question, except with an answer that the task, unfinished, has not taken."""
    from airflow.models.hitl import HITLDetail
    from airflow.models.taskinstance import TaskInstance

    questions, tasks = HITLDetail.__table__, TaskInstance.__table__
    finished = exists().where(tasks.c.id == task_id, tasks.c.state.in_([str(state) for state in State.finished]))
    return delete(questions).where(
        questions.c.ti_id == task_id, or_(questions.c.responded_at.is_(None), finished.correlate(None))
    )


def _hear_answer(session: Session, question: "HITLDetail") -> None:
    """A person's answer: refused where the task does not wait for it, and so would never take it, or where that person
    may not approve. Who ran the run is put down with it, for the task to keep on record."""
    answered: Any = inspect(question).attrs.responded_at.history
    if not answered.added or answered.added[0] is None or question.responded_by is None:
        return
    from airflow.models.dag import DagModel
    from airflow.models.hitl import HITLDetail
    from airflow.models.taskinstance import TaskInstance
    from fastapi import HTTPException, status

    from cierre.board.runners import people_who_ran

    connection = session.connection()  # on it: the session itself is being written
    asked = connection.execute(
        select(TaskInstance.dag_id, TaskInstance.run_id, TaskInstance.state, DagModel.owners, HITLDetail.responded_at)
        .select_from(TaskInstance)
        .join(HITLDetail, HITLDetail.ti_id == TaskInstance.id)
        .join(DagModel, DagModel.dag_id == TaskInstance.dag_id, isouter=True)
        .where(TaskInstance.id == question.ti_id)
    ).one_or_none()
    if asked is None or not asked.dag_id.startswith(PREFIX):
        return
    with in_language(reads(language_of(asked.owners or ""))):
        if asked.state not in (TaskInstanceState.RUNNING, TaskInstanceState.AWAITING_INPUT, TaskInstanceState.DEFERRED):
            raise HTTPException(status.HTTP_409_CONFLICT, say(NO_LONGER_ASKED))
        if asked.responded_at or asked.state != _state_when_read(question):
            raise HTTPException(status.HTTP_409_CONFLICT, say(JUST_CHANGED))
        ran_by = people_who_ran(connection, asked.dag_id, asked.run_id)
        approves = question.chosen_options != ["Reject"]
        if approves:
            why = _why_not(asked.dag_id.removeprefix(PREFIX), question.responded_by["name"], ran_by)
            if why:
                raise HTTPException(status.HTTP_403_FORBIDDEN, say(MAY_NOT, why=why))
        comment = on_one_line((question.params_input or {}).get(COMMENT))
        if lacks := objection_to_comment(approves, comment):
            raise HTTPException(status.HTTP_400_BAD_REQUEST, say(NOT_WITHOUT, why=lacks))
    question.params_input = {RAN_BY: sorted(ran_by), COMMENT: comment}


def _state_when_read(question: "HITLDetail") -> str | None:
    """The state in which Airflow read the question's task, by which it chose what to do with the answer.

    It reads the task, then waits for its lock, and does not read it again: an answer that waited while the task's own
    process put it to wait would stand there with nobody to take it, until the time for an answer is over.
    """
    state = inspect(question.task_instance).attrs.state
    read: str | None = next(iter(state.history.deleted), state.value)
    return read


def _leave_comment_out(action: "Log") -> None:
    """Airflow's log of what people do keeps that a question was answered, and not what was said to it: that stands in
    the ledger."""
    if action.event != ANSWERS or not (action.dag_id or "").startswith(PREFIX) or not action.extra:
        return
    request = json.loads(action.extra)
    if isinstance(given := request.get("params_input"), dict) and COMMENT in given:
        given[COMMENT] = "***"
        action.extra = json.dumps(request)


def _why_not(box: str, who: str, ran_by: set[str]) -> object:
    """Why a person may not approve a run of a box; None where they may. A box whose file is wrong has no rules to go
    by."""
    from cierre.bookkeeping.approvals import objection

    try:
        return objection(cash_box(box).approvals, who, ran_by)
    except MappingError as error:
        return error
