from decimal import Decimal

from cierre.bookkeeping.documents import Kind, Reading, Total, totals
from cierre.ledger import staging

BOX = "itb_caja_164"


def test_documents_come_back_as_they_were_staged(ledger, snapshot_id, reading, day):
    staging.replace(ledger, BOX, day, snapshot_id, reading)
    assert staging.documents(ledger, BOX, day) == reading.documents
    assert staging.snapshot_of(ledger, BOX, day) == snapshot_id


def test_a_day_is_replaced_whole(ledger, snapshot_id, reading, day, make_payment):
    staging.replace(ledger, BOX, day, snapshot_id, reading)
    staging.replace(ledger, BOX, day, snapshot_id, Reading([make_payment(9, "1.00")]))
    assert [document.source_id for document in staging.documents(ledger, BOX, day)] == ["0-9"]
    assert staging.quarantined_totals(ledger, BOX, day) == []


def test_another_box_or_day_is_left_alone(ledger, snapshot_id, reading, day, make_payment):
    staging.replace(ledger, "other_box", day, snapshot_id, reading)
    staging.replace(ledger, BOX, day, snapshot_id, Reading())
    assert staging.totals(ledger, "other_box", day) == totals(reading.documents)


def test_quarantined_rows_are_kept_with_their_reason(ledger, snapshot_id, reading, day):
    staging.replace(ledger, BOX, day, snapshot_id, reading)
    assert staging.quarantined_totals(ledger, BOX, day) == [Total(Kind.RECEIPT, "", 1, Decimal("5.00"))]
    assert staging.blocking(ledger, BOX, day) == []


def test_a_document_of_zeros_counts_as_staged_but_has_no_money_to_book(ledger, snapshot_id, day, make_payment):
    staging.replace(ledger, BOX, day, snapshot_id, Reading([make_payment(1, "0.00"), make_payment(2, "3.00")]))
    assert staging.totals(ledger, BOX, day) == [Total(Kind.PAYMENT, "1", 2, Decimal("3.00"))]
    assert staging.totals(ledger, BOX, day, with_money=True) == [Total(Kind.PAYMENT, "1", 1, Decimal("3.00"))]
