"""The board on a telephone and on paper, in a real browser, with the pages as the board serves them."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from cierre.accounting_files.loader import cash_boxes
from support import closed_day
from support.days import working_day

SHOWN = ("conduce_caja_3", "itb_caja_164")
LAST = working_day(2)
FIRST = LAST.replace(day=1)
TELEPHONE = {"width": 390, "height": 844}
PAGES = ["/", f"/boxes/conduce_caja_3/{LAST}", "/work", "/trends", "/search", "/closing", "/mappings",
         "/mappings/sga_ecuador", f"/months/{FIRST:%Y-%m}/companies/itb",
         f"/months/{FIRST:%Y-%m}/boxes/itb_caja_164"]  # fmt: skip


@pytest.fixture
def visit(look: Callable[..., Page], ledger) -> Callable[..., Page]:
    """``visit("/work", viewport)``: a page of the board, after a closed month."""
    known = cash_boxes()
    closed_day.month(ledger, [known[box] for box in SHOWN], FIRST, LAST)

    def visit(path: str, viewport: dict[str, int], scheme: str = "light") -> Page:
        return look(path, viewport=viewport, color_scheme=scheme)

    return visit


def test_no_page_is_wider_than_a_telephone(visit):
    widths = {path: visit(path, TELEPHONE).evaluate("document.documentElement.scrollWidth") for path in PAGES}
    assert max(widths.values()) <= TELEPHONE["width"], widths


def test_a_telephones_first_screen_says_how_yesterday_stands_and_what_waits(visit):
    page = visit("/", TELEPHONE)
    for place in ("#summary", ".waits a", ".newest"):
        box = page.locator(place).first.bounding_box()
        assert box["y"] + box["height"] <= TELEPHONE["height"], place


def test_a_telephone_shows_the_last_seven_days_of_each_box(visit):
    page = visit("/", TELEPHONE)
    heads = page.locator(".grid thead th:not(.name):visible").all_inner_texts()
    days = [int(re.sub(r"\D", "", head)) for head in heads]
    newest = page.locator(".grid thead .yesterday")
    last = int(re.sub(r"\D", "", newest.inner_text())) if newest.count() else days[-1]
    assert days == list(range(last - 6, last + 1)) if last > 6 else days == list(range(1, 8))
    assert page.locator(".grid tbody tr:not(.company)").first.locator("td:visible").count() == 7


def test_on_a_telephone_each_figure_says_what_it_is(visit):
    page = visit(f"/boxes/itb_caja_164/{LAST}", TELEPHONE)
    row = page.locator(".forms tbody tr").first
    said = row.locator("td:visible").evaluate_all("cells => cells.map(cell => cell.dataset.label)")
    assert {"Forma", "Fuente", "Asiento", "ERP"} <= set(said)


def test_what_is_pressed_by_thumb_is_tall_enough(visit):
    page = visit("/closing", TELEPHONE)
    for height in page.locator("button:visible").evaluate_all("all => all.map(one => one.offsetHeight)"):
        assert height >= 32


def test_axe_finds_no_serious_fault_on_a_telephone_in_light_or_dark(visit):
    for scheme in ("light", "dark"):
        for path in PAGES:
            found = Axe().run(visit(path, TELEPHONE, scheme)).response["violations"]
            assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == [], (scheme, path)


def paper(page: Page) -> list[tuple[int, int]]:
    """The sheets that a page prints on, in millimetres."""
    pdf = page.pdf(prefer_css_page_size=True).decode("latin-1")
    boxes = re.findall(r"/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)", pdf)
    return [(round(float(width) / 72 * 25.4), round(float(height) / 72 * 25.4)) for width, height in boxes]


def test_the_month_is_printed_across_one_page_in_width(visit):
    page = visit("/", {"width": 1400, "height": 900})
    assert set(paper(page)) == {(297, 210)}
    page.set_viewport_size({"width": 1047, "height": 700})  # what is left of the sheet between its margins
    page.emulate_media(media="print")
    grid = page.locator(".grid").bounding_box()
    assert grid["x"] + grid["width"] <= 1047
    assert page.locator(".grid tbody tr:not(.company)").first.locator("td:visible").count() == days_of(FIRST) + 1


def test_a_day_is_printed_upright_and_without_what_is_only_pressed(visit):
    page = visit(f"/boxes/itb_caja_164/{LAST}", {"width": 1400, "height": 900})
    assert set(paper(page)) == {(210, 297)}
    page.set_viewport_size({"width": 703, "height": 900})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 703
    assert page.locator("button:visible, .top:visible, .files:visible").count() == 0


def days_of(month: date) -> int:
    return ((month.replace(day=28) + timedelta(days=4)).replace(day=1) - month).days
