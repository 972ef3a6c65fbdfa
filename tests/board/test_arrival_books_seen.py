"""The books of what arrived stand on the board like those of any box: the day, its entries, its documents."""

import json
from datetime import date
from decimal import Decimal

import pytest

from cierre.accounting_files.arrivals import arrivals_of, books_box
from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.identity import Identity
from cierre.bookkeeping.matching.books import LEDGER, MatchedRow, documents, facts
from cierre.closing.arrival_books import _freeze
from cierre.closing.arrivals import standing
from cierre.closing.transit import on_its_way
from cierre.ledger import arrivals, identity, revisions
from support import closed_day

BOX = cash_boxes()["educacion_continua_caja_7"]
DAY, PAID = date(2026, 3, 2), date(2026, 3, 4)


@pytest.fixture
def books(ledger, monkeypatch):
    """A payment of 93.97 for 100 of cards, booked."""
    connection = {"conn_type": "protheus", "host": "https://erp.example", "login": "a", "password": "b"}
    monkeypatch.setenv("AIRFLOW_CONN_PROTHEUS", json.dumps(connection))
    rules = arrivals_of(BOX.company)
    box = books_box(BOX.company, rules.books)
    identity.note(ledger, Identity.of(box, source_site=LEDGER, erp_site="https://erp.example"))
    row = MatchedRow(7, PAID, Decimal("93.97"), BOX.id, DAY, "4", "USD", Decimal(100), Decimal("93.97"))
    landed = facts([row], {"4": ("redcard", rules.channels["redcard"].charges)}, {})
    _freeze(ledger, box, rules.books, PAID, landed, documents(landed, PAID), {})
    revision = revisions.current(ledger, box.id, PAID)
    closed_day.post(ledger, revision)
    assert closed_day.reconcile(ledger, revision) == "reconciled"
    return box


def test_a_banks_day_has_its_page_with_accounts_and_documents(login, books, ledger):
    client = login(BOX.company)
    page = client.get(f"/boxes/{books.id}/{PAID}")
    assert page.status_code == 200
    for text in ("1.1.02.001", "5.1.01.002", "93,97", "3,50", "0,53", "2,00", "100,00"):
        assert text in page.text
    assert (
        client.get(f"/boxes/{books.id}/{PAID}/documents", params={"kind": "collection", "form": "4"}).status_code == 200
    )
    assert client.get(f"/months/{PAID:%Y-%m}/companies/{BOX.company}").status_code == 200
    assert client.get("/", params={"month": f"{PAID:%Y-%m}"}).status_code == 200
    rules = arrivals_of(BOX.company)
    assert standing(ledger, BOX.company, [BOX.id, books.id], rules).amounts == []  # They are not awaited themselves.
    assert on_its_way(ledger, BOX.company, [BOX.id, books.id], PAID) == []
    (match,) = arrivals.documents_of_books(ledger, books.id, [PAID]).items()
    assert match == (7, [f"{books.erp.lot}/001/000001"])
    assert login("itb").get(f"/boxes/{books.id}/{PAID}").status_code == 404
