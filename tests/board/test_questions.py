"""What becomes of a question when its task is run again or ended: on Airflow's own tables."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from uuid import uuid4

import airflow as airflow_package
import pytest
from airflow.models.dagrun import DagRun
from airflow.models.hitl import HITLDetail
from airflow.models.log import Log
from airflow.models.taskinstance import TaskInstance
from fastapi import HTTPException
from sqlalchemy import func, select, update

from cierre.accounting_files.settings import mappings_folder
from cierre.board.boxes import dag_of
from cierre.board.runners import CLEARS, MARKS, STARTS
from cierre.language.say import say
from cierre.orchestration import questions
from cierre.orchestration.reader import ReaderLanguage, reading, reads
from cierre.orchestration.run_notes import _refused

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


def answer(airflow, task: TaskInstance, option: str = "Approve", comment: object = None) -> None:
    """As Airflow's API writes a person's answer; without a comment, with what stands there."""
    question = airflow.get(HITLDetail, task.id)
    question.responded_by, question.responded_at, question.chosen_options = ANA, datetime.now(UTC), [option]
    if comment is not None:
        question.params_input = {"comment": comment}
    airflow.flush()


def left(airflow) -> int:
    return airflow.scalar(select(func.count()).select_from(HITLDetail))


def run_again(airflow, task: TaskInstance) -> None:
    """What Airflow does to a task that is cleared, or tried again, before anything else."""
    task.id = uuid4()
    task.state = None
    airflow.flush()


def meanwhile(airflow, table, **values) -> None:
    """What another process wrote after Airflow's API read a task and its question, and before it had their locks."""
    airflow.execute(update(table.__table__).values(**values))


def test_an_answer_of_the_moment_in_which_the_task_begins_to_wait_is_refused_for_nobody_would_take_it(airflow, asked):
    task = asked("running")
    question = airflow.get(HITLDetail, task.id)
    meanwhile(airflow, TaskInstance, state="awaiting_input")
    with pytest.raises(HTTPException) as refused:
        answer(airflow, task)
    assert refused.value.status_code == 409
    assert "si sigue abierta, respóndala de nuevo" in refused.value.detail
    airflow.expire(question)
    airflow.expire(task)
    answer(airflow, task)
    assert question.responded_by == ANA


def test_of_two_answers_in_the_same_moment_the_second_is_refused(airflow, asked):
    task = asked("awaiting_input")
    assert airflow.get(HITLDetail, task.id).responded_at is None
    meanwhile(airflow, HITLDetail, responded_at=datetime.now(UTC), responded_by={"id": "8", "name": "Luis"})
    with pytest.raises(HTTPException) as refused:
        answer(airflow, task)
    assert refused.value.status_code == 409


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


@pytest.fixture
def ran(airflow):
    """``ran(who, event, run_id)``: Airflow's audit log says that somebody did something to runs of the close."""

    def did(who: str, event: str, run_id: str | None = "asks", **request: object) -> None:
        airflow.add(Log(event=event, owner=who, dag_id=OURS, run_id=run_id, extra=json.dumps(request)))
        airflow.flush()

    return did


@pytest.fixture
def four_eyes(tmp_path, monkeypatch):
    """The box of the close asks about corrections."""
    copytree(mappings_folder(), tmp_path / "mappings")
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(tmp_path / "mappings"))
    file = tmp_path / "mappings" / "cash_boxes" / "itb_caja_164.yaml"
    file.write_text(file.read_text() + "\napprovals:\n  corrections: true\n")


def triggered_by(airflow, task: TaskInstance, who: str) -> None:
    airflow.execute(update(DagRun).where(DagRun.run_id == task.run_id).values(triggering_user_name=who))


@pytest.mark.parametrize("event", ["clear_dag_run", "post_clear_task_instances", "trigger_dag_run"])
@pytest.mark.parametrize("run_id", ["asks", None])
def test_whoever_ran_the_run_may_reject_it_and_not_approve_it(airflow, asked, ran, four_eyes, event, run_id):
    task = asked("awaiting_input")
    ran("Ana", event, run_id)
    if (event, run_id) == ("trigger_dag_run", None):
        triggered_by(airflow, task, "Ana")
    with pytest.raises(HTTPException) as refused:
        answer(airflow, task)
    assert refused.value.status_code == 403
    assert "otra persona" in refused.value.detail


def test_a_rejection_by_whoever_ran_the_run_is_taken(airflow, asked, ran, four_eyes):
    task = asked("awaiting_input")
    ran("Ana", "clear_dag_run")
    answer(airflow, task, "Reject", "12.34 is not ours")


def test_an_answer_names_those_who_ran_the_run_whatever_the_person_sent(airflow, asked, ran, four_eyes):
    task = asked("awaiting_input")
    triggered_by(airflow, task, "Luis")
    ran("Eva", "post_clear_task_instances")
    ran("Ana", "patch_dag_run", note="looked at it")
    question = airflow.get(HITLDetail, task.id)
    question.params_input = {"ran_by": ["nobody"]}
    answer(airflow, task)
    assert question.params_input == {"ran_by": ["Eva", "Luis"], "comment": ""}


