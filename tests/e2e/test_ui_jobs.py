"""What people come to the board for, each with its clicks counted: in Spanish and English, at a desk and on a phone, in
light and dark. Of these three, every two meet in every way."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from e2e import doing
from e2e.conftest import HOME, System
from support import closed_day
from support.browser import DESK, PHONE, TASKS_MS, Clicks, fill_and_see, visitor

CAJA = 158
BOX, LOT = f"itb_caja_{CAJA}", doing.lot_of(CAJA)
APRIL = (date(2025, 4, 1), date(2025, 4, 30))
CLOSED, BOOKED = "conduce_caja_4", date(2025, 4, 30)
DIFFERING, DIFFERS = "conduce_caja_3", date(2025, 4, 9)
MOST = {"yesterday": 0, "the cause of a cent": 3, "a correction": 3, "a missing month": 4, "a package": 4, "a row": 3}

SPANISH = {
    "Work lists": "Pendientes",
    "Company": "Empresa",
    "Close what is missing": "Cerrar lo que falta",
    "Close the chosen days (1)": "Cerrar los días elegidos (1)",
    "Close them": "Cerrarlos",
    "1 of 1 done, 1 closed": "1 de 1 terminados, 1 cerrados",
    "Search": "Buscar",
    "Approve": "Aprobar",
    "What was asked and decided": "Lo que se preguntó y se decidió",
    "of the source": "de la fuente",
    "the row is not booked": "la fila no está asentada",
    "boxes are closed": "cajas están cerradas",
}


@dataclass(frozen=True)
class Way:
    """How somebody looks at the board."""

    number: int
    language: str
    size: ViewportSize
    theme: str

    def says(self, english: str) -> str:
        """A text of the board in the person's language."""
        return SPANISH[english] if self.language == "es" else english


WAYS = {
    "spanish-desk-light": Way(0, "es", DESK, "light"),
    "spanish-phone-dark": Way(1, "es", PHONE, "dark"),
    "english-phone-light": Way(2, "en", PHONE, "light"),
    "english-desk-dark": Way(3, "en", DESK, "dark"),
}


@pytest.fixture(scope="module")
def corrections(system: System, boxes: list[str]) -> dict[int, tuple[date, str]]:
    """For each way a day closed twice, a payment having come late between; the runs wait for a person."""
    doing.school_box(system, CAJA, also="approvals:\n  corrections: true")
    days = {way.number: date(2024, 11, 4 + way.number) for way in WAYS.values()}
    first = {day: system.trigger(BOX, day) for day in days.values()}
    for run in first.values():
        assert system.finished(BOX, run) == "success"
    for day in days.values():
        system.sandbox.pay_late("itb", str(CAJA), day, 1, Decimal("12.34"))
    return {number: (day, system.trigger(BOX, day)) for number, day in days.items()}


@pytest.fixture(scope="module")
def april(system: System, boxes: list[str]) -> System:
    """A month of two boxes, a day of which differs."""
    known = system.cash_boxes()
    closed_day.month(system.ledger, [known[DIFFERING], known[CLOSED]], *APRIL)
    return system


@pytest.fixture(
    params=[
        pytest.param(way, id=name, marks=[] if way.number in (0, 2) else pytest.mark.more) for name, way in WAYS.items()
    ]
)
def way(request: pytest.FixtureRequest) -> Way:
    return request.param


@pytest.fixture
def ana(browser: Browser, system: System, way: Way) -> Iterator[Page]:
    """The page of somebody who ran nothing."""
    password = json.loads((HOME / "passwords.json").read_text())["ana"]
    with visitor(
        browser, system.stack.api_url, "ana", password, zone="America/Guayaquil",
        locale={"es": "es-EC", "en": "en-GB"}[way.language], size=way.size, theme=way.theme,
    ) as page:  # fmt: skip
        yield page
        assert page.locator("html").get_attribute("data-theme") == way.theme
        assert page.evaluate("document.documentElement.scrollWidth") <= way.size["width"]


@pytest.fixture
def click() -> Clicks:
    return Clicks()


