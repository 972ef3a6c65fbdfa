"""In a real browser, in Spanish: a new form of payment from the failed day to the closed day, without any file."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.loader import cash_boxes
from cierre.ledger import mapping_proposals
from support import stopped_day
from support.browser import photograph
from support.mapping_files import folder  # noqa: F401  a fixture

BOX = cash_boxes()["itb_caja_164"]
DAY = (datetime.now(UTC) - timedelta(days=4)).date()
MOST_CLICKS = 12

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def as_person(look: Callable[..., Page], ledger) -> Callable[[str], Page]:
    """``as_person("all")``: a browser of a person, in which Airflow's API is a run that closes the day."""

    def run(route: Route) -> None:
        stopped_day.close(ledger, date.fromisoformat(json.loads(route.request.post_data)["partition_key"]))
        route.fulfill(json={})

    def page_of(name: str) -> Page:
        page = look(person=name, viewport={"width": 1200, "height": 900})
        page.route("**/api/v2/**", run)
        return page

    return page_of


class Clicks:
    """Clicks, and counts them."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, what: Locator) -> None:
        what.click()
        self.number += 1


def broken(page: Page) -> dict[str, list[str]]:
    """The rules of accessibility that matter and that a page breaks, with where."""
    found = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    return {one["id"]: [node["html"] for node in one["nodes"]] for one in found}


def test_a_new_form_of_payment_from_the_failed_day_to_the_closed_day(as_person, ledger):
    stopped_day.stop(ledger, DAY)
    stopped_day.stop(ledger, DAY - timedelta(days=1), net="12.00")
    click = Clicks()
    ana = as_person("all")
    ana.goto(f"/cierre/boxes/{BOX.id}/{DAY}")
    click(ana.get_by_role("link", name="Responder"))
    expect(ana.get_by_text("La fuente la llama PAGO EN LINEA")).to_be_visible()
    click(ana.get_by_role("link", name="Pagos en línea por cobrar"))
    expect(ana.get_by_text("2 días lo esperan; de ellos se podrían contabilizar 2")).to_be_visible()
    assert broken(ana) == {}
    photograph(ana, "mapping-answer")
    click(ana.get_by_role("button", name="Proponerlo"))
    expect(ana.get_by_text("Usted lo propuso")).to_be_visible()

    berta = as_person("second")
    berta.goto("/cierre/work")
    click(berta.get_by_role("link", name="Mapeos"))
    click(berta.get_by_role("link", name="Decidir"))
    click(berta.get_by_text("Las líneas del archivo"))
    photograph(berta, "mapping-proposal")
    click(berta.get_by_role("button", name="Aceptar"))
    click(berta.get_by_role("link", name="Cerrar los días que esperaban por esto (2)"))
    click(berta.get_by_role("button", name="Cerrar los días elegidos (2)"))
    click(berta.get_by_role("button", name="Cerrarlos"))
    expect(berta.locator("#so-far")).to_have_text("2 de 2 terminados, 2 cerrados")
    assert click.number <= MOST_CLICKS

    account = "SELECT sum(amount) FROM ledger.line WHERE account = '1.1.03.003' AND side = 'D'"
    assert str(ledger.execute(account).fetchone()[0]) == "390.64"
    digests = ledger.execute("SELECT DISTINCT mapping_digest FROM ledger.revision").fetchall()
    (row,) = mapping_proposals.proposals_of(ledger, [BOX.mapping])
    assert digests == [(row.mapping_digest,)] == [(account_mapping(BOX.mapping).digest,)]
    berta.goto(f"/cierre/mappings/{BOX.mapping}")
    expect(berta.get_by_text(row.mapping_digest[:10])).to_be_visible()
    assert broken(berta) == {}
    photograph(berta, "mapping")


def test_a_wrong_account_is_refused_with_what_would_be_right(as_person, ledger):
    stopped_day.stop(ledger, DAY)
    ana = as_person("all")
    ana.goto("/cierre/work")
    ana.get_by_role("link", name="Responder").click()
    ana.get_by_label("Código").fill("1.1.03.0O3")
    ana.get_by_role("button", name="Ver qué contabilizaría").click()
    expect(ana.get_by_role("alert")).to_contain_text("¿quiso decir 1.1.03.003 (Pagos en línea por cobrar)?")
    expect(ana.get_by_role("button", name="Proponerlo")).to_have_count(0)
    ana.get_by_label("Buscar en el plan de cuentas").fill("linea")
    ana.get_by_role("button", name="Buscar").click()
    expect(ana.get_by_role("link", name="Pagos en línea por cobrar").first).to_be_visible()


def test_the_form_of_a_new_box_and_the_page_of_companies_are_accessible(as_person, ledger):
    ana = as_person("all")
    ana.goto("/cierre/new-box?like=itb_caja_164")
    ana.get_by_label("Nombre", exact=True).fill("Caja 170, ITB")
    ana.get_by_label("Nombre del archivo").fill("itb_caja_170")
    ana.get_by_label("Clave en la fuente").fill("170")
    ana.get_by_label("Lote").fill("008964")
    ana.get_by_label("Primer día").fill("2026-01-01")
    ana.get_by_role("button", name="Ver cómo quedaría su archivo").click()
    expect(ana.get_by_role("alert")).to_contain_text("la caja itb_caja_164 tiene lo mismo: empresa del ERP y lote")
    assert broken(ana) == {}
    ana.set_viewport_size({"width": 390, "height": 844})
    assert ana.evaluate("document.documentElement.scrollWidth") <= 390
    ana.goto("/cierre/companies")
    assert broken(ana) == {}
    assert ana.evaluate("document.documentElement.scrollWidth") <= 390


def test_two_people_who_edit_a_mapping_at_once_lose_neither_s_answer(as_person, ledger):
    stopped_day.stop(ledger, DAY)
    stopped_day.stop(ledger, DAY - timedelta(days=1), "20", "TARJETA DE DEBITO", "12.00")
    ana, berta = as_person("all"), as_person("second")
    chosen = {ana: ("PAGO EN LINEA", "Pagos en línea por cobrar"), berta: ("TARJETA DE DEBITO", "Tarjetas de débito")}
    for page in chosen:
        page.goto("/cierre/mappings/sga_ecuador")
    for page, (called, account) in chosen.items():
        answers = [link.get_attribute("href") for link in page.get_by_role("link", name="Responder").all()]
        for answer in answers:
            page.goto(answer)
            if page.get_by_text(f"La fuente la llama {called}").count():
                break
        page.get_by_role("link", name=account).first.click()
    for page in chosen:
        page.get_by_role("button", name="Proponerlo").click()
        expect(page.get_by_text("Usted lo propuso")).to_be_visible()
    own = {page: page.url for page in chosen}
    ana.goto(own[berta])
    berta.goto(own[ana])
    ana.get_by_role("button", name="Aceptar").click()
    expect(ana.get_by_text("El archivo ya lo dice")).to_be_visible()
    berta.get_by_role("button", name="Aceptar").click()
    expect(berta.get_by_role("alert")).to_contain_text("El archivo cambió mientras tanto")
    berta.get_by_role("button", name="Aceptar").click()
    expect(berta.get_by_text("El archivo ya lo dice")).to_be_visible()
    values = account_mapping(BOX.mapping).tables["account_of_form"].values
    assert (values["19"], values["20"]) == ("1.1.03.003", "1.1.03.002")


def test_who_approves_and_which_month_is_open_are_changed_without_any_file(as_person, ledger):
    ana, berta = as_person("all"), as_person("second")
    ana.goto("/cierre/companies")
    ana.get_by_role("link", name=f"Cambiar {BOX.name}").click()
    ana.get_by_label("Quién puede aprobar").fill("ana, luis")
    ana.get_by_label("Preguntar cuando el día pasa de").fill("5000")
    ana.get_by_role("button", name="Ver cómo quedaría su archivo").click()
    expect(ana.get_by_text("by: [ana, luis]")).to_be_visible()
    assert broken(ana) == {}
    photograph(ana, "box-settings")
    ana.get_by_role("button", name="Proponerlo").click()
    berta.goto("/cierre/mappings")
    berta.get_by_role("link", name="Decidir").click()
    berta.get_by_role("button", name="Aceptar").click()
    expect(berta.get_by_text("El archivo ya lo dice")).to_be_visible()
    assert cash_boxes()[BOX.id].approvals.by == ("ana", "luis")

    ana.goto(f"/cierre/settings/periods/{BOX.company}")
    ana.get_by_label("Los libros están abiertos desde el").fill(str(DAY.replace(day=1)))
    ana.get_by_role("button", name="Ver cómo quedaría su archivo").click()
    expect(ana.get_by_text("días antes todavía no están cerrados")).to_be_visible()
    assert broken(ana) == {}
    photograph(ana, "periods")
    ana.set_viewport_size({"width": 390, "height": 844})
    assert ana.evaluate("document.documentElement.scrollWidth") <= 390
