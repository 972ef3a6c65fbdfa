"""A day of each source is served by the project's own rules, to the cent of what the till took."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.documents import Document
from cierre.closing.landed_day import LandedDay
from cierre.served_invoices.keeping import served
from conformance.surroundings import by_hand, connect
from support import closed_day

DAY = date(2024, 9, 6)

# What is billed and what is collected of a document, in the rules' meaning and other words.
Shares = Callable[[Document], tuple[Decimal, Decimal]]


def of_bsale(one: Document) -> tuple[Decimal, Decimal]:
    return {"payment": (one.net, one.net), "sale": (one.net, Decimal(0)), "collection": (Decimal(0), one.net)}[one.kind]


def of_sga(one: Document) -> tuple[Decimal, Decimal]:
    return {"payment": (one.net, one.net), "credit_note": (-one.net, Decimal(0))}.get(
        one.kind, (Decimal(0), Decimal(0))
    )


def of_zeta(one: Document) -> tuple[Decimal, Decimal]:
    pesos = round(one.net * Decimal(one.attributes["rate"]), 2) if one.currency != "UYU" else one.net
    billed = -pesos if one.kind == "credit_note" else pesos
    return billed, billed if one.attributes["sale_type"] == "cash" else Decimal(0)


@pytest.mark.parametrize(
    ("name", "shares"),
    [("austral_oficina_1", of_bsale), ("itb_caja_164", of_sga), ("itb_uruguay_1_1", of_zeta)],
)
def test_a_day_is_served_to_the_cent(ledger, sandbox, monkeypatch, name: str, shares: Shares):
    box = cash_box(name)
    connect(sandbox.url, box.connection, monkeypatch)
    body = by_hand(box.source, box.connection).fetch(box.key, DAY).body
    documents = LandedDay(box, DAY, body, lambda *_: []).reading().documents
    parts = list(served(ledger, box.company).parts(box, documents))
    assert len(parts) > 10
    wanted = [shares(one) for one in documents]
    assert total(part.total for part in parts) == total(billed for billed, _ in wanted)
    assert total(part.collected for part in parts) == total(collected for _, collected in wanted)
    for part in parts:
        assert part.project
        assert "/" not in part.invoice


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def test_the_document_of_an_invoice_shows_its_journal_lines_and_no_name(ask, make_key, ledger):
    box = cash_box("itb_caja_164")
    closed_day.close(ledger, box, DAY, ("35.30", "1"), ("10.00", "1"))
    key = {"X-API-Key": make_key("itb")}
    row, _ = ask("/facturas-emitidas", key).json()
    (document,) = ask(f"/facturas-emitidas/{row['id']}", key).json()["documentos"]
    pages = PdfReader(BytesIO(ask(f"/documentos/{document['id']}/archivo", key).content)).pages
    text = "\n".join(page.extract_text() for page in pages)
    for told in (row["numeroFactura"], "35,30 USD", "1.1.01.001", "4.1.01.001", "000001", "debe"):
        assert told in text, told
    assert closed_day.PERSON not in text
