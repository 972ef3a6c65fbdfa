"""A day of a box in pesos that also sold in dollars: no figure of it adds pesos to dollars.

1,000.00 UYU and 100.00 USD, the latter booked at 40.00: the journal comes to 5,000.00 UYU. Two rows are held back, a
sale of 30.00 USD and its return.
"""

import io
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from cierre.accounting_files.loader import cash_boxes
from cierre.alerts.figures import stages
from cierre.board.day import Held, figures
from cierre.board.journal_total import PartOfTotal
from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow, Reading, Total, totals
from cierre.bookkeeping.journal import Foreign, JournalEntry, Line, LineSource, Side
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.company_day import company_day
from cierre.ledger import board, landing, month_facts, revisions, staging
from cierre.ledger.revisions import Revision
from support import closed_day

BOX = next(box for box in cash_boxes().values() if box.currency == "UYU")
DAY = datetime.now(UTC).date() - timedelta(days=4)
HERE = f"/boxes/{BOX.id}/{DAY}"
USD = Foreign("USD", Decimal("100.00"))


def sale(number: int, currency: str, net: str, form: str) -> Document:
    rate = {"rate": "40"} if currency == "USD" else {}
    return Document(
        BOX.source, Kind.SALE, str(number), DAY, currency, form, {"net": Decimal(net)}, rate, f"sales/{number}"
    )


def held(number: int, net: str) -> QuarantinedRow:
    return QuarantinedRow(f"sales/{number}", Kind.SALE, "credit USD", "no_rate", Sentence("no rate"), Decimal(net), {},
                          blocking=False, currency="USD")  # fmt: skip


@pytest.fixture
def closed(ledger) -> Revision:
    """The day, closed."""
    pesos, dollars = documents = [sale(1, "UYU", "1000.00", "cash"), sale(2, "USD", "100.00", "cash USD")]
    rows = [held(3, "30.00"), held(4, "-30.00")]
    place = landing.Place(BOX.source, BOX.connection, BOX.key, DAY)
    landed = landing.land(ledger, place, asked={}, received_at=datetime.now(UTC), body="[]", open_fields=NOTHING_OPEN)
    counted = [*totals(documents), Total(Kind.SALE, "credit USD", 2, Decimal("0.00"))]
    landing.take(ledger, BOX.id, DAY, landed.snapshot_id, counted, [], key=BOX.key)
    staging.replace(ledger, BOX.id, DAY, landed.snapshot_id, Reading(documents, rows))
    lines = []
    for side, account in ((Side.DEBIT, "1.1.01.001"), (Side.CREDIT, "4.1.01.001")):
        own = LineSource(pesos.key, "net", Decimal("1000.00"))
        foreign = LineSource(dollars.key, "net", Decimal("4000.00"), Decimal("100.00"))
        lines += [Line(side, account, Decimal("1000.00"), "Caja", sources=(own,)),
                  Line(side, account, Decimal("4000.00"), "Caja USD", sources=(foreign,), foreign=USD)]  # fmt: skip
    revision, _ = revisions.freeze(
        ledger, box=BOX.id, day=DAY, snapshot_id=landed.snapshot_id, mapping=BOX.mapping, mapping_digest="0" * 64,
        tenant=BOX.erp.tenant, lot=BOX.erp.lot, entries=[JournalEntry(BOX.id, DAY, 1, "UYU", tuple(lines))],
        documents={one.key: one for one in documents},
    )  # fmt: skip
    closed_day.post(ledger, revision)
    assert closed_day.reconcile(ledger, revision) == "reconciled"
    return revision


@pytest.mark.usefixtures("closed")
def test_the_stages_of_a_day_are_told_for_each_currency(ledger):
    shown = figures(ledger, BOX.id, DAY)
    assert [(one.currency, one.name, one.rows, one.net, one.agrees) for one in shown.stages] == [
        *(("USD", name, rows, Decimal("100.00"), True)
          for name, rows in (("source", 3), ("staged", 3), ("journal", 1), ("ERP", 1))),
        *(("UYU", name, 1, Decimal("1000.00"), True) for name in ("source", "staged", "journal", "ERP")),
    ]  # fmt: skip


@pytest.mark.usefixtures("closed")
def test_what_is_held_back_is_told_in_its_currency_and_no_return_hides_a_sale(ledger):
    assert figures(ledger, BOX.id, DAY).quarantined == {"USD": Held(2, Decimal("60.00"))}
    (one,) = month_facts.MonthFacts(ledger, [BOX.id], DAY, DAY).held()
    assert (one.rows, one.money, one.currency) == (2, Decimal("60.00"), "USD")


@pytest.mark.usefixtures("closed")
def test_the_journals_total_is_explained_in_the_currency_of_the_books(ledger):
    assert figures(ledger, BOX.id, DAY).total == [PartOfTotal("sale", "net", Decimal("5000.00"), Decimal("5000.00"))]


@pytest.mark.usefixtures("closed")
def test_the_days_page_and_its_sheets_name_the_currency_of_each_amount(login):
    page = login().get(HERE).text
    assert "1.100,00" not in page
    assert re.search(r"<h3>USD</h3>.*<b>100,00</b>.*<h3>UYU</h3>.*<b>1\.000,00</b>", page, re.DOTALL)
    assert page.count('<td class="n">100,00 USD</td>') == 4
    assert '<td class="n">-30,00 USD</td>' in page
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(login().get(f"{HERE}/close.xlsx").content))
    stages_of_day, forms = (sheets.get_sheet_by_name(name).to_python() for name in sheets.sheet_names[:2])
    assert [row[2] for row in stages_of_day[1:]] == [100] * 4 + [1000] * 4
    assert all("USD" in row[0] for row in stages_of_day[1:5])
    assert {(row[1].endswith("(USD)"), row[3]) for row in forms[1:]} == {(False, 1000), (True, 100)}


@pytest.mark.usefixtures("closed")
def test_a_form_in_dollars_lists_its_documents_in_dollars(login):
    page = login().get(f"{HERE}/documents?kind=sale&form=cash%20USD").text
    assert "<small>USD</small>" in page


def test_a_difference_in_dollars_is_told_in_dollars(login, ledger, closed):
    staged = [*staging.documents(ledger, BOX.id, DAY), sale(5, "USD", "7.00", "cash USD")]
    staging.replace(ledger, BOX.id, DAY, closed.snapshot_id, Reading(staged))
    assert closed_day.reconcile(ledger, closed) == "discrepancy"
    (first,) = board.discrepancies(ledger, [BOX.id])
    assert (first.form, first.difference, first.currency) == ("cash USD", Decimal("-7.00"), "USD")
    assert "-7,00 USD" in login().get(HERE).text


@pytest.mark.usefixtures("closed")
def test_a_companys_digest_has_the_stages_of_each_currency(ledger):
    one = company_day(ledger, BOX.company, DAY)
    in_all = {
        currency: [(row.left_net, row.right_net) for row in rows if row.kind == "all"]
        for currency, rows in one.sums.items()
    }
    assert in_all == {"USD": [(Decimal("100.00"),) * 2] * 3, "UYU": [(Decimal("1000.00"),) * 2] * 3}
    assert stages(one.sums).count("100.00 USD") == stages(one.sums).count("1,000.00 UYU") == 4