def test_how_yesterday_stands_is_on_the_first_screen(april: System, ana: Page, way: Way, click: Clicks):
    ana.goto("/cierre/")
    said = ana.locator("#summary")
    expect(said).to_contain_text(way.says("boxes are closed"))
    place = said.bounding_box()
    assert place
    assert place["y"] + place["height"] <= way.size["height"]
    assert click.number == MOST["yesterday"]


def test_the_cause_of_a_cent_is_found(april: System, ana: Page, way: Way, click: Clicks):
    ana.goto("/cierre/")
    click(ana.get_by_role("link", name=way.says("Work lists")))
    click(ana.locator(f"section[aria-labelledby=discrepancies] a[href$='{DIFFERING}/{DIFFERS}']"))
    click(ana.locator("section.alarm a[href*=PAGOS]"))
    expect(ana.get_by_text(way.says("the row is not booked"))).to_be_visible()
    assert click.number <= MOST["the cause of a cent"]


def test_a_document_of_the_erp_leads_to_its_row_at_the_source(april: System, ana: Page, way: Way, click: Clicks):
    (document,) = april.ledger.execute(
        "SELECT concat_ws('/', rtrim(attempt.lot), rtrim(sublot), rtrim(document)) FROM erp.attempt"
        " JOIN ledger.entry USING (entry_id) WHERE box = %s AND business_date = %s AND state = 'confirmed'",
        (CLOSED, BOOKED),
    ).fetchone()
    ana.goto("/cierre/")
    click(ana.get_by_role("link", name=way.says("Search")))
    ana.locator("input[name=q]").fill(document)
    ana.locator("input[name=first]").fill(str(BOOKED - timedelta(days=40)))
    ana.locator("input[name=last]").fill(str(BOOKED))
    ana.locator("input[name=last]").press("Enter")
    click(ana.locator("section[aria-labelledby=sent] a[href*='/lines/']").first)
    click(ana.locator("a[href*='/rows/']").first)
    expect(ana.locator("h1")).to_contain_text(way.says("of the source"))
    assert click.number <= MOST["a row"]


def test_the_auditors_package_of_a_month_is_taken(april: System, ana: Page, way: Way, click: Clicks):
    ana.goto("/cierre/?month=2025-04")
    click(ana.locator("a[href$='months/2025-04/companies/conduce_ecuador']").first)
    with ana.expect_download() as taken:
        click(ana.locator("a[href$='books.zip']").first)
    with zipfile.ZipFile(taken.value.path()) as package:
        assert {"README.txt", "verify.html"} <= {*package.namelist()}
    assert click.number <= MOST["a package"]


def test_what_a_company_misses_is_closed(april: System, ana: Page, way: Way, click: Clicks):
    day = date(2025, 1, 20 + way.number)
    ana.goto("/cierre/?month=2025-01&company=educacion_continua")
    click(ana.get_by_role("link", name=way.says("Close what is missing")))
    for field in ("first", "last"):
        fill_and_see(ana, field, str(day))
    click(ana.get_by_role("button", name=way.says("Close the chosen days (1)")))
    click(ana.get_by_role("button", name=way.says("Close them")))
    expect(ana.get_by_text(way.says("1 of 1 done, 1 closed"))).to_be_visible(timeout=TASKS_MS)
    (state,) = april.ledger.execute(
        "SELECT state FROM ledger.box_day WHERE box = 'educacion_continua_caja_7' AND business_date = %s", (day,)
    ).fetchone()
    assert state == "reconciled"
    assert click.number <= MOST["a missing month"]


def test_a_correction_is_decided_from_the_mail(
    system: System, corrections: dict[int, tuple[date, str]], ana: Page, way: Way, click: Clicks
):
    day, run = corrections[way.number]
    link = doing.link_of(doing.mailed(system, f"Por aprobar: Caja {CAJA}, ITB, {day}"))
    ana.goto(link)
    click.number += 1  # the mail's link
    click(ana.get_by_role("button", name=way.says("Approve")))
    expect(ana.get_by_role("heading", name=way.says("What was asked and decided"))).to_be_visible(timeout=TASKS_MS)
    assert system.finished(BOX, run) == "success"
    assert doing.who_approved(system, BOX, day) == ["ana"]
    assert click.number <= MOST["a correction"]
