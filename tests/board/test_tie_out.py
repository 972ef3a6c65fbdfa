"""A month's tie-out stands on the board's month, and has a page by account, for those who may see all its boxes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.identity import Identity
from cierre.bookkeeping.tie_out import AccountTotal, Code, ErpDocument, Finding, TieOut
from cierre.ledger import identity, tie_outs
from cierre.ledger.tie_outs import Month
from support import closed_day

BOX = cash_boxes()["itb_caja_164"]
DAY = datetime.now(UTC).date() - timedelta(days=4)
MONTH, SITE = DAY.replace(day=1), "http://erp"
DEPOSIT = Finding(
    Code.FOREIGN, ErpDocument(DAY, "000777", "001", "000003"), "1.1.01.001", "USD", Decimal(0), Decimal("-500.00")
)
CENT = Finding(
    Code.CHANGED, ErpDocument(DAY, BOX.erp.lot, "001", "000001"), "1.1.01.001", "USD", Decimal("50.00"),
    Decimal("49.99"),
)  # fmt: skip


@pytest.fixture
def keep(ledger):
    """``keep(finding, …)``: a tie-out of the month of a day that was closed; gives its number."""
    closed_day.close(ledger, BOX, DAY, ("20.00", "1"), ("30.00", "1"))
    identity.note(ledger, Identity.of(BOX, source_site="http://sga", erp_site=SITE))

    def keep(*found: Finding, known: bool = True) -> int:
        cash = AccountTotal("1.1.01.001", "USD", Decimal("50.00"), Decimal("50.00"), Decimal("-500.00"))
        result = TieOut((cash,), found) if known else None
        return tie_outs.keep(ledger, Month(SITE, BOX.erp.tenant, MONTH), tie_outs.now(ledger), result)

    return keep


def grid(login, name: str = "all") -> str:
    return login(name).get("/", params={"month": f"{MONTH:%Y-%m}"}).text


def test_the_month_says_that_it_is_tied_out_and_leads_to_its_accounts(login, keep):
    number = keep(DEPOSIT)
    page = grid(login)
    assert f'href="/cierre/tie-outs/{number}"' in page
    assert "cuadrado con los saldos del ERP" in page
    tie_out = login().get(f"/tie-outs/{number}").text
    for words in ("000777/001/000003", "-500,00", "asiento de otro lote", "1.1.01.001", "-450,00"):
        assert words in tie_out


def test_a_cent_is_shown_with_both_figures_and_the_document(login, keep):
    number = keep(CENT)
    assert "no cuadra con el ERP" in grid(login)
    section = login().get(f"/tie-outs/{number}").text.partition('id="own"')[2].partition("</section>")[0]
    for words in (f"{BOX.erp.lot}/001/000001", "50,00", "49,99", "-0,01"):
        assert words in section


def test_an_earlier_tie_out_leads_to_the_newest(login, keep):
    before, after = keep(CENT), keep()
    assert f"/tie-outs/{after}" in login().get(f"/tie-outs/{before}").text
    assert "no cuadra" not in grid(login)


def test_an_erp_that_says_nothing_is_never_shown_as_tied_out(login, keep):
    number = keep(known=False)
    assert "cuadrado" not in grid(login)
    assert "cuadre sin confirmar" in login().get(f"/tie-outs/{number}").text


def test_who_may_not_see_the_boxes_learns_nothing_of_their_month(login, keep):
    number = keep(DEPOSIT)
    assert "/tie-outs/" not in grid(login, "conduce_ecuador")
    assert login("conduce_ecuador").get(f"/tie-outs/{number}").status_code == 404
    assert login().get(f"/tie-outs/{number + 1}").status_code == 404
    assert "/tie-outs/" in grid(login, "itb")


def test_a_month_before_anything_was_posted_has_none(login, keep):
    keep()
    assert "/tie-outs/" not in login().get("/", params={"month": f"{date(2024, 1, 1):%Y-%m}"}).text
