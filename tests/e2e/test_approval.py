"""Days that wait for a person, who answers through Airflow's REST API, or does not."""

from datetime import date
from itertools import groupby

import pytest

from local.airflow_api import AirflowApiError

BOX, DAG, LOT = "itb_caja_169", "cash_close__itb_caja_169", "008969"


@pytest.fixture(scope="module")
def asking(system, boxes):
    """The system with a box that asks for a person's approval on every day."""
    file = (system.mappings / "cash_boxes" / "itb_caja_164.yaml").read_text()
    for known, own in {"Caja 164": "Caja 169", "key: 164": "key: 169", "008964": LOT}.items():
        file = file.replace(known, own)
    system.add_box(BOX, f"{file}\napprovals:\n  amount_over: 1\n  not_by_runner: false\n")
    return system


def test_a_rejected_day_posts_nothing_and_an_approved_one_is_posted_once(asking):
    day = date(2024, 9, 19)
    run = asking.trigger(BOX, day)

    assert answered(asking, run, "Reject") == "failed"
    assert asking.live(LOT, day) == []
    subject = f"[SANDBOX (pruebas)] Caja 169, ITB, {day}: RECHAZADO por admin, sin registrar"
    asking.wait(lambda: [mail for mail in asking.mails if mail["Subject"] == subject], "the mail")
    assert "SIN cerrar: admin lo rechazó" in asking.api.call("GET", f"/dags/{DAG}/dagRuns/{run}")["note"]

    asking.api.clear(DAG, run, "approve")
    assert answered(asking, run, "Approve") == "success"
    assert len(asking.live(LOT, day)) == 1
    assert decisions(asking, run) == [("rejected", "admin"), ("approved", "admin")]


def test_whoever_ran_a_run_does_not_approve_it_and_above_a_second_amount_two_others_do(asking):
    box, day = "itb_caja_160", date(2024, 9, 19)
    file = (asking.mappings / "cash_boxes" / f"{BOX}.yaml").read_text().partition("approvals:")[0]
    for known, own in {"Caja 169": "Caja 160", "key: 169": "key: 160", LOT: "008960"}.items():
        file = file.replace(known, own)
    asking.add_box(box, f"{file}approvals:\n  amount_over: 1\n  second_over: 2\n")
    run = asking.trigger(box, day)
    dag = f"cash_close__{box}"
    yes = {"chosen_options": ["Approve"], "params_input": {}}
    for answers, name in enumerate(("ana", "luis")):
        asking.wait(lambda: approval(asking, run, dag) == "awaiting_input", "the question")
        with pytest.raises(AirflowApiError, match="admin lanzó o limpió esta ejecución, así que debe decidir otra"):
            asking.api.call("PATCH", question(run, dag), json=yes)
        assert asking.live("008960", day) == []
        asking.person(name).call("PATCH", question(run, dag), json=yes)
        asking.wait(lambda: len(taken(asking, run)) > answers, "the answer on record")  # noqa: B023
    assert asking.finished(box, run) == "success"
    assert len(asking.live("008960", day)) == 1
    assert decisions(asking, run) == [("approved", "ana"), ("approved", "luis")]


def test_where_nobody_answers_nothing_is_posted_people_are_told_and_may_be_asked_again(asking):
    day = date(2024, 9, 20)
    run = asking.trigger(BOX, day)
    asking.wait(lambda: approval(asking, run) == "awaiting_input", "the question")

    assert asking.unanswered(BOX, run) == "failed"
    assert asking.live(LOT, day) == []
    assert decisions(asking, run) == [("timed out", None)]
    subject = f"[SANDBOX (pruebas)] Caja 169, ITB, {day}: nadie lo aprobó a tiempo, sin registrar"
    # Airflow may take a task whose time is over this soon for lost, and run it again: then it says so again.
    mail, *_ = asking.wait(lambda: [mail for mail in asking.mails if mail["Subject"] == subject], "the alert")
    assert "nadie respondió en 3 días" in mail.get_body(("html",)).get_content()
    note = asking.wait(lambda: asking.api.call("GET", f"/dags/{DAG}/dagRuns/{run}")["note"], "the run's note")
    assert "SIN cerrar: nadie lo aprobó a tiempo" in note

    asking.api.clear(DAG, run, "approve")
    assert answered(asking, run, "Approve") == "success"
    assert len(asking.live(LOT, day)) == 1
    assert decisions(asking, run) == [("timed out", None), ("approved", "admin")]


