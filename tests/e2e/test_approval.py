"""A day that waits for a person, who answers through Airflow's REST API."""

from datetime import date
from itertools import groupby

from local.stack import LONG_AGO

BOX, DAG, LOT, DAY = "itb_caja_169", "cash_close__itb_caja_169", "008969", date(2024, 9, 19)


def test_a_rejected_day_posts_nothing_and_an_approved_one_is_posted_once(system, boxes):
    file = (system.mappings / "cash_boxes" / "itb_caja_164.yaml").read_text()
    for known, own in {"Caja 164": "Caja 169", "key: 164": "key: 169", "008964": LOT}.items():
        file = file.replace(known, own)
    (system.mappings / "cash_boxes" / f"{BOX}.yaml").write_text(f"{file}\napprovals:\n  first_day: true\n")
    system.wait(lambda: DAG in system.api.parsed_dags(DAG, LONG_AGO), "the box's DAG")
    run = system.trigger(BOX, DAY)

    assert answered(system, run, "Reject") == "failed"
    assert system.live(LOT, DAY) == []

    system.api.clear(DAG, run, "approve")
    assert answered(system, run, "Approve") == "success"
    assert len(system.live(LOT, DAY)) == 1
    record = system.ledger.execute(
        "SELECT decision, decided_by FROM ledger.approval WHERE asked_in = %s ORDER BY approval_id", (run,)
    )
    assert [decision for decision, _ in groupby(map(tuple, record))] == [("rejected", "admin"), ("approved", "admin")]


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
