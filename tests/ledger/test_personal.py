"""Personal values: kept apart from landed bodies, joined, found by person, and erased for good."""

import json
from datetime import UTC, date, datetime
from unicodedata import normalize

import psycopg
import pytest

from cierre.bookkeeping.personal import OpenFields
from cierre.ledger import landing, personal, session
from cierre.ledger.landing import Place
from cierre.ledger.personal import By
from cierre.ledger.whole_answers import changed_answers
from cierre.reports.audit import audit

DAY = date(2024, 9, 6)
OPEN = OpenFields(frozenset({"amount"}))
ANA, LUIS = {"amount": 5, "name": "Ana Vera", "ruc": "0912345678"}, {"amount": 6, "name": "Luis", "ruc": 912345679}
KEY = b"a key"


@pytest.fixture
def land(ledger):
    """Lands rows of a day; gives the snapshot."""

    def landed(*rows: object, day: date = DAY, key: bytes | None = KEY) -> landing.Snapshot:
        return landing.land(
            ledger, Place("sga", "sga_t", "164", day), asked={}, received_at=datetime(2024, 9, 7, tzinfo=UTC),
            body=json.dumps(rows), open_fields=OPEN, key=key,
        )  # fmt: skip

    return landed


def whole(ledger, snapshot: landing.Snapshot) -> list[dict]:
    return json.loads(personal.whole(ledger, snapshot.snapshot_id, snapshot.body))


def erase(ledger, places, by: By = By.PERSON) -> personal.Erasure | None:
    return personal.erase(ledger, places, by=by, asked_by="ana", why="asked for it")


def test_a_body_has_no_personal_value_and_joined_it_is_the_answer(ledger, land):
    snapshot = land(ANA, LUIS)
    assert "Ana" not in snapshot.body
    assert "91234567" not in snapshot.body
    assert whole(ledger, snapshot) == [ANA, LUIS]


def test_the_same_answer_is_kept_once_with_a_key_and_each_time_without(ledger, land):
    assert land(ANA).sha256 == land(ANA).sha256
    assert land(ANA, key=None).sha256 != land(ANA, key=None).sha256
    assert land({"amount": 5}, key=None).sha256 == land({"amount": 5}, key=None).sha256


def test_answers_that_differ_in_personal_values_alone_are_two(ledger, land):
    first, second = land(ANA), land(ANA | {"name": "Eva"})
    assert first.body == second.body
    assert first.sha256 != second.sha256
    assert whole(ledger, second)[0]["name"] == "Eva"


def test_a_person_is_erased_from_every_snapshot_and_nobody_else(ledger, land):
    snapshots = [land(ANA, LUIS), land(LUIS, ANA, day=date(2024, 9, 7)), land(LUIS, day=date(2024, 9, 8))]
    erasure = erase(ledger, personal.of_person(ledger, "0912345678"))
    assert (erasure.answers, erasure.rows, erasure.values) == (2, 2, 4)
    for snapshot in snapshots:
        for row in whole(ledger, snapshot):
            assert row == LUIS or (row["amount"] == 5 and not {"Ana Vera", "0912345678"} & {row["name"], row["ruc"]})
    assert personal.of_person(ledger, "Ana Vera") == []


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("ana  vera", "Ana Vera"),
        ("José Ñandú", normalize("NFD", "JOSÉ ÑANDÚ")),
        (normalize("NFD", "José Ñandú"), "José Ñandú"),
        ("0912345678", "RUC 0912345678, Quito"),
        ("9123", 9123),
    ],
)
def test_a_person_is_found_however_the_value_is_written(ledger, land, value, written):
    land(LUIS, {"amount": 1, "note": written})
    assert len(personal.of_person(ledger, value)) == 1


@pytest.mark.parametrize("value", ["091234567", "Ana Ver", "%", "nobody there"])
def test_part_of_a_word_is_nobody(ledger, land, value):
    land(ANA)
    assert (len(value) < personal.SHORTEST) or personal.of_person(ledger, value) == []


def test_a_value_that_is_too_short_is_refused(ledger):
    with pytest.raises(ValueError, match="rows of many"):
        personal.of_person(ledger, " 12 ")


def test_a_snapshot_is_erased_and_by_age_only_what_is_of_no_later_day(ledger, land):
    old, again, new = land(ANA), land(ANA, day=date(2024, 10, 1)), land(LUIS, day=date(2024, 10, 2))
    assert personal.until(ledger, DAY) == []  # the very same answer was landed for a later day
    assert len(personal.until(ledger, date(2024, 10, 1))) == 1
    assert erase(ledger, personal.of_snapshot(ledger, new.snapshot_id), By.SNAPSHOT).rows == 1
    assert whole(ledger, old) == whole(ledger, again) == [ANA]
    assert erase(ledger, personal.until(ledger, date(2024, 10, 2)), By.AGE).rows == 1
    assert "Ana" not in personal.whole(ledger, again.snapshot_id, again.body)


