"""A day's work in Airflow's web UI, in a real browser, on the whole system."""

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from local.stack import LONG_AGO
from support.airflow_ui import AirflowUi
from support.browser import photograph, visitor

NOVEMBER_6_TO_15 = [f"2024-11-{day:02}" for day in range(6, 16)]


@pytest.fixture
def page(browser, system):
    """The page of an accountant in Guayaquil who reads Spanish: its pictures are those of docs/accountants."""
    stack = system.stack
    with visitor(browser, stack.api_url, stack.user, stack.password, zone="America/Guayaquil", locale="es") as seen:
        yield seen


@pytest.fixture
def ui(page) -> AirflowUi:
    return AirflowUi(page)


@pytest.fixture(scope="module")
def careful_box(system, boxes) -> str:
    """A box whose corrections a person approves, and whose mapping lacks an account; returns its id."""
    folder = system.mappings
    accounts = (folder / "accounts" / "sga_ecuador.yaml").read_text()
    lacking = "".join(line for line in accounts.splitlines(keepends=True) if not line.startswith("      1: 1.1.01.001"))
    (folder / "accounts" / "sga_lacking.yaml").write_text(lacking)
    box = (folder / "cash_boxes" / "itb_caja_164.yaml").read_text()
    for known, own in {
        "Caja 164": "Caja 167",
        "key: 164": "key: 167",
        "008964": "008967",
        "sga_ecuador": "sga_lacking",
    }.items():
        box = box.replace(known, own)
    system.add_box("itb_caja_167", box + "\napprovals:\n  corrections: true\n  not_by_runner: false\n")
    system.api.unpause("cash_close__itb_caja_167")
    return "itb_caja_167"


def test_a_day_picked_in_the_form_is_closed_and_its_run_says_so(system, boxes, ui, page):
    day, dag = date(2024, 9, 17), "cash_close__itb_caja_164"
    system.api.unpause(dag)
    form = ui.trigger_form(dag)
    ui.pick_business_date(form, day)
    photograph(page, "trigger")
    run = ui.submit(form)
    assert system.finished("itb_caja_164", run) == "success"
    assert len(system.live("008964", day)) == 1
    page.goto(f"/dags/{dag}/runs/{run}")
    expect(page.get_by_text("2024-09-17 · Caja 164, ITB · terminó; el tablero de cierres dice")).to_be_visible()
    photograph(page, "closed")
    events = system.api.call("GET", "/assets/events", params={"source_run_id": run})["asset_events"]
    assert [event["partition_key"] for event in events] == ["2024-09-17"]  # the company's day hears of it


@pytest.mark.more
def test_ten_days_typed_into_the_backfill_form_are_those_that_run(system, boxes, ui, page):
    dag = "cash_close__conduce_caja_4"
    system.api.unpause(dag)
    form, foreseen = ui.backfill_form(dag, date(2024, 11, 6), date(2024, 11, 15))
    assert foreseen == NOVEMBER_6_TO_15
    photograph(page, "backfill")
    ui.run_backfill(form, at_once=10)
    first, last = date(2024, 11, 1), date(2024, 11, 30)
    ended = system.wait(lambda: _ended(system.api.days(dag, first, last, since=LONG_AGO)), "the backfill", every=1)
    assert ended == dict.fromkeys(NOVEMBER_6_TO_15, "success")
    page.goto(f"/dags/{dag}/runs")
    expect(page.get_by_text("2024-11-15__backfill__").first).to_be_visible()
    photograph(page, "backfilled")


def _ended(days: dict[str, str]) -> dict[str, str] | None:
    return days if len(days) >= 10 and set(days.values()) <= {"success", "failed"} else None


@pytest.mark.parametrize("zone", ["Asia/Riyadh", "UTC", "Pacific/Pago_Pago"])  # 8 hours east, 5 east, 6 west
def test_people_in_other_zones_get_the_days_they_typed(system, boxes, browser, zone):
    stack = system.stack
    with visitor(browser, stack.api_url, stack.user, stack.password, zone=zone) as page:
        _, foreseen = AirflowUi(page).backfill_form("cash_close__conduce_caja_3", date(2024, 12, 30), date(2025, 1, 2))
    assert foreseen == ["2024-12-30", "2024-12-31", "2025-01-01", "2025-01-02"]


def test_a_failure_is_seen_and_cleared_once_the_mapping_is_mended_and_a_correction_is_approved(
    system, careful_box, ui, page
):
    day, dag = date(2024, 9, 18), f"cash_close__{careful_box}"
    run = system.trigger(careful_box, day)
    assert system.finished(careful_box, run) == "failed"
    ui.task(dag, run, "derive")
    expect(page.get_by_text("que la tabla account_of_form no nombra").first).to_be_visible()
    photograph(page, "failed", down_to=page.get_by_text("Arregle el mapeo").first)
    accounts = system.mappings / "accounts"
    (accounts / "sga_lacking.yaml").write_text((accounts / "sga_ecuador.yaml").read_text())
    ui.clear()
    system.wait(lambda: system.api.run_state(dag, run) == "success", "the cleared run")
    assert len(system.live("008967", day)) == 1

    system.sandbox.pay_late("itb", "167", day, 1, Decimal("12.34"))
    again = system.trigger(careful_box, day)
    system.wait(lambda: _state(system, dag, again, "approve") == "awaiting_input", "the request")
    ui.request_of("Caja 167, ITB, 2024-09-18")
    expect(page.get_by_text("El día ya se había registrado y su asiento cambió")).to_be_visible()
    photograph(page, "approval")
    assert len(system.live("008967", day)) == 1
    ui.answer("Approve")
    assert system.finished(careful_box, again) == "success"
    assert len(system.live("008967", day)) == 3  # the first, its reversal, the corrected one
    decided = system.ledger.execute(
        "SELECT decision, decided_by FROM ledger.approval WHERE box = %s AND business_date = %s", (careful_box, day)
    )
    assert [tuple(row) for row in decided] == [("approved", "admin")]


def _state(system, dag: str, run: str, task_id: str) -> str:
    return next(task.state for task in system.api.tasks([run]) if (task.dag_id, task.task_id) == (dag, task_id))
