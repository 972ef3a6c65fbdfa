"""The table that ends the demo."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console

from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.evidence import Posted
from cierre.closing.arrivals import Sign
from cierre.language.say import in_language
from cierre.ledger.overview import BoxDay
from local.report import all_green, table
from support.spanish import not_spanish

DAY = date(2024, 9, 6)


def box_day(box, state="reconciled", **changes):
    facts = {
        "revision": 1,
        "documents": 3,
        "quarantined": 0,
        "journal_total": Decimal("1234.50"),
        "money_by_form": {"16": Decimal("34.50"), "1": Decimal("1200.00"), "99": Decimal("0.00")},
        "erp_documents": ["008964/001/000001"],
        "uncertain": 0,
    }
    return BoxDay(box=box, business_date=DAY, state=state, **facts | changes)


@pytest.fixture
def boxes():
    return {name: cash_boxes()[name] for name in ("itb_caja_164", "conduce_caja_3")}


def shown(boxes, *box_days):
    console = Console(width=160, record=True, file=StringIO())
    console.print(table(DAY, boxes, {box_day.box: box_day for box_day in box_days}))
    return console.export_text()


def test_money_is_shown_by_the_names_of_its_forms_in_the_order_of_their_numbers(boxes):
    text = shown(boxes, box_day("itb_caja_164"))
    places = [text.index(part) for part in ("1,200.00  Efectivo", "34.50  Pago online", "0.00  form 99")]
    assert places == sorted(places)


def test_money_that_is_looked_at_has_its_sign_and_other_money_looks_as_it_is(boxes):
    signs = {"itb_caja_164": {"1": Sign(date(2024, 9, 9), changed=False), "16": Sign(None, changed=False)}}
    console = Console(width=160, record=True, file=StringIO())
    day = box_day("itb_caja_164")
    console.print(table(DAY, boxes, {day.box: day, "conduce_caja_3": box_day("conduce_caja_3")}, signs))
    rows = [" ".join(line.split("│")[3].split()) for line in console.export_text().splitlines() if line.count("│") > 3]
    for shown in ("1,200.00 Efectivo ✓✓", "34.50 Pago online ✓", "0.00 form 99", "1,200.00 Efectivo"):
        assert shown in rows


def test_a_row_tells_box_documents_journal_total_erp_documents_and_state(boxes):
    text = shown(boxes, box_day("itb_caja_164", quarantined=2))
    for part in (boxes["itb_caja_164"].name, "2 quarantined", "1,234.50 USD", "008964/001/000001", "reconciled"):
        assert part in text


def test_a_box_of_which_the_ledger_knows_nothing_is_shown_as_not_closed(boxes):
    row = next(line for line in shown(boxes).splitlines() if boxes["conduce_caja_3"].name in line)
    assert "not closed" in row


def test_a_spanish_reader_gets_all_of_it_in_spanish(boxes):
    with in_language("es"):
        watched = box_day("itb_caja_164", quarantined=2, watched_until=datetime(2024, 9, 7, 5, tzinfo=UTC))
        text = shown(boxes, watched)
    assert "1.234,50 USD" in text
    assert not_spanish(text, allowed=boxes) == []


@pytest.mark.parametrize(
    ("state", "green"),
    [("reconciled", True), ("no activity", True), ("open", False), ("uncertain", False), ("discrepancy", False)],
)
def test_only_reconciled_boxes_and_those_without_activity_are_green(boxes, state, green):
    found = {"itb_caja_164": box_day("itb_caja_164"), "conduce_caja_3": box_day("conduce_caja_3", state)}
    assert all_green(boxes, found) is green


def test_a_box_that_is_missing_from_the_ledger_is_not_green(boxes):
    assert not all_green(boxes, {"itb_caja_164": box_day("itb_caja_164")})


def test_pesos_of_chile_are_shown_without_decimals(boxes):
    boxes = {"austral_oficina_1": cash_boxes()["austral_oficina_1"]}
    text = shown(boxes, box_day("austral_oficina_1", journal_total=Decimal("1744810.00")))
    assert "1,744,810 CLP" in text
    assert "1,200  Efectivo" in text


def test_a_closed_day_says_on_what_evidence_and_one_that_is_not_closed_says_none(boxes):
    now = datetime.now(UTC)
    read = box_day("itb_caja_164", posted=(Posted(now, now),))
    answered = box_day("conduce_caja_3", posted=(Posted(now, None),))
    text = shown(boxes, read, answered)
    assert "read back" in text
    assert "acknowledged" in text
    assert "acknowledged" not in shown(boxes, replace(answered, state="discrepancy"))


def test_a_day_read_long_ago_is_stale(boxes):
    long_ago = datetime.now(UTC) - timedelta(days=30)
    assert "stale" in shown(boxes, box_day("itb_caja_164", posted=(Posted(long_ago, long_ago),)))


def test_a_watched_day_is_green_and_says_until_when(boxes):
    watched = box_day("itb_caja_164", watched_until=datetime(2024, 9, 8, 5, 30, tzinfo=UTC))
    assert "watched until 08/09 05:30 UTC" in shown(boxes, watched)
    assert all_green({"itb_caja_164": boxes["itb_caja_164"]}, {"itb_caja_164": watched})
