"""The close board as an accountant meets it: in Airflow's menu, in a browser, with real figures behind it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FrameLocator, Page, expect

from e2e.conftest import System
from support import closed_day
from support.browser import TASKS_MS, fill_and_see, photograph, visitor

FIRST, LAST = date(2025, 3, 1), date(2025, 3, 31)
MONTH = "/cierre/?month=2025-03"
SHOWN = ("conduce_caja_3", "conduce_caja_4", "itb_caja_164")
DIFFERING = date(2025, 3, 9)
"""The day of the first box whose last document is in no line of the journal."""


@pytest.fixture(scope="module")
def march(system: System, boxes: list[str]) -> System:
    """A month of closed days, with one that differs, one uncertain, one changed."""
    known = system.cash_boxes()
    closed_day.month(system.ledger, [known[box] for box in SHOWN], FIRST, LAST)
    return system


@pytest.fixture
def spanish(browser: Browser, march: System) -> Iterator[Page]:
    """The page of somebody whose browser speaks Ecuador's Spanish."""
    stack = march.stack
    with visitor(browser, stack.api_url, stack.user, stack.password, zone="America/Guayaquil", locale="es-EC") as seen:
        yield seen


def framed(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[title=Cierre]")


def figure(text: str) -> Decimal:
    """An amount as the English pages write it."""
    return Decimal(text.replace(",", ""))


def test_it_opens_from_airflows_menu_and_says_what_the_ledger_says(march: System, page: Page):
    page.goto("/")
    page.get_by_role("link", name="Cierre").click()
    board = framed(page)
    fill_and_see(board, "month", "2025-03")
    expect(board.get_by_role("heading", name="March 2025")).to_be_visible()
    names = {box.name: box.id for box in march.cash_boxes().values()}
    for row in board.locator("tbody tr:not(.company)").filter(has=page.locator("td.c")).all():
        box = names[row.locator("th").get_attribute("title").rpartition(" · ")[2]]
        (booked,) = march.ledger.execute(
            "SELECT sum(total) FROM ledger.entry"
            " WHERE box = %s AND business_date BETWEEN %s AND %s AND reverses IS NULL",
            (box, FIRST, LAST),
        ).fetchone()
        assert figure(row.locator("td.sum").inner_text()) == booked, box
        (closed,) = march.ledger.execute(
            "SELECT count(*) FROM ledger.box_day WHERE box = %s AND business_date BETWEEN %s AND %s"
            " AND state = 'reconciled'",
            (box, FIRST, LAST),
        ).fetchone()
        assert row.locator("td.c").count() == closed, box
    photograph(page, "board")


def test_three_clicks_lead_from_a_day_to_a_row_of_the_source(march: System, page: Page):
    page.goto(f"/plugin/cierre{MONTH}")
    board = framed(page)
    board.locator(f"a[href='boxes/itb_caja_164/{LAST}']").click()
    expect(board.get_by_role("heading", name="From source to ERP")).to_be_visible()
    totals = board.locator(".way b").all_inner_texts()
    assert figure(totals[0]) == figure(totals[2]) + Decimal("5.00")  # a receipt without cash is not booked
    photograph(page, "board-day")
    board.locator("#journal ~ table tbody a").first.click()
    expect(board.get_by_role("heading", name="1.1.01.001")).to_be_visible()
    board.get_by_role("link", name="PAGOS 1 (1)", exact=True).click()
    expect(board.get_by_role("heading", name="Row PAGOS 1 (1) of the source")).to_be_visible()
    expect(board.get_by_text("inscripcionNombre")).to_be_visible()


def test_a_planted_discrepancy_is_found_and_followed_to_its_cause(march: System, page: Page):
    page.goto("/plugin/cierre/cierre/work")
    board = framed(page)
    row = board.locator("section[aria-labelledby=discrepancies] tr", has_text="Mar 9, 2025")
    expect(row).to_be_visible()
    photograph(page, "board-work")
    row.get_by_role("link").first.click()
    expect(board.locator(".way .first .stage")).to_have_text("journal")
    photograph(page, "board-discrepancy")
    board.locator("section.alarm").locator("a[href*=PAGOS]").click()
    expect(board.get_by_text("the row is not booked")).to_be_visible()


def test_the_pages_speak_the_browsers_language_until_another_is_chosen(spanish: Page):
    spanish.goto(f"/plugin/cierre{MONTH}")
    board = framed(spanish)
    expect(board.get_by_role("heading", name="Marzo de 2025")).to_be_visible()
    assert re.fullmatch(r"[\d.]+,\d\d", board.locator("tr", has_text="Caja 164").locator("td.sum").inner_text())
    board.get_by_role("link", name="English").click()
    expect(board.get_by_role("heading", name="March 2025")).to_be_visible()
    spanish.goto("/cierre/work")
    expect(spanish.get_by_role("heading", name="Work lists")).to_be_visible()


def test_arrow_keys_walk_over_the_days_and_enter_opens_one(march: System, page: Page):
    page.goto(f"{MONTH}&q=164")
    page.locator(".grid a[tabindex='0']").focus()
    for key in ("ArrowRight", "ArrowRight", "End", "ArrowLeft"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/boxes/itb_caja_164/2025-03-30$"))


def test_it_is_dark_when_airflow_is(march: System, page: Page):
    page.add_init_script("localStorage.theme = 'dark'")
    page.goto(f"/plugin/cierre{MONTH}")
    expect(framed(page).locator("html")).to_have_attribute("data-theme", "dark")
    photograph(page, "board-dark")


def test_a_day_is_closed_by_a_press_and_its_run_is_found_in_airflow(march: System, page: Page):
    day = date(2025, 2, 3)
    page.goto(f"/plugin/cierre/cierre/boxes/itb_caja_165/{day}")
    board = framed(page)
    board.get_by_role("button", name="Close this day").click()
    expect(board.locator("#runs ~ table a")).to_be_visible()
    (run,) = board.locator("#runs ~ table a").all_inner_texts()
    assert march.finished("itb_caja_165", run) == "success"
    page.reload()
    expect(board.locator("h1 + .badge")).to_have_text(re.compile("closed"))
    board.get_by_role("link", name=run).click()
    expect(page).to_have_url(re.compile(r"/dags/cash_close__itb_caja_165/runs/"))
    expect(page.locator("iframe")).to_have_count(0)


def test_what_a_company_misses_is_closed_in_three_clicks_with_progress(march: System, spanish: Page):
    first, last = date(2025, 1, 8), date(2025, 1, 9)
    spanish.goto("/plugin/cierre/cierre/?month=2025-01&company=conduce_ecuador")
    board = framed(spanish)
    board.get_by_role("link", name="Cerrar lo que falta").click()
    for field, day in (("first", first), ("last", last)):
        fill_and_see(board, field, str(day))
    expect(board.locator("input[name=day]")).to_have_count(4)
    board.get_by_role("button", name="Cerrar los días elegidos (4)").click()
    expect(board.get_by_role("dialog")).to_contain_text("Días por cerrar: 4; cajas: 2")
    photograph(spanish, "close-many")
    board.get_by_role("button", name="Cerrarlos").click()
    expect(board.get_by_text("4 de 4 terminados, 4 cerrados")).to_be_visible(timeout=TASKS_MS)
    states = march.ledger.execute(
        "SELECT state FROM ledger.box_day WHERE box LIKE 'conduce%%' AND business_date BETWEEN %s AND %s", (first, last)
    ).fetchall()
    assert states == [("reconciled",)] * 4


def test_an_erp_document_is_followed_to_its_row_of_the_source_in_three_clicks(march: System, page: Page):
    (document,) = march.ledger.execute(
        "SELECT concat_ws('/', rtrim(attempt.lot), rtrim(sublot), rtrim(document)) FROM erp.attempt"
        " JOIN ledger.entry USING (entry_id) WHERE box = 'itb_caja_164' AND business_date = %s AND state = 'confirmed'",
        (LAST,),
    ).fetchone()
    page.goto(f"/plugin/cierre{MONTH}")
    board = framed(page)
    board.get_by_role("link", name="Search").click()
    board.get_by_label("Number, text, amount or name").fill(document)
    board.get_by_label("from").fill(str(LAST - timedelta(days=40)))
    board.get_by_label("to").fill(str(LAST))
    board.get_by_label("to").press("Enter")
    board.locator("section[aria-labelledby=sent] a[href*='/lines/']").first.click()
    board.locator("a[href*='/rows/']").first.click()
    expect(board.locator("h1")).to_contain_text("of the source")


def test_trends_name_the_day_that_stands_out(march: System, page: Page):
    page.goto(f"/plugin/cierre/cierre/trends?until={LAST}&span=31")
    cash = framed(page).locator("section[aria-labelledby=by-form] tbody tr").first
    expect(cash.locator(".out")).to_contain_text("Mar 24")
    photograph(page, "board-trends")


@pytest.mark.parametrize(
    "address",
    [
        MONTH,
        f"{MONTH}&state=d",
        f"/cierre/boxes/conduce_caja_3/{DIFFERING}",
        "/cierre/work",
        "/cierre/search",
        "/cierre/closing?first=2025-01-13&last=2025-01-17",
        f"/cierre/trends?until={LAST}&span=31",
    ],
)
def test_axe_finds_no_serious_fault_in_light_or_dark(march: System, page: Page, address: str):
    page.goto(address)
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        found = Axe().run(page).response["violations"]
        assert [
            (fault["id"], node["html"], node["failureSummary"])
            for fault in found
            if fault["impact"] in ("serious", "critical")
            for node in fault["nodes"][:3]
        ] == []
