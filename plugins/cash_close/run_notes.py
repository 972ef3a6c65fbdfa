"""What the scheduler does as a close begins and ends: the run's note says so, and the pools it needs are there."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from airflow.listeners import hookimpl

from cash_close.form import DRY_RUN
from cash_close.names import PREFIX, TITLE
from cash_close.pools import make_missing
from language.say import in_language, say
from mappings.companies import language_of

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from sqlalchemy.orm import Session


@hookimpl
def on_dag_run_running(dag_run: "DagRun", msg: str) -> None:
    """Before the run's tasks are looked at: a task whose pool is not there would wait for ever."""
    if _is_close(dag_run):
        make_missing({task.pool for task in dag_run.get_dag().tasks}, _session(dag_run))
        with _in_its_language(dag_run):
            _note(dag_run, say("closing"))


@hookimpl
def on_dag_run_success(dag_run: "DagRun", msg: str) -> None:
    """The run's note says how the day ended."""
    if _is_close(dag_run):
        with _in_its_language(dag_run):
            _note(dag_run, say(_outcome(dag_run)))


@hookimpl
def on_dag_run_failed(dag_run: "DagRun", msg: str) -> None:
    """The run's note says which step failed."""
    if _is_close(dag_run):
        failed = [
            task.task_id for task in dag_run.get_task_instances(session=_session(dag_run)) if task.state == "failed"
        ]
        with _in_its_language(dag_run):
            _note(dag_run, say("NOT closed: {steps} failed", steps=", ".join(failed) or say("the run")))


def first_line(note: str | None, line: str, mark: str) -> str:
    """A note whose first line is ``line``; what a person wrote stays below. ``mark`` begins each line of ours."""
    written = (note or "").split("\n\n", 1)
    if written[0].startswith(mark):
        written = written[1:]
    return "\n\n".join([line, *filter(None, written)])


def _session(dag_run: "DagRun") -> "Session":
    """The scheduler's own: any other would be the same one of its thread, and closing that ends the scheduler."""
    from sqlalchemy.orm import object_session

    return object_session(dag_run)


def _is_close(dag_run: "DagRun") -> bool:
    return dag_run.dag_id.startswith(PREFIX)


def _in_its_language(dag_run: "DagRun") -> AbstractContextManager[None]:
    """Spoken as the company does to which the DAG belongs."""
    return in_language(language_of(dag_run.dag_model.owners))


def _note(dag_run: "DagRun", outcome: str) -> None:
    day = dag_run.partition_key or (dag_run.conf or {}).get("business_date") or say("no business date")
    mark = f"**{day}** · {dag_run.dag_model.dag_display_name.removesuffix(TITLE)} · "
    dag_run.note = first_line(dag_run.note, mark + outcome, mark)


def _outcome(dag_run: "DagRun") -> str:
    """What the last step said of the day: ``reconciled`` or ``no activity``. A dry run skips that step, and so does who
    marks a run as done by hand."""
    from airflow.models.xcom import XComModel

    said = XComModel.get_many(run_id=dag_run.run_id, dag_ids=dag_run.dag_id, task_ids="reconcile", key="return_value")
    row = _session(dag_run).scalar(said)
    if row:
        return XComModel.deserialize_value(row)["state"]
    return "dry run, nothing posted" if (dag_run.conf or {}).get(DRY_RUN) else "NOT reconciled"
