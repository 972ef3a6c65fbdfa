"""What the scheduler does as a close begins and ends: the run's note says so, and the pools it needs are there.

All of it happens inside the scheduler's own transaction, so nothing here may break that: what goes wrong is undone by
itself and told in the log. A note says what the *run* did. How the day stands only the ledger knows; the board says it.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from airflow.listeners import hookimpl
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import object_session

from cierre.accounting_files.companies import language_of
from cierre.closing.names import PREFIX, SECOND_LOOK, TITLE
from cierre.language.say import in_language, say
from cierre.orchestration.pools import make_missing
from operators.form import DRY_RUN

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from sqlalchemy import Connection

log = logging.getLogger(__name__)

UNANSWERED = "NOT closed: nobody approved it in time"
LONGEST = 1000
"""Characters that Airflow's database takes for a note."""


@hookimpl
def on_dag_run_running(dag_run: "DagRun", msg: str) -> None:
    """A run of a close begins, or one that reads closed days again."""
    if _is_close(dag_run):
        _in_a_savepoint(dag_run, _begun)
    elif dag_run.dag_id == SECOND_LOOK:
        _in_a_savepoint(dag_run, _make_pools)


@hookimpl
def on_dag_run_success(dag_run: "DagRun", msg: str) -> None:
    """A run of a close ended well, or a person marked it so."""
    if _is_close(dag_run):
        _in_a_savepoint(dag_run, _ended)


@hookimpl
def on_dag_run_failed(dag_run: "DagRun", msg: str) -> None:
    """A run of a close failed, or a person marked it so."""
    if _is_close(dag_run):
        _in_a_savepoint(dag_run, _failed)


def _in_a_savepoint(dag_run: "DagRun", work: "Callable[[DagRun, Connection], None]") -> None:
    """Does ``work`` for a run; where it fails, it alone is undone, and the scheduler goes on.

    A run outside the scheduler (``airflow dags test``) is in no session and left alone.
    """
    if (session := object_session(dag_run)) is None:
        return
    try:
        # Of the connection: to the scheduler's session a savepoint's end looks like a commit, which it forbids.
        connection = session.connection()
        with connection.begin_nested(), in_language(language_of(dag_run.dag_model.owners)):
            work(dag_run, connection)
    except Exception as error:  # whatever it is, it must not end the scheduler
        told = "{run}: its note could not be written ({kind})."
        log.warning(say(told, run=f"{dag_run.dag_id} {dag_run.run_id}", kind=type(error).__name__))


def _is_close(dag_run: "DagRun") -> bool:
    return dag_run.dag_id.startswith(PREFIX)


def _begun(dag_run: "DagRun", connection: "Connection") -> None:
    _make_pools(dag_run, connection)
    _note(dag_run, connection, say("closing"))


def _make_pools(dag_run: "DagRun", connection: "Connection") -> None:
    # Before the run's tasks are looked at: one whose pool is not there would wait for ever.
    make_missing({task.pool for task in dag_run.get_dag().tasks}, connection)


def _ended(dag_run: "DagRun", connection: "Connection") -> None:
    if (dag_run.conf or {}).get(DRY_RUN):
        _note(dag_run, connection, say("dry run, nothing posted"))
    else:
        ended = say("ended; the close board says how the day stands")
        _note(dag_run, connection, ended + _erp(dag_run, connection))


def _failed(dag_run: "DagRun", connection: "Connection") -> None:
    from airflow.models.taskinstance import TaskInstance

    failed = connection.scalars(
        select(TaskInstance.task_id).where(
            TaskInstance.dag_id == dag_run.dag_id,
            TaskInstance.run_id == dag_run.run_id,
            TaskInstance.state == "failed",
        )
    )
    steps = list(failed)
    refused = _refused(dag_run, connection) if "approve" in steps else None
    told = refused or say("NOT closed: {steps} failed", steps=", ".join(steps) or say("the run"))
    _note(dag_run, connection, told + _erp(dag_run, connection))


def _erp(dag_run: "DagRun", connection: "Connection") -> str:
    """To which site of the ERP the run's steps said that its box posts; nothing where none came so far."""
    from airflow.models.xcom import XComModel

    said = connection.scalars(
        select(XComModel.value)
        .where(
            XComModel.dag_id == dag_run.dag_id,
            XComModel.run_id == dag_run.run_id,
            XComModel.task_id.in_(["land", "post"]),
            XComModel.key == "return_value",
        )
        .order_by(XComModel.timestamp.desc())
    )
    for value in said:
        if isinstance(value, dict) and (site := value.get("erp_site")):
            return f" · {say('SANDBOX')}: {site}" if value.get("sandbox") else f" · ERP: {site}"
    return ""


def _refused(dag_run: "DagRun", connection: "Connection") -> str | None:
    """Who said no, or that nobody said anything in time; None where the step approve failed otherwise.

    Airflow may have taken the answered step for lost and run it again, which then asks nobody: the answer is the step's
    before."""
    from airflow.models.hitl import HITLDetail
    from airflow.models.hitl_history import HITLDetailHistory
    from airflow.models.taskinstance import TaskInstance
    from airflow.models.taskinstancehistory import TaskInstanceHistory

    now = (HITLDetail, TaskInstance, HITLDetail.ti_id == TaskInstance.id)
    own_id = TaskInstanceHistory.task_instance_id
    before = (HITLDetailHistory, TaskInstanceHistory, HITLDetailHistory.ti_history_id == own_id)
    for question, step, belongs in (now, before):
        found = connection.execute(
            select(question.chosen_options, question.responded_by)
            .join(step, belongs)
            .where(step.dag_id == dag_run.dag_id, step.run_id == dag_run.run_id, step.task_id == "approve")
            .order_by(step.try_number.desc())
            .limit(1)
        ).first()
        if found:
            chosen, who = found
            if chosen != ["Reject"]:
                return None
            return say("NOT closed: {who} rejected it", who=who["name"]) if who else say(UNANSWERED)
    return None


def _note(dag_run: "DagRun", connection: "Connection", outcome: str) -> None:
    """Writes the first line of a run's note."""
    from airflow.models.dagrun import DagRunNote

    day = dag_run.partition_key or (dag_run.conf or {}).get("business_date") or say("no business date")
    mark = f"**{day}** · {dag_run.dag_model.dag_display_name.removesuffix(TITLE)} · "
    written = connection.scalar(select(DagRunNote.content).where(DagRunNote.dag_run_id == dag_run.id))
    note = noted(written, mark + outcome, mark)
    now = {"created_at": func.now(), "updated_at": func.now()}
    new = insert(DagRunNote).values(dag_run_id=dag_run.id, content=note, **now)
    connection.execute(
        new.on_conflict_do_update(
            index_elements=[DagRunNote.dag_run_id],
            set_={"content": new.excluded.content, "updated_at": new.excluded.updated_at},
        )
    )


def noted(note: str | None, line: str, mark: str) -> str:
    """A note whose first line is ``line``; what a person wrote stays below, and alone where both are too long.

    ``mark`` begins each line of ours.
    """
    written = (note or "").split("\n\n", 1)
    if written[0].startswith(mark):
        written = written[1:]
    theirs = "\n\n".join(filter(None, written))
    both = "\n\n".join(filter(None, [line, theirs]))
    return both if len(both) <= LONGEST else theirs or line[:LONGEST]
