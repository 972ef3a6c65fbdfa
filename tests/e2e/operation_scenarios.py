"""What people and Airflow do to runs: each scenario closes days of its own, and yields a row for each thing done."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

from rich.console import Console

from e2e.holds import CallHold, erp
from e2e.operations import ASK, CLEAR, DELETE, FILE, MARK, NOTE, PAUSE, Close, Row
from local.backfill import backfill

Scenario = Callable[..., Iterator[Row]]

CASH = 1
ASKING, CHANGING, WAITING = "itb_caja_171", "itb_caja_172", "itb_caja_173"
NOTES_MOST = 1000
"""Characters that Airflow takes for a note."""


def boxes_of_ours(system) -> None:
    """A box that asks a person about every day, and one whose file is changed."""
    known = (system.mappings / "cash_boxes" / "itb_caja_164.yaml").read_text()
    for box, also in {ASKING: "approvals:\n  amount_over: 1\n  not_by_runner: false\n", CHANGING: ""}.items():
        number = box[-3:]
        system.sandbox.open_box("itb", int(number))
        text = known.replace("164", number).replace("008964", f"008{number}")
        system.add_box(box, f"{text}\n{also}")


def october(day: int) -> date:
    """A day that no other test closes."""
    return date(2024, 10, day)


def a_closed_day(system) -> Iterator[Row]:
    """Everything that may be done to the run of a day that is closed."""
    it = Close(system, NOTE, "itb_caja_164", october(1))
    it.begin(note="n" * NOTES_MOST)
    assert it.end() == "success"
    assert it.api("GET", f"/dagRuns/{it.run}")["note"] == "n" * NOTES_MOST
    yield it.row("a note of 1000 characters, the most that Airflow takes", also=", the note as it was written")

    it.chapter = CLEAR
    assert it.clear("post", alone=True) == "success"
    yield it.row("a step of a closed day (`post`), alone")
    assert it.clear("stage") == "success"
    yield it.row("a step of a closed day (`stage`) and those after it")
    assert it.clear() == "success"
    yield it.row("the whole run of a closed day")

    it.chapter = MARK
    it.mark("failed")
    yield it.row("the run of a closed day as failed")

    it.chapter = DELETE
    it.api("DELETE", f"/dagRuns/{it.run}")
    yield it.row("the run of a closed day")
    assert it.close() == "success"


def a_day_that_changed(system) -> Iterator[Row]:
    """A run is cleared after its day changed at the source: books and ERP follow."""
    it = Close(system, CLEAR, "itb_caja_164", october(2))
    assert it.close() == "success"
    system.sandbox.pay_late(it.box_day.tenant, int(it.box.key), it.day, CASH, Decimal("12.50"))
    assert it.clear() == "success"
    yield it.row("the whole run of a closed day that changed at the source")


def a_failed_run(system) -> Iterator[Row]:
    """A person calls a run a success that closed nothing."""
    it = Close(system, MARK, "itb_caja_164", october(3))
    refused = {"ERROR": "Factura matching query does not exist."}
    where = {"caja": it.box.key, "fecha": f"{it.day:%d-%m-%Y}"}
    system.sandbox.faults.add("body", vendor="sga", match=where, body=refused, times=1)
    assert it.close() == "failed"
    it.mark("success")
    yield it.row("a run whose `land` failed, as success", "clear the run", it.clear)


def a_run_under_way(system, state: str, day: date) -> Iterator[Row]:
    """A person ends a run while a journal is on its way."""
    it, hold = posting(system, MARK, "itb_caja_164", day)
    it.mark(state)
    it.task_ends()
    yield it.row(f"a run under way as {state}: the ERP has the journal, its answer is on its way",
                 "clear the run", lambda: it.clear_after_the_lease(hold))  # fmt: skip


def a_step_under_way(system) -> Iterator[Row]:
    """A person clears a step while its journal is on its way."""
    it, hold = posting(system, CLEAR, "itb_caja_165", october(4))
    it.clear_only("post")
    it.task_ends()
    hold.release()
    system.wait(it.box_day.pass_over_the_lease, "the claim that is left")
    assert it.end() == "success"
    yield it.row("the step `post` under way: the ERP has the journal, its answer is on its way")


def posting(system, chapter: str, box: str, day: date) -> tuple[Close, CallHold]:
    """A close whose journal the ERP has booked, and not answered for."""
    it = Close(system, chapter, box, day)
    hold = erp("insert", executes=True)(it.box_day)
    it.begin()
    system.wait(lambda: system.live(it.box.erp.lot, day), "the ERP to have the journal")
    return it, hold


def a_dag_that_is_deleted(system) -> Iterator[Row]:
    """A box's DAG is deleted with all its runs, and read anew from its file."""
    it = Close(system, DELETE, "itb_online_caja_12", october(1))
    assert it.close() == "success"
    it.api("DELETE", "")
    system.read_boxes()
    it.dag_is_read()
    assert it.api("GET", "")["is_paused"]
    yield it.row("the DAG of the box", also="; the DAG is there again, paused")
    assert it.close() == "success"


