"""A box whose file is renamed, through the real scheduler: nothing is posted a second time."""

from datetime import date

import pytest

DAY, LOT = date(2024, 9, 25), "008968"
OLD, NEW = "itb_caja_168", "itb_caja_centro"


@pytest.fixture
def renamed(system, boxes):
    """Caja 168 has closed a day; its file is called otherwise now. Yields how to write that file."""
    folder = system.mappings / "cash_boxes"
    text = (folder / "itb_caja_164.yaml").read_text()
    for known, own in {"Caja 164": "Caja 168", "key: 164": "key: 168", "008964": LOT}.items():
        text = text.replace(known, own)

    def write(name: str, also: str = "") -> None:
        system.add_box(name, f"{text}\n{also}\n")

    write(OLD)
    assert system.close(OLD, DAY) == "success"
    (folder / f"{OLD}.yaml").unlink()
    yield write
    (folder / f"{NEW}.yaml").unlink()


def test_a_renamed_file_posts_nothing_twice_and_goes_on_with_its_books_by_one_line(system, renamed):
    assert len(system.live(LOT, DAY)) == 1
    renamed(NEW)
    assert system.close(NEW, DAY) == "failed"
    assert len(system.live(LOT, DAY)) == 1

    renamed(NEW, f"formerly: {OLD}")
    calls = system.sandbox.calls("protheus", lot=LOT)
    run = system.trigger(NEW, DAY)
    assert system.finished(NEW, run) == "success"
    assert (len(system.live(LOT, DAY)), system.sandbox.calls("protheus", lot=LOT)) == (1, calls)
    states = {task.task_id: task.state for task in system.api.tasks([run]) if task.dag_id == f"cash_close__{NEW}"}
    assert states["approve"] == "skipped"  # nobody had to approve, and it cost no process
    assert {state for task, state in states.items() if task != "approve"} == {"success"}

    system.api.clear(f"cash_close__{NEW}", run, "approve")  # alone, it is skipped again, and post goes on
    assert system.wait(lambda: system.api.run_state(f"cash_close__{NEW}", run) == "success", "the cleared run")
    boxes = {row.box for row in system.ledger.execute("SELECT box FROM ledger.entry WHERE lot = %s", (LOT,))}
    assert boxes == {OLD}
