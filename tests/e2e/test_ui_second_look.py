"""A payment that left the source after its day was closed, as an accountant meets it: on the board, on the day's page
and where its correction is approved."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect

from cierre.ledger import looks, staging
from e2e import doing
from e2e.conftest import System
from support.browser import photograph, visitor

BOX, TENANT, CAJA = "itb_caja_154", "itb", 154
DAY = date(2024, 6, 12)


@pytest.fixture
def spanish(browser: Browser, system: System) -> Iterator[Page]:
    """The page of an accountant in Guayaquil: its pictures are those of docs/accountants."""
    stack = system.stack
    with visitor(browser, stack.api_url, stack.user, stack.password, zone="America/Guayaquil", locale="es") as seen:
        yield seen


@pytest.mark.more
def test_a_day_that_changed_since_its_close_is_shown_and_its_correction_approved_in_the_browser(
    system: System, boxes: list[str], spanish: Page
):
    doing.school_box(system, CAJA)
    assert system.close(BOX, DAY) == "success"
    documents = staging.documents(system.ledger, BOX, DAY)
    paid = max((one for one in documents if one.kind == "payment" and one.form == "1"), key=lambda one: one.net)
    system.sandbox.change_payment(TENANT, paid.reference, remove=True)
    looking = doing.start(system, "second_look", {"from": str(DAY), "box": BOX})
    system.wait(lambda: state_of(system, looking, "look") == "running", "the look to begin")
    room(system, 0)  # Nobody closes the day again before it was seen.
    look = system.wait(lambda: looks.newest(system.ledger, BOX, DAY), "the look")

    spanish.goto(f"/plugin/cierre/cierre/?month={DAY:%Y-%m}&q=Caja+154")
    board = spanish.frame_locator("iframe[title=Cierre]")
    day = board.locator(f"a[href='boxes/{BOX}/{DAY}']").first
    expect(day).to_be_visible()
    photograph(spanish, "board-changed", down_to=board.get_by_text("Las flechas recorren"))
    day.click()
    expect(board.get_by_role("heading", name="Cambios desde el cierre")).to_be_visible()
    expect(board.locator("section.alarm")).to_contain_text(paid.reference)
    photograph(spanish, "day-changed", down_to=board.locator("section.alarm"))

    room(system, 1)
    run = f"{DAY}__second_look__{look.look_id}"
    system.wait(lambda: state_of(system, run, "approve") == "awaiting_input", "the question")
    spanish.set_viewport_size({"width": 1400, "height": 1350})  # what is asked, the facts and the answer in one picture
    spanish.goto(f"/plugin/cierre/cierre/approvals/{BOX}/{DAY}")
    expect(board.locator("section[aria-labelledby=documents]")).to_contain_text(paid.reference)
    photograph(spanish, "correction")
    board.get_by_role("button", name="Aprobar").click()
    assert system.finished(BOX, run) == "success"
    in_source = system.sandbox.books(TENANT, CAJA, DAY).payments["1"].amount
    assert in_source == sum(one.net for one in staging.documents(system.ledger, BOX, DAY)
                            if one.kind == "payment" and one.form == "1")  # fmt: skip
    spanish.goto(f"/plugin/cierre/cierre/boxes/{BOX}/{DAY}")
    expect(board.get_by_role("heading", name="Cambios desde el cierre")).to_have_count(0)


def state_of(system: System, run: str, task_id: str) -> str | None:
    """The state of a task of a run; None as long as Airflow has none."""
    return next((task.state for task in system.api.tasks([run]) if task.task_id == task_id), None)


def room(system: System, slots: int) -> None:
    """Lets so many tasks of the second look run at once."""
    system.metadata.execute("UPDATE slot_pool SET slots = %s WHERE pool = 'second_look'", (slots,))