def test_marking_a_task_counts_as_running_it_and_another_run_does_not(airflow, asked, ran, four_eyes):
    task = asked("awaiting_input")
    ran("Ana", "clear_dag_run", "another")
    ran("Eva", "patch_task_instance", new_state="success")
    answer(airflow, task)
    assert airflow.get(HITLDetail, task.id).params_input == {"ran_by": ["Eva"], "comment": ""}


@pytest.mark.parametrize("nothing", [None, "", " \n\t", "\u200b\u202e", 7, ["x"], {"a": 1}])
def test_a_rejection_without_a_comment_is_refused_and_says_what_to_do(airflow, asked, nothing):
    task = asked("awaiting_input")
    with pytest.raises(HTTPException) as refused:
        answer(airflow, task, "Reject", nothing)
    assert refused.value.status_code == 400
    assert "un rechazo necesita un comentario" in refused.value.detail
    assert "La pregunta sigue abierta" in refused.value.detail


@pytest.mark.parametrize(
    ("accepted", "told"),
    [
        ("en-GB,en;q=0.9", "a rejection needs a comment"),
        ("es-EC", "un rechazo necesita"),
        ("fr", "un rechazo necesita"),
    ],
)
def test_an_answer_is_refused_in_the_language_that_its_reader_asked_for_else_in_the_companys(
    airflow, asked, accepted, told
):
    task = asked("awaiting_input")
    with reading(accepted), pytest.raises(HTTPException) as refused:
        answer(airflow, task, "Reject")
    assert told in refused.value.detail


def test_the_readers_language_is_known_while_an_answer_is_taken_and_not_elsewhere():
    seen = []

    async def app(scope, receive, send):
        seen.append(reads("es"))

    for path, header in (("/api/v2/x/hitlDetails", b"en"), ("/api/v2/x", b"en"), ("/api/v2/x/hitlDetails", b"")):
        scope = {"type": "http", "path": path, "headers": [(b"accept-language", header)]}
        asyncio.run(ReaderLanguage(app)(scope, None, None))
    assert seen == ["en", "es", "es"]


@pytest.mark.parametrize("option", ["Approve", "Reject"])
def test_a_comment_is_taken_on_one_line_and_one_that_is_too_long_is_refused(airflow, asked, option):
    task = asked("awaiting_input")
    with pytest.raises(HTTPException) as refused:
        answer(airflow, task, option, "x" * 501)
    assert refused.value.status_code == 400
    assert "501" in refused.value.detail
    answer(airflow, task, option, "  Falta\n el recibo\u202e 12 " + "x" * 400)
    assert airflow.get(HITLDetail, task.id).params_input["comment"] == "Falta el recibo 12 " + "x" * 400


def test_airflows_log_of_what_people_do_has_the_answer_without_its_comment(airflow):
    questions.watch()
    request = {"chosen_options": ["Reject"], "params_input": {"comment": "Falta el recibo 12"}}
    for dag in (OURS, ANOTHERS):
        airflow.add(Log(event="update_hitl_detail", owner="Ana", dag_id=dag, extra=json.dumps(request)))
    airflow.add(Log(event="update_hitl_detail", owner="Eva", dag_id=OURS, extra='{"params_input": ["comment"]}'))
    airflow.flush()
    kept = {(log.dag_id, log.owner): log.extra for log in airflow.scalars(select(Log))}
    assert json.loads(kept[OURS, "Ana"]) == request | {"params_input": {"comment": "***"}}
    assert json.loads(kept[ANOTHERS, "Ana"]) == request


def test_the_actions_that_count_are_ones_that_airflow_keeps_a_log_of():
    api = Path(airflow_package.__file__).parent / "api_fastapi/core_api/routes/public"
    routes = "".join(path.read_text() for path in api.glob("*.py"))
    missing = [name for name in STARTS | CLEARS | MARKS | {questions.ANSWERS} if f"def {name}(" not in routes]
    assert missing == []


def begins_again(airflow, task: TaskInstance, option: str) -> DagRun:
    """A step that was answered and ended, and that Airflow tries once more; its run."""
    answer(airflow, task, option, "Wrong form")
    task.state = "failed"
    airflow.flush()
    task.prepare_db_for_next_try(airflow)
    airflow.flush()
    assert left(airflow) == 0
    return airflow.scalar(select(DagRun).where(DagRun.run_id == "asks"))


@pytest.mark.parametrize("option", ["Reject", "Approve"])
def test_a_run_says_who_rejected_it_though_airflow_ran_the_answered_step_again(airflow, asked, option):
    said = _refused(begins_again(airflow, asked("running"), option), airflow.connection())
    assert said == (say("NOT closed: {who} rejected it", who="Ana") if option == "Reject" else None)


def test_a_question_asked_anew_counts_and_not_the_rejection_before(airflow, asked):
    task = asked("running")
    run = begins_again(airflow, task, "Reject")
    airflow.add(HITLDetail(ti_id=task.id, subject="post 12,00?", options=["Approve", "Reject"], params={}))
    airflow.flush()
    assert _refused(run, airflow.connection()) is None
