from datetime import UTC, datetime

import psycopg
import pytest

from store import landing


def latest(ledger, day):
    return landing.latest(ledger, source="sga", source_connection="sga_itb", source_key="164", business_date=day)


def test_a_snapshot_is_kept_whole_with_its_question_and_hash(ledger, snapshot_id, day):
    snapshot = latest(ledger, day)
    assert snapshot.snapshot_id == snapshot_id
    assert snapshot.body == '[{"PAGOS": []}]'
    assert snapshot.asked == {"a": "facturacionNewProcess"}
    assert snapshot.received_at == datetime(2024, 9, 7, 5, tzinfo=UTC)
    assert len(snapshot.sha256) == 64


def test_a_day_never_landed_has_no_snapshot(ledger, day):
    assert latest(ledger, day) is None


def test_control_totals_come_back_as_they_were_landed(ledger, snapshot_id, reading):
    from bookkeeping.documents import totals

    assert landing.control_totals(ledger, snapshot_id) == totals(reading.documents)


def test_the_same_body_landed_twice_is_two_snapshots_and_one_body(ledger, snapshot_id, day):
    again = landing.land(
        ledger, source="sga", source_connection="sga_itb", source_key="164", business_date=day, asked={},
        received_at=datetime.now(UTC), body='[{"PAGOS": []}]', control_totals=[],
    )  # fmt: skip
    assert latest(ledger, day).snapshot_id == again != snapshot_id
    assert ledger.execute("SELECT count(*) FROM landing.body").fetchone()[0] == 1


@pytest.mark.parametrize("statement", ["UPDATE landing.body SET body = ''", "DELETE FROM landing.control_total"])
def test_what_was_landed_is_never_changed_or_removed(ledger, snapshot_id, statement):
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"):
        ledger.execute(statement)
