"""Days that wait for a person, who answers through Airflow's REST API, or does not."""

from datetime import date
from itertools import groupby

import pytest

BOX, DAG, LOT = "itb_caja_169", "cash_close__itb_caja_169", "008969"


@pytest.fixture(scope="module")
def asking(system, boxes):
    """The system with a box that asks for a person's approval on every day."""
    file = (system.mappings / "cash_boxes" / "itb_caja_164.yaml").read_text()
    for known, own in {"Caja 164": "Caja 169", "key: 164": "key: 169", "008964": LOT}.items():
        file = file.replace(known, own)
    system.add_box(BOX, f"{file}\napprovals:\n  amount_over: 1\n")
    return system


def test_a_rejected_day_posts_nothing_and_an_approved_one_is_posted_once(asking):
    day = date(2024, 9, 19)
    run = asking.trigger(BOX, day)

    assert answered(asking, run, "Reject") == "failed"
    assert asking.live(LOT, day) == []

    asking.api.clear(DAG, run, "approve")
    assert answered(asking, run, "Approve") == "success"
    assert len(asking.live(LOT, day)) == 1
    assert decisions(asking, run) == [("rejected", "admin"), ("approved", "admin")]


def test_where_nobody_answers_nothing_is_posted_people_are_told_and_may_be_asked_again(asking):
    day = date(2024, 9, 20)
    run = asking.trigger(BOX, day)
    asking.wait(lambda: approval(asking, run) == "awaiting_input", "the question")

    days_go_by(asking, run)
    assert asking.finished(BOX, run) == "failed"
    assert asking.live(LOT, day) == []
    assert decisions(asking, run) == [("timed out", None)]
    subject = f"[SANDBOX (pruebas)] Caja 169, ITB, {day}: falló approve"
    (mail,) = asking.wait(lambda: [mail for mail in asking.mails if mail["Subject"] == subject], "the alert")
    assert "nadie respondió en 3 días" in mail.get_body(("html",)).get_content()
    note = asking.wait(lambda: asking.api.call("GET", f"/dags/{DAG}/dagRuns/{run}")["note"], "the run's note")
    assert "SIN cerrar: falló approve" in note

    asking.api.clear(DAG, run, "approve")
    assert answered(asking, run, "Approve") == "success"
    assert len(asking.live(LOT, day)) == 1
    assert decisions(asking, run) == [("timed out", None), ("approved", "admin")]


def answered(system, run: str, option: str) -> str:
    """Answers until the run has ended as it should; its state.

    Airflow asks anew where an answer comes before its scheduler has seen that the task waits; people are slower.
    """
    expected = "failed" if option == "Reject" else "success"

    def ended() -> str | None:
        if approval(system, run) == "awaiting_input":
            path = f"/dags/{DAG}/dagRuns/{run}/taskInstances/approve/-1/hitlDetails"
            if not system.api.call("GET", path)["response_received"]:
                system.api.call("PATCH", path, json={"chosen_options": [option], "params_input": {}})
        return expected if system.api.run_state(DAG, run) == expected else None

    return system.wait(ended, f"the run to end as {expected}", every=1)


def approval(system, run: str) -> str:
    return next(task.state for task in system.api.tasks([run]) if (task.dag_id, task.task_id) == (DAG, "approve"))


def days_go_by(system, run: str) -> None:
    """Nobody waits three days for a test: in Airflow's database the time for an answer is over."""
    system.metadata.execute(
        "UPDATE task_instance SET trigger_timeout = now() WHERE dag_id = %s AND run_id = %s AND task_id = 'approve'",
        (DAG, run),
    )


def decisions(system, run: str) -> list[tuple[str, str | None]]:
    """What became of the run's questions, and by whom, in order; each once, whatever the reasons to ask were."""
    record = system.ledger.execute(
        "SELECT decision, decided_by FROM ledger.approval WHERE asked_in = %s ORDER BY approval_id", (run,)
    )
    return [decision for decision, _ in groupby(map(tuple, record))]
