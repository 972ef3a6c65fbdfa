"""Shops as they are, closed from the sandbox's Zeta: receipts, discounts, whole pesos, other shapes, other numbers."""

import json
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.ledger import landing, overview
from cierre.reports.audit import audit
from sandbox.zeta.settings import Profile, Traps

DAY = date(2024, 9, 6)
BOX, KEY = "itb_uruguay_1_2", "1-2"
CASH, DOLLARS = "1.1.01.001", "1.1.01.004"
CUSTOMERS, CUSTOMERS_IN_DOLLARS = "1.1.03.005", "1.1.03.006"
ROUNDING = "5.2.01.001"
EVERYDAY = Profile(sales=(1, 3))


@pytest.fixture
def connection(monkeypatch) -> Callable[..., None]:
    """``connection(receipts="all")``: changes what the connection to Zeta says."""

    def change(**extra: object) -> None:
        said = json.loads(os.environ["AIRFLOW_CONN_ZETA"])
        said["extra"] |= extra
        monkeypatch.setenv("AIRFLOW_CONN_ZETA", json.dumps(said))

    return change


@pytest.fixture
def closed(close, sandbox, ledger) -> Callable[[], Callable[..., Decimal]]:
    """``closed()``: closes the day; gives a function of accounts, their balance in the ERP."""
    sandbox.zeta.set_profile(EVERYDAY)

    def closed() -> Callable[..., Decimal]:
        assert close(BOX, DAY).all()["state"] == "reconciled"
        (found,) = [row for row in overview.day(ledger, DAY) if row.box == BOX]
        lots = {document.split("/")[0] for document in found.erp_documents}
        documents = [document for document in sandbox.protheus_ledger(live=True) if document.lot in lots]
        assert audit(ledger).sound
        return lambda *accounts: sum((one.balance(each) for one in documents for each in accounts), Decimal(0))

    return closed


def claims(ledger) -> list:
    return landing.claims(ledger, landing.taken(ledger, BOX, DAY).snapshot_id, BOX)


class TestReceipts:
    def test_they_are_collections_of_the_box_where_the_connection_reads_them(self, closed, sandbox, ledger, connection):
        connection(receipts="issued")
        balance = closed()
        books = sandbox.zeta.books("ITBUY", KEY, DAY)
        pesos = {kind: books.vouchers[f"{kind}/cash/UYU"].total for kind in ("sale", "credit_note")}
        assert books.receipts["UYU"].total > 0
        assert balance(CASH) == pesos["sale"] - pesos["credit_note"] + books.receipts["UYU"].total
        # What customers pay, they no longer owe: receipts move money between the two.
        assert balance(CASH, DOLLARS, CUSTOMERS, CUSTOMERS_IN_DOLLARS) == books.pesos
        told = [str(claim) for claim in claims(ledger) if "receipts" in claim.what]
        assert told == [
            f"unattested: receipts of box 1-2, form receipt: 1 rows landed; {books.receipts['UYU'].total} landed",
            f"unattested: receipts of box 1-2, form receipt USD: 1 rows landed; {books.receipts['USD'].total} landed",
        ]

    def test_one_that_is_taken_back_leaves_the_box_once_it_is_said_what_its_sign_means(
        self, closed, close, sandbox, connection
    ):
        receipt = sandbox.zeta.sell("ITBUY", KEY, DAY, voucher=705)
        sandbox.zeta.change(receipt, total=-12_345)
        connection(receipts="issued")
        run = close(BOX, DAY)
        run.step("land")
        with pytest.raises(AirflowFailException, match=f"TotalSigno of receipt {receipt} is negative"):
            run.step("stage")
        connection(receipts="issued", receipt_sign="1")
        balance = closed()
        books = sandbox.zeta.books("ITBUY", KEY, DAY)
        assert balance(CASH, DOLLARS, CUSTOMERS, CUSTOMERS_IN_DOLLARS) == books.pesos
        pesos = {kind: books.vouchers[f"{kind}/cash/UYU"].total for kind in ("sale", "credit_note")}
        assert balance(CASH) == pesos["sale"] - pesos["credit_note"] + books.receipts["UYU"].total

    def test_where_only_the_last_row_says_that_a_page_is_the_last_all_are_read(self, closed, sandbox, connection):
        sandbox.zeta.set(last_receipt="row", page_size=2)
        connection(receipts="all")
        balance = closed()
        books = sandbox.zeta.books("ITBUY", KEY, DAY)
        assert balance(CASH, DOLLARS, CUSTOMERS, CUSTOMERS_IN_DOLLARS) == books.pesos
        assert books.receipts["USD"].count == 1

    def test_one_that_is_not_issued_stops_the_day(self, close, sandbox, connection):
        sandbox.zeta.set_profile(EVERYDAY)
        receipt = sandbox.zeta.sell("ITBUY", KEY, DAY, voucher=705, unissued=True)
        connection(receipts="issued")
        run = close(BOX, DAY)
        run.step("land")
        with pytest.raises(AirflowFailException, match=f"receipt {receipt} is not issued"):
            run.step("stage")

    def test_they_are_off_by_default_and_the_log_and_the_day_say_so(self, close, sandbox, ledger, caplog, capsys):
        sandbox.zeta.set_profile(EVERYDAY)
        close(BOX, DAY).step("land")
        said = "Receipts (recibos de cobro) are not among this box's money"
        assert said in caplog.text + capsys.readouterr().out
        assert [claim.what for claim in claims(ledger) if claim.is_notice] == [
            f"{said}: the connection does not read them"
        ]
        assert sandbox.calls("zeta", "QueryComprobantes") == 0