@pytest.mark.more
def test_an_answer_that_is_given_as_soon_as_it_can_be_is_taken(asking):
    runs = {day: asking.trigger(BOX, day) for day in (date(2024, 9, number) for number in (23, 24, 25))}
    for run in runs.values():
        answers_once(asking, run, "Approve", every=0.02)
    for day, run in runs.items():
        assert asking.finished(BOX, run) == "success"
        assert len(asking.live(LOT, day)) == 1
        assert decisions(asking, run) == [("approved", "admin")]


@pytest.mark.more
def test_an_answer_after_the_task_was_cleared_counts_or_is_refused_and_never_lost(asking):
    day = date(2024, 9, 26)
    run = asking.trigger(BOX, day)
    asking.wait(lambda: approval(asking, run) == "awaiting_input", "the question")
    first = asking.api.call("GET", question(run))["created_at"]

    asking.api.clear(DAG, run, "approve")
    answers_once(asking, run, "Approve", every=0.02)
    assert asking.finished(BOX, run) == "success"
    assert asking.api.call("GET", question(run))["created_at"] > first  # it showed what was asked anew
    assert decisions(asking, run) == [("approved", "admin")]


@pytest.mark.more
def test_an_answer_that_airflow_took_for_a_task_that_it_then_lost_is_taken_by_the_next_try(asking):
    day = date(2024, 9, 27)
    run = asking.trigger(BOX, day)
    asking.wait(lambda: approval(asking, run) == "awaiting_input", "the question")

    # As Airflow leaves it where its executor tells of the asking process' end after the answer has come.
    asking.metadata.execute(
        "UPDATE hitl_detail SET responded_at = now(), responded_by = %s, chosen_options = %s"
        "  FROM task_instance AS task WHERE task.id = ti_id AND dag_id = %s AND run_id = %s",
        ('{"id": "1", "name": "ana"}', '["Approve"]', DAG, run),
    )
    asking.metadata.execute(
        "UPDATE task_instance SET state = 'up_for_retry', next_method = NULL, next_kwargs = NULL, end_date = now()"
        " WHERE dag_id = %s AND run_id = %s AND task_id = 'approve'",
        (DAG, run),
    )
    assert asking.finished(BOX, run) == "success"
    assert decisions(asking, run) == [("approved", "ana")]


@pytest.mark.more
def test_an_answer_to_a_task_that_was_ended_by_hand_is_refused_and_says_so(asking):
    day = date(2024, 9, 30)
    run = asking.trigger(BOX, day)
    asking.wait(lambda: approval(asking, run) == "awaiting_input", "the question")
    path = f"/dags/{DAG}/dagRuns/{run}/taskInstances/approve"
    asking.api.call("PATCH", path, json={"new_state": "failed"})
    with pytest.raises(AirflowApiError, match=r"409.*Su respuesta NO se tomó"):
        asking.api.call("PATCH", question(run), json={"chosen_options": ["Approve"], "params_input": {}})
    assert asking.finished(BOX, run) == "failed"
    assert asking.live(LOT, day) == []


def question(run: str, dag: str = DAG) -> str:
    return f"/dags/{dag}/dagRuns/{run}/taskInstances/approve/-1/hitlDetails"


def answers_once(system, run: str, option: str, *, every: float = 0.2) -> None:
    """Answers as soon as Airflow says that it has taken the answer, and never again."""

    def answer() -> bool:
        try:
            system.api.call("PATCH", question(run), json=given(option))
        except AirflowApiError as refused:
            # Of an answer that a busy server gave no receipt for.
            return "already been updated" in str(refused)
        return True

    system.wait(answer, "Airflow to take the answer", every=every)


def given(option: str) -> dict:
    """An answer, with the comment that a rejection needs."""
    return {"chosen_options": [option], "params_input": {"comment": "No cuadra"} if option == "Reject" else {}}


def answered(system, run: str, option: str) -> str:
    """Answers, and waits until the run has ended as it should; its state."""
    expected = "failed" if option == "Reject" else "success"
    answers_once(system, run, option)
    system.wait(lambda: system.api.run_state(DAG, run) == expected, f"the run to end as {expected}", every=1)
    return expected


def approval(system, run: str, dag: str = DAG) -> str:
    return next(task.state for task in system.api.tasks([run]) if (task.dag_id, task.task_id) == (dag, "approve"))


def taken(system, run: str) -> list[str]:
    """Who decided what the run asked."""
    return [who for _, who in decisions(system, run) if who]


def decisions(system, run: str) -> list[tuple[str, str | None]]:
    """What became of the run's questions, and by whom, in order; each once, whatever the reasons to ask were."""
    record = system.ledger.execute(
        "SELECT decision, decided_by FROM ledger.approval WHERE asked_in = %s ORDER BY approval_id", (run,)
    )
    return [decision for decision, _ in groupby(map(tuple, record))]