def a_dag_that_is_paused(system) -> Iterator[Row]:
    """A run is asked for of a DAG that is paused."""
    it = Close(system, PAUSE, "conduce_caja_3", october(1))
    it.api("PATCH", "", {"is_paused": True})
    it.run = it.ask()
    yield it.row("pause the DAG while a run is queued", "let the DAG go on", lambda: goes_on(it))


def goes_on(it: Close) -> None:
    """The DAG is let go on, and the run ends well."""
    it.system.api.unpause(it.dag)
    assert it.end() == "success"


def a_backfill_that_is_cancelled(system) -> Iterator[Row]:
    """A backfill of Airflow's is cancelled during its first day."""
    first, last = (Close(system, PAUSE, "conduce_caja_4", october(day)) for day in (1, 2))
    system.api.unpause(first.dag)
    hold = erp("insert")(first.box_day)
    range_ = {"from_date": f"{first.day}T00:00:00Z", "to_date": f"{last.day}T00:00:00Z", "max_active_runs": 1}
    number = system.api.call("POST", "/backfills", json={"dag_id": first.dag, **range_})["id"]
    system.wait(hold.reached, "the backfill's first day to post")
    system.api.call("PUT", f"/backfills/{number}/cancel")
    hold.release()
    for it in (first, last):
        it.take_the_run()
    assert first.end() == "success"
    yield first.row("cancel a backfill: the day that is under way")
    yield last.row("cancel a backfill: a day whose run is queued", "`make backfill`", lambda: backfilled(last))


def backfilled(it: Close) -> bool:
    """Whether `make backfill` closes the day."""
    console = Console(file=StringIO(), width=200)
    return backfill(it.system.stack, "", it.box.file, it.day, it.day, console) == 0


def an_approval_that_is_marked(system, word: str, day: date) -> Iterator[Row]:
    """A person marks the question instead of answering it."""
    it = Close(system, MARK, ASKING, day)
    it.begin()
    it.waits_for_approval()
    it.mark(word, "approve")
    it.end()
    yield it.row(f"an approval that waits, as {word}", "clear `approve` and answer", it.asked_again)


def an_approval_that_nobody_answers(system) -> Iterator[Row]:
    """The question's time is over."""
    it = Close(system, ASK, ASKING, october(3))
    it.begin()
    it.waits_for_approval()
    it.unanswered()
    yield it.row("nobody answers within three days", "clear `approve` and answer", it.asked_again)


def a_file_that_is_changed(system) -> Iterator[Row]:
    """Lines of a box's file are changed after a day was closed, which is then closed again."""
    it = Close(system, FILE, CHANGING, october(1))
    file = system.mappings / "cash_boxes" / f"{CHANGING}.yaml"
    sound = file.read_text()
    assert it.close() == "success"

    file.write_text(sound.replace("start_date: 2024-01-01", f"start_date: {it.day + timedelta(days=1)}"))
    assert it.clear() == "failed"
    yield it.row("`start_date` is now after a closed day, and its run is cleared")

    file.write_text(sound.replace("timezone: America/Guayaquil", "timezone: Europe/Madrid"))
    assert it.clear() == "success"
    yield it.row("`timezone`, and the run of a closed day is cleared")

    file.write_text(sound.replace("currency: USD", "currency: EUR"))
    it.clear_only()
    it.waits_for_approval()

    def reject() -> None:
        assert it.answer("Reject") == "failed"
        file.write_text(sound)
        it.clear()

    yield it.row(
        "`currency`, and the run of a closed day is cleared",
        "if that was a mistake: reject it, set the file right, clear the run", reject
    )  # fmt: skip


AT_ONCE: dict[str, Scenario] = {
    "closed": a_closed_day,
    "changed": a_day_that_changed,
    "failed": a_failed_run,
    "marked success": lambda system: a_run_under_way(system, "success", october(4)),
    "marked failed": lambda system: a_run_under_way(system, "failed", october(7)),
    "step": a_step_under_way,
    "approval success": lambda system: an_approval_that_is_marked(system, "success", october(1)),
    "approval failed": lambda system: an_approval_that_is_marked(system, "failed", october(2)),
    "approval": an_approval_that_nobody_answers,
    "DAG": a_dag_that_is_deleted,
    "paused": a_dag_that_is_paused,
    "cancelled": a_backfill_that_is_cancelled,
    "file": a_file_that_is_changed,
}
"""Which disturb nobody, each by a word."""