@pytest.mark.parametrize("lines", ["nested", "sections"])
def test_lines_in_another_shape_are_read_like_flat_ones(closed, sandbox, lines):
    sandbox.zeta.set(lines=lines)
    balance = closed()
    assert balance(CASH, DOLLARS, CUSTOMERS, CUSTOMERS_IN_DOLLARS) == sandbox.zeta.books("ITBUY", KEY, DAY).pesos
    assert sandbox.calls("zeta", "VentaDetallada") == 0


def test_discount_lines_and_whole_pesos_are_booked_to_the_cent(close, closed, sandbox):
    sandbox.zeta.set_profile(Profile(sales=(1, 2), traps=Traps(discount_lines=True, whole_pesos=True)))
    balance = closed()
    books = sandbox.zeta.books("ITBUY", KEY, DAY)
    assert balance(CASH, DOLLARS, CUSTOMERS, CUSTOMERS_IN_DOLLARS) == books.pesos
    parts = {name: figure.base + figure.vat - figure.total for name, figure in books.vouchers.items()}
    signs = {"sale": 1, "credit_note": -1}
    left = sum(difference * signs[name.split("/")[0]] for name, difference in parts.items())
    assert left != 0
    assert abs(balance(ROUNDING) - left) <= Decimal("0.05")  # and what the conversion of dollars leaves
    assert sandbox.calls("zeta", "VentaDetallada") == 0


EXCHANGED = {1: 3, 2: 4, 3: 1, 4: 2}
"""How a site numbers its types that is the other way round."""


class TestAnotherNumbering:
    def test_stops_the_day_where_the_connection_does_not_know_of_it(self, close, sandbox):
        sandbox.zeta.set_profile(EVERYDAY)
        sandbox.zeta.set(numbering=EXCHANGED)
        run = close(BOX, DAY)
        run.step("land")
        with pytest.raises(
            AirflowFailException, match=r"ComprobanteTipo 1 stands for a credit sale at this connection"
        ):
            run.step("stage")

    def test_closes_it_where_the_connection_does(self, closed, sandbox, connection):
        sandbox.zeta.set(numbering=EXCHANGED)
        types = {"1": "cash_sale", "2": "cash_return", "3": "credit_sale", "4": "credit_note"}
        connection(voucher_types=types)
        balance = closed()
        books = sandbox.zeta.books("ITBUY", KEY, DAY)
        pesos = {kind: books.vouchers[f"{kind}/cash/UYU"].total for kind in ("sale", "credit_note")}
        assert balance(CASH) == pesos["sale"] - pesos["credit_note"]
