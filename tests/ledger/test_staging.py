from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cierre.bookkeeping.documents import Kind, Reading, Total, totals
from cierre.ledger import revisions, staging

BOX = "itb_caja_164"


def test_documents_come_back_as_they_were_staged(ledger, snapshot_id, reading, day):
    staging.replace(ledger, BOX, day, snapshot_id, reading)
    assert staging.documents(ledger, BOX, day) == reading.documents
    assert staging.snapshot_of(ledger, BOX, day) == snapshot_id


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6) | st.sampled_from(
    ["\t", "\n", "\r", "\\", "\\.", "\\N", '"', "{}", ",", "NULL", "'"]
)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS), min_size=1, max_size=4, unique_by=lambda row: row[0]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_texts_a_document_has_it_is_staged_and_booked_with_them(
    ledger, snapshot_id, day, make_payment, make_entry, rows
):
    documents = [
        make_payment(1, "1.00")._replace(
            source_id=number, place=place, reference=reference, form=form, attributes={"form": other}
        )
        for number, place, reference, form, other in rows
    ]
    with ledger.transaction(force_rollback=True):
        staging.replace(ledger, BOX, day, snapshot_id, Reading(documents))
        staged = staging.documents(ledger, BOX, day)
        assert sorted(staged, key=lambda one: one.key) == sorted(documents, key=lambda one: one.key)
        by_key = {document.key: document for document in staged}
        revisions.freeze(
            ledger, box=BOX, day=day, snapshot_id=snapshot_id, mapping="m", mapping_digest="m", tenant="T", lot="1",
            entries=[make_entry(*staged)], documents=by_key,
        )  # fmt: skip
        behind = ledger.execute(
            "SELECT document_key, place FROM ledger.line CROSS JOIN ledger.documents_behind(entry_id, line)"
            " WHERE line = 1"
        ).fetchall()
        assert dict(behind) == {key: document.place for key, document in by_key.items()}


def test_no_document_is_staged_without_its_day_and_no_day_goes_before_its_documents(
    ledger, admin, snapshot_id, reading, day
):
    staging.replace(ledger, BOX, day, snapshot_id, Reading(reading.documents))
    for statement in (
        "INSERT INTO staging.document SELECT 'other', business_date, document_key, kind, form, currency, net, amounts,"
        " attributes, place, reference FROM staging.document",
        "UPDATE staging.document SET box = 'other'",
        "UPDATE staging.day SET box = 'other'",
        "DELETE FROM staging.day",
        "TRUNCATE staging.day",
    ):
        with pytest.raises((psycopg.errors.ForeignKeyViolation, psycopg.errors.FeatureNotSupported)):
            admin.execute(statement)


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