def test_nothing_left_to_erase_is_no_erasure(ledger, land):
    places = personal.of_snapshot(ledger, land(ANA).snapshot_id)
    assert erase(ledger, places)
    assert erase(ledger, places) is None
    assert len(personal.erasures(ledger)) == 1


def test_an_answer_that_is_landed_again_after_its_erasure_stays_erased(ledger, land):
    snapshot = land(ANA)
    erase(ledger, personal.of_snapshot(ledger, snapshot.snapshot_id))
    again = land(ANA)
    assert again.snapshot_id != snapshot.snapshot_id
    assert "Ana" not in personal.whole(ledger, again.snapshot_id, again.body)


def test_each_erasure_is_a_link_without_the_value_and_the_audit_says_so(ledger, land):
    land(ANA)
    erase(ledger, personal.of_person(ledger, "Ana Vera"))
    found = audit(ledger, whole=True)
    assert found.sound
    (said,) = found.erased
    assert "2 personal values of 1 row" in said
    assert "asked by ana: asked for it" in said
    assert "Vera" not in str(found)
    assert ledger.execute("SELECT what, box FROM ledger.seal").fetchall() == [("erasure", "*")]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM personal.row WHERE number = 0",
        "UPDATE personal.row SET texts = NULL WHERE number = 0",
        "UPDATE personal.row SET texts = texts[1:1] WHERE number = 0",
    ],
)
def test_a_value_that_is_gone_without_an_erasure_is_found(ledger, land, by_force, statement):
    land(ANA, LUIS)
    by_force("DO $$ DECLARE one name; BEGIN FOR one IN SELECT conname FROM pg_constraint WHERE contype = 'c'"
             " AND conrelid = 'personal.row'::regclass LOOP EXECUTE format("
             "'ALTER TABLE personal.row DROP CONSTRAINT %I', one); END LOOP; END $$")  # fmt: skip
    by_force(statement)
    found = audit(ledger)
    assert not found.sound
    assert "4 personal values were taken out of it, and 2" in found.wrong[0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE personal.erasure SET why = 'another'",
        "UPDATE personal.row SET erasure_id = 1, texts = NULL WHERE erasure_id IS NULL",
        "DELETE FROM personal.erasure",
    ],
)
def test_an_erasure_that_is_not_what_was_sealed_is_found(ledger, land, by_force, statement):
    land(ANA, LUIS)
    erase(ledger, personal.of_person(ledger, "Ana Vera"))
    by_force("ALTER TABLE personal.row DROP CONSTRAINT row_erasure_id_fkey")
    by_force(statement)
    assert not audit(ledger).sound


def test_a_value_that_was_changed_is_found_by_who_has_the_key(ledger, land, by_force):
    land(ANA)
    other = land(LUIS)
    with ledger.transaction():
        assert list(changed_answers(ledger, KEY)) == []
    by_force("UPDATE personal.row SET texts = array_replace(texts, '\"Luis\"', '\"Lucas\"')")
    with ledger.transaction():
        assert list(changed_answers(ledger, KEY)) == [other.snapshot_id]
        assert list(changed_answers(ledger, None)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM personal.row",
        "UPDATE personal.row SET texts = ARRAY['1', '2']",
        "UPDATE personal.row SET texts = NULL",
        "UPDATE personal.row SET size = 1",
        "UPDATE personal.erasure SET why = ''",
        "INSERT INTO personal.conversion (sha256, body_was, body_became, personal_values) VALUES ('a', 'b', 'c', 1)",
    ],
)
def test_the_application_erases_by_an_erasure_and_in_no_other_way(ledger, land, statement):
    land(ANA)
    with pytest.raises(psycopg.Error):
        ledger.execute(statement)


def test_the_reader_sees_no_personal_value(ledger, land, reader_dsn):
    snapshot = land(ANA)
    with session.connect(reader_dsn) as reader:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            personal.whole(reader, snapshot.snapshot_id, snapshot.body)
        assert reader.execute("SELECT number, size, held FROM personal.row").fetchall() == [(0, 2, 2)]


def test_hostile_values_are_kept_and_erased_as_any_other(ledger, land):
    rows = [{"name": "⟦1⟧", "amount": "⟦1⟧"}, {"name": "a\0b", "x": "\ud800"}, {"name": "Ana " * 300_000}]
    snapshot = land(*rows)
    assert whole(ledger, snapshot) == rows
    assert erase(ledger, personal.of_snapshot(ledger, snapshot.snapshot_id)).values == 5
    assert "Ana" not in personal.whole(ledger, snapshot.snapshot_id, snapshot.body)
