"""A line that somebody edits in the ERP is found by the month's tie-out, told by mail, and shown with its cent."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from cierre.bookkeeping.tie_out import Code
from cierre.ledger import tie_outs
from e2e import doing
from e2e.conftest import System
from support.browser import photograph, visitor

BOX, TENANT, CAJA, LOT = "itb_caja_157", "itb", 157, doing.lot_of(157)
DAY, MONTH = date(2024, 5, 15), date(2024, 5, 1)
CASH, BANK = "1.1.01.001", "1.1.02.001"


@pytest.fixture
def spanish(browser: Browser, system: System) -> Iterator[Page]:
    """The page of somebody whose browser speaks Ecuador's Spanish."""
    stack = system.stack
    with visitor(browser, stack.api_url, stack.user, stack.password, zone="America/Guayaquil", locale="es-EC") as seen:
        yield seen


def test_a_cent_edited_in_the_erp_is_found_told_and_shown_and_so_is_an_entry_of_another_lot(
    system: System, boxes: list[str], spanish: Page
):
    doing.school_box(system, CAJA)
    assert system.close(BOX, DAY) == "success"
    (document,) = system.live(LOT, DAY)
    edited = Decimal(document.lines[0]["CT2_VALOR"]) - Decimal("0.01")
    system.sandbox.edit_document(document, 1, CT2_VALOR=str(edited))
    deposit(system)

    known = doing.tied_out(system, BOX, TENANT, MONTH)
    found = [one.finding for one in tie_outs.findings(system.ledger, known.tie_out_id)]
    assert [(one.code, abs(one.difference)) for one in found] == [
        (Code.CHANGED, Decimal("0.01")),
        (Code.FOREIGN, Decimal("1500.00")),
        (Code.FOREIGN, Decimal("1500.00")),
    ]
    subject = "[SANDBOX (pruebas)] T1,D MG 01, 2024-05: el ERP no tiene lo que se registró"
    mail, *_ = system.wait(lambda: [mail for mail in system.mails if mail["Subject"] == subject], "the mail")
    body = mail.get_body(("html",)).get_content()
    assert f"documento 15/05/2024 {LOT}/001/000001: otro importe" in body
    assert "asiento de otro lote en una cuenta de dinero" in body

    spanish.goto(f"/plugin/cierre/cierre/?month={MONTH:%Y-%m}&q=Caja+157")
    board = spanish.frame_locator("iframe[title=Cierre]")
    expect(board.get_by_text("no cuadra con el ERP")).to_be_visible()
    photograph(spanish, "board-tie-out", down_to=board.get_by_text("Las flechas recorren"))
    board.get_by_role("link", name="T1,D MG 01").click()
    expect(board.locator("section.alarm")).to_contain_text("0,01")
    expect(board.locator("section[aria-labelledby=foreign]")).to_contain_text("000777/001/000001")
    spanish.set_viewport_size({"width": 1400, "height": 1250})  # all accounts in one picture
    photograph(spanish, "tie-out")


def deposit(system: System) -> None:
    """The treasury's own entry in the ERP: cash goes to the bank."""
    item = {"CT2_DC": "3", "CT2_DEBITO": BANK, "CT2_CREDIT": CASH, "CT2_VALOR": 1500.00, "CT2_HIST": "Deposito"}
    answer = requests.post(
        f"{system.stack.sandbox_url}/protheus/api/ctb/accountingentry/insert",
        json={"CT2_DATA": f"{DAY:%d/%m/%Y}", "CT2_LOTE": "000777", "CT2_SBLOTE": "001", "ITENS": [item]},
        headers={"tenantId": "T1,D MG 01 "},
        auth=("cierre", "sandbox"),
        timeout=10,
    )
    assert answer.json()["error"] == ""
