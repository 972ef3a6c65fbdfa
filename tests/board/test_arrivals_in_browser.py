"""In a real browser: a statement is uploaded, yesterday's cards arrive less their commission, and one that did not is
decided; from a cent on its way to its row at the cashier it is three clicks."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from cierre.accounting_files.loader import cash_boxes
from support import closed_day
from support.browser import photograph

BOX = cash_boxes()["educacion_continua_caja_7"]
DAY = date(2026, 3, 2)
STATEMENT = (
    "BANCO;;;;;;;\nEstado de cuenta;;;;;;;\nFecha;Fecha valor;Concepto;Documento;Terminal;Debito;Credito;Saldo\n"
    "04/03/2026;04/03/2026;REDCARD LIQ;778;;;93,97;93,97\n"
    "05/03/2026;05/03/2026;DEPOSITO EFECTIVO;779;;;49,99;143,96\n"
)


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desk", "telephone"])
def page(request, look, ledger) -> Page:
    """The company's page, for somebody of the company, on a desk and on a telephone."""
    closed_day.close(ledger, BOX, DAY, ("20.00", "1"), ("30.00", "1"), ("100.00", "4"))
    width, height = request.param
    return look(f"/arrivals/{BOX.company}", "educacion_continua", viewport={"width": width, "height": height})


def test_a_statement_is_uploaded_and_what_did_not_arrive_is_decided(page, tmp_path):
    file = tmp_path / "extracto.csv"
    file.write_text(STATEMENT, encoding="utf-8")
    page.get_by_label("Archivo").set_input_files(file)
    page.get_by_role("button", name="Subir", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("1 correspondencia nueva")
    photograph(page, "arrivals")
    assert "93,97" in page.locator("section", has_text="Últimas correspondencias").last.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    violations = Axe().run(page).response["violations"]
    assert [one["id"] for one in violations] == []

    page.get_by_role("checkbox", name=f"{BOX.name} {DAY} 1").check()
    page.get_by_role("checkbox", name="2026-03-05 779").check()
    page.get_by_label("Comentario").fill("faltó un centavo en la ventanilla")
    page.get_by_label("Diferencia aceptada").fill("-0,01")
    page.get_by_role("button", name="Hacer corresponder lo marcado").click()
    expect(page.locator("section", has_text="Últimas correspondencias").last).to_contain_text("faltó un centavo")
    page.goto(f"/cierre/boxes/{BOX.id}/{DAY}")
    expect(page.get_by_text("✓✓")).to_have_count(2)


REPORT = (
    "Fecha venta;Fecha pago;Terminal;Lote;Recap;Bruto;Comision;IVA comision;Retencion;Neto;Nro pago\n"
    "02/03/2026;04/03/2026;T007;1;1;100,00;3,50;0,53;2,00;93,97;778\n"
)


@pytest.mark.parametrize("page", [(1280, 900)], indirect=True, ids=["desk"])
def test_a_report_of_the_cards_is_uploaded_and_says_what_was_announced(page, tmp_path):
    for format, name, text in (("redcard_sandbox", "cards.csv", REPORT), ("banco_sandbox", "bank.csv", STATEMENT)):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        page.get_by_label("Formato").select_option(format)
        page.get_by_label("Archivo").set_input_files(file)
        page.get_by_role("button", name="Subir", exact=True).click()
    reports = page.locator("section", has=page.get_by_role("heading", name="Reportes de las tarjetas"))
    expect(reports).to_contain_text("como dice el contrato")
    matches = page.locator("section", has=page.get_by_role("heading", name="Últimas correspondencias", exact=True))
    expect(matches).to_contain_text("por su número")
    expect(matches).to_contain_text("todavía no se asentó")


def test_three_clicks_from_what_is_on_its_way_to_the_row_at_the_cashier(page):
    waiting = page.locator("section", has=page.get_by_role("heading", name="Asentado, y no llegó"))
    waiting.get_by_role("row").filter(has_text="50,00").get_by_role("link").click()
    page.locator("table.forms").get_by_role("row").filter(has_text="50,00").get_by_role("link").first.click()
    page.locator("table.list tbody").get_by_role("row").filter(has_text="30,00").get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("facturaNumero")
