"""What becomes of a question when its task is run again or ended: on Airflow's own tables."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from airflow.models.dagrun import DagRun
from airflow.models.hitl import HITLDetail
from airflow.models.taskinstance import TaskInstance
from fastapi import HTTPException
from sqlalchemy import func, select

from cierre.board.boxes import dag_of
from cierre.orchestration import questions

OURS, ANOTHERS = dag_of("itb_caja_164"), "somebody_elses"
ANA = {"id": "7", "name": "Ana"}


@pytest.fixture
def asked(airflow):
    """``asked(state)``: a task of a close, or of another DAG, that asked a person and is in a state now."""
    questions.watch()

    def made(state: str, dag: str = OURS) -> TaskInstance:
        run = DagRun(
            dag_id=dag, run_id="asks", run_type="manual", state="running", partition_key="2024-09-06",
            run_after=datetime.now(UTC), logical_date=None, data_interval=None,
        )  # fmt: skip
        airflow.add(run)
        airflow.flush()
        task = TaskInstance.__table__.insert().values(
            id=uuid4(), task_id="approve", dag_id=dag, run_id="asks", map_index=-1, pool="default_pool",
            pool_slots=1, state=state, try_number=1, max_tries=3, queue="default", priority_weight=1,
        )  # fmt: skip
        (ti_id,) = airflow.execute(task.returning(TaskInstance.id)).one()
        airflow.add(HITLDetail(ti_id=ti_id, subject="post 12,00?", options=["Approve", "Reject"], params={}))
        airflow.flush()
        return airflow.get(TaskInstance, ti_id)

    return made


def answer(airflow, task: TaskInstance) -> None:
    """As Airflow's API writes a person's answer."""
    question = airflow.get(HITLDetail, task.id)
    question.responded_by, question.responded_at, question.chosen_options = ANA, datetime.now(UTC), ["Approve"]
    airflow.flush()


def left(airflow) -> int:
    return airflow.scalar(select(func.count()).select_from(HITLDetail))


def run_again(airflow, task: TaskInstance) -> None:
    """What Airflow does to a task that is cleared, or tried again, before anything else."""
    task.id = uuid4()
    task.state = None
    airflow.flush()


@pytest.mark.parametrize("state", ["awaiting_input", "failed", "success"])
def test_a_task_that_is_run_again_begins_without_its_question(airflow, asked, state):
    run_again(airflow, asked(state))
    assert left(airflow) == 0


@pytest.mark.parametrize(("state", "kept"), [("failed", 0), ("success", 0)])
def test_an_answer_that_was_taken_goes_with_its_question(airflow, asked, state, kept):
    task = asked("awaiting_input")
    answer(airflow, task)
    task.state = state
    airflow.flush()
    run_again(airflow, task)
    assert left(airflow) == kept


@pytest.mark.parametrize("state", ["scheduled", "queued", "running", "up_for_retry"])
def test_an_answer_that_no_task_has_taken_yet_is_kept(airflow, asked, state):
    task = asked("awaiting_input")
    answer(airflow, task)
    task.state = state
    airflow.flush()
    run_again(airflow, task)
    assert left(airflow) == 1


@pytest.mark.parametrize("state", ["failed", "success", "scheduled", "queued", "up_for_retry", None])
def test_an_answer_to_a_task_that_waits_for_none_is_refused_with_a_sentence(airflow, asked, state):
    task = asked(state)
    with pytest.raises(HTTPException) as refused:
        answer(airflow, task)
    assert refused.value.status_code == 409
    assert "Su respuesta NO se tomó" in refused.value.detail


@pytest.mark.parametrize("state", ["running", "awaiting_input", "deferred"])
def test_an_answer_to_a_task_that_waits_is_taken(airflow, asked, state):
    answer(airflow, asked(state))


def test_that_time_is_up_is_no_answer_of_a_person(airflow, asked):
    question = airflow.get(HITLDetail, asked("scheduled").id)
    question.responded_at, question.chosen_options = datetime.now(UTC), ["Reject"]
    airflow.flush()


def test_questions_of_other_dags_stay_as_airflow_keeps_them(airflow, asked):
    task = asked("failed", ANOTHERS)
    answer(airflow, task)
    run_again(airflow, task)
    assert left(airflow) == 1


def test_what_goes_wrong_leaves_airflows_transaction_as_it_was(airflow, asked, monkeypatch, caplog):
    task = asked("awaiting_input")
    monkeypatch.setattr(questions, "_question_of", lambda _: "no statement")
    run_again(airflow, task)
    assert airflow.get(TaskInstance, task.id) is task
    assert "could not be taken away" in caplog.text
