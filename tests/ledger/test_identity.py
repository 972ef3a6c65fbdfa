"""What each box is, and what others have booked that it claims: against real books."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.identity import Identity, Origin, Unique
from cierre.bookkeeping.journal import JournalEntry, Line, LineSource, Side
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.ledger import identity, landing, revisions

FIRST = date(2024, 9, 1)
BOX = Identity(
    id="a", file="a", name="A", company="itb", source="sga", source_site="http://sga", source_key="1",
    erp_connection="protheus", erp_site="http://erp", tenant="T1,D MG 01 ", lot="000001", currency="USD",
    timezone="America/Guayaquil", start_date=FIRST,
)  # fmt: skip


def book(ledger: psycopg.Connection, box: Identity, day: date, keys: list[str]) -> None:
    """A day's documents in the box's books, one dollar each."""
    place = landing.Place(box.source, "sga", box.source_key, day)
    snapshot = landing.land(
        ledger,
        place,
        asked={},
        received_at=datetime.now(UTC),
        body="[]",
        open_fields=NOTHING_OPEN,
        site=box.source_site,
    )
    landing.take(ledger, box.id, day, snapshot.snapshot_id, [], [], key=box.source_key)
    sources = tuple(LineSource(key, "net", Decimal("1.00")) for key in keys)
    lines = [Line(side, "1.1", Decimal(len(keys)), "x", sources=sources) for side in Side]
    documents = {
        key: Document(
            "sga",
            Kind.PAYMENT,
            key.removeprefix("sga:payment:"),
            day,
            box.currency,
            "1",
            {"net": Decimal(1)},
            {},
            "0/PAGOS/0",
        )
        for key in keys
    }
    revisions.freeze(
        ledger, box=box.id, day=day, snapshot_id=snapshot.snapshot_id, mapping="m", mapping_digest="0" * 64,
        tenant=box.tenant, lot=box.lot, documents=documents,
        entries=[JournalEntry(box.id, day, 1, box.currency, tuple(lines))],
    )  # fmt: skip


def test_a_box_is_kept_once_for_each_time_that_it_is_otherwise(ledger):
    assert identity.note(ledger, BOX) is None
    assert identity.note(ledger, BOX) == BOX
    moved = replace(BOX, lot="000002", start_date=FIRST + timedelta(days=9))
    assert identity.note(ledger, moved) == BOX
    assert identity.last_seen(ledger, "a") == moved
    assert list(moved.changes(BOX)) == [("lot", "000002", "000001"), ("start_date", moved.start_date, FIRST)]
    assert ledger.execute("SELECT count(*) FROM ledger.cash_box").fetchone()[0] == 2


def test_a_lot_at_another_site_of_the_erp_or_of_another_tenant_is_another_lot(ledger):
    identity.note(ledger, BOX)
    book(ledger, BOX, FIRST, ["sga:payment:1"])
    other = replace(BOX, id="b", source_key="2")
    assert [one.box for one in identity.claims(ledger, other, "sga", None)] == ["a"]
    assert identity.claims(ledger, replace(other, erp_site="http://erp2"), "sga", None) == []
    assert identity.claims(ledger, replace(other, tenant="T1,D MG 02 "), "sga", None) == []
    assert [one.box for one in identity.claims(ledger, replace(other, tenant="T1,D MG 01"), "sga", None)] == ["a"]


def test_a_till_at_another_site_of_the_source_is_another_till(ledger):
    identity.note(ledger, BOX)
    book(ledger, BOX, FIRST, ["sga:payment:1"])
    other = replace(BOX, id="b", lot="000002")
    (claimed,) = identity.claims(ledger, other, "sga", FIRST)
    assert (claimed.box, claimed.first, claimed.documents, claimed.money) == ("a", FIRST, 1, Decimal("1.00"))
    assert identity.claims(ledger, replace(other, source_site="http://sga2"), "sga", None) == []
    assert identity.claims(ledger, replace(other, start_date=FIRST + timedelta(days=1)), "sga", None) == []


@pytest.mark.parametrize(
    ("scope", "key", "day", "other_box", "own"),
    [
        (Unique.SITE, "2", FIRST + timedelta(days=3), True, True),
        (Unique.SITE_AND_DAY, "2", FIRST, True, False),
        (Unique.SITE_AND_DAY, "2", FIRST + timedelta(days=3), False, False),
        (Unique.KEY_AND_DAY, "1", FIRST, True, False),
        (Unique.KEY_AND_DAY, "2", FIRST, False, False),
        (Unique.KEY_AND_DAY, "1", FIRST + timedelta(days=3), False, False),
    ],
)
def test_documents_are_the_same_within_what_their_ids_are_unique_in(ledger, scope, key, day, other_box, own):
    identity.note(ledger, BOX)
    book(ledger, BOX, FIRST, ["sga:payment:1", "sga:payment:2"])
    documents = {scope: ["sga:payment:1", "sga:payment:3"]}
    origin = Origin("sga", "http://sga", "sga", key)
    found = identity.booked_elsewhere(ledger, "b", day, origin, documents)
    assert found == ({("a", FIRST): ["sga:payment:1"]} if other_box else {})
    ledger.execute("INSERT INTO staging.day SELECT 'a', %s, max(snapshot_id) FROM landing.snapshot", (FIRST,))
    ledger.execute(
        "INSERT INTO staging.document SELECT 'a', %s, 'sga:payment:1', 'payment', '1', 'USD', 1, '{}', '{}', '', ''",
        (FIRST,),
    )
    found = identity.booked_elsewhere(ledger, "a", day, origin, documents)
    assert found == ({("a", FIRST): ["sga:payment:1"]} if own else {})
    ledger.execute("DELETE FROM staging.document")
    assert identity.booked_elsewhere(ledger, "a", day, origin, documents) == {}


STEP = st.tuples(
    st.sampled_from("abc"), st.sampled_from("12"), st.sampled_from(["000001", "000002"]), st.integers(0, 4),
    st.integers(0, 3),
)  # fmt: skip


@given(st.lists(STEP, min_size=1, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_files_say_and_in_whatever_order_a_lot_a_till_and_a_document_have_one_box(ledger, steps):
    """Each step is a box as its file may say (key, lot, start date), and a day that it closes unless refused."""
    with ledger.transaction(force_rollback=True):
        for name, key, lot, ahead, start in steps:
            day = FIRST + timedelta(days=ahead)
            box = replace(BOX, id=name, file=name, source_key=key, lot=lot, start_date=FIRST + timedelta(days=start))
            if day < box.start_date or identity.claims(ledger, box, "sga", day):
                continue
            identity.note(ledger, box)
            documents = [f"sga:payment:{key}-{day}"]
            origin = Origin("sga", box.source_site, "sga", key)
            if not identity.booked_elsewhere(ledger, name, day, origin, {Unique.KEY_AND_DAY: documents}):
                book(ledger, box, day, documents)
        stands = (
            "FROM ledger.entry JOIN ledger.line USING (entry_id)"
            " CROSS JOIN ledger.documents_behind(entry_id, line) WHERE ledger.stands(entry)"
        )
        twice = f"SELECT document_key {stands} GROUP BY document_key HAVING count(DISTINCT box) > 1"
        assert ledger.execute(twice).fetchall() == []
        assert (
            ledger.execute("SELECT lot FROM ledger.entry GROUP BY lot HAVING count(DISTINCT box) > 1").fetchall() == []
        )
