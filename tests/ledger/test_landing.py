import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from cierre.bookkeeping.certificate import Claim
from cierre.bookkeeping.documents import totals
from cierre.bookkeeping.personal import OpenFields
from cierre.ledger import landing, revisions, session
from cierre.ledger.landing import Place

BOX = "itb_caja_164"
NOON = datetime(2024, 9, 7, 12, tzinfo=UTC)
ALL_AT_THE_TOP = OpenFields(frozenset({".*"}))
MISSING = Claim("payments of the day", 3, 2, Decimal("9.00"), Decimal("6.50"))


def company(day: date) -> Place:
    return Place("bsale", "bsale", "*", day)


def land(ledger, place: Place, body: str = "{}", received_at: datetime = NOON) -> int:
    return landing.land(
        ledger, place, asked={}, received_at=received_at, body=body, open_fields=ALL_AT_THE_TOP
    ).snapshot_id


def freeze(ledger, day: date, snapshot_id: int):
    return revisions.freeze(
        ledger, box=BOX, day=day, snapshot_id=snapshot_id, mapping="m", mapping_digest="m", tenant="T1,D MG 01 ",
        lot="008964", entries=[], documents={}, open_from=None,
    )  # fmt: skip


def test_a_snapshot_is_kept_whole_with_its_question_and_hash(ledger, snapshot_id, day):
    snapshot = landing.taken(ledger, BOX, day)
    assert snapshot.snapshot_id == snapshot_id
    assert snapshot.body == '[{"PAGOS": []}]'
    assert snapshot.asked == {"a": "facturacionNewProcess"}
    assert snapshot.received_at == datetime(2024, 9, 7, 5, tzinfo=UTC)
    assert len(snapshot.sha256) == 64


def test_a_large_answer_is_compressed_by_what_takes_least_time_and_comes_back_as_it_was(ledger, admin, day):
    body = json.dumps({str(number): ["the same"] for number in range(1_000)})
    snapshot = land(ledger, company(day), body)
    packed = "SELECT pg_column_compression(body), pg_column_size(body) < length(body) / 2 FROM landing.body"
    assert admin.execute(packed).fetchone() == ("lz4", True)
    landing.take(ledger, BOX, day, snapshot, [], [])
    assert landing.taken(ledger, BOX, day).body == body


def test_a_day_never_landed_has_no_snapshot(ledger, day):
    assert landing.taken(ledger, BOX, day) is None


def test_control_totals_and_claims_come_back_as_each_box_took_them(ledger, snapshot_id, reading, day):
    assert landing.control_totals(ledger, snapshot_id, BOX) == totals(reading.documents)
    landing.take(ledger, "itb_caja_165", day, snapshot_id, [], [MISSING])
    assert landing.control_totals(ledger, snapshot_id, "itb_caja_165") == []
    assert landing.claims(ledger, snapshot_id, "itb_caja_165") == [MISSING]
    assert landing.claims(ledger, snapshot_id, BOX) == []


def test_the_same_body_landed_twice_is_two_snapshots_and_one_body(ledger, snapshot_id, day):
    again = land(ledger, Place("sga", "sga_itb", "164", day), '[{"PAGOS": []}]')
    landing.take(ledger, BOX, day, again, [], [])
    assert landing.taken(ledger, BOX, day).snapshot_id == again != snapshot_id
    assert ledger.execute("SELECT count(*) FROM landing.body").fetchone()[0] == 1


class TestWhatLiesThere:
    def test_an_answer_serves_each_box_of_the_company_once(self, ledger, day):
        snapshot_id = land(ledger, company(day))
        for box in ("office_1", "office_2"):
            assert landing.lying_there(ledger, company(day), box, NOON).snapshot_id == snapshot_id
            landing.take(ledger, box, day, snapshot_id, [], [])
            assert landing.lying_there(ledger, company(day), box, NOON) is None

    def test_a_box_that_took_a_newer_answer_is_not_given_an_older_one(self, ledger, day):
        land(ledger, company(day))
        landing.take(ledger, "office_1", day, land(ledger, company(day), "[]"), [], [])
        assert landing.lying_there(ledger, company(day), "office_1", NOON) is None

    @pytest.mark.parametrize(
        "other", [Place("bsale", "bsale", "*", date(2024, 9, 7)), Place("bsale", "bsale_2", "*", date(2024, 9, 6))]
    )
    def test_answers_of_other_days_and_connections_lie_elsewhere(self, ledger, day, other):
        land(ledger, other)
        assert landing.lying_there(ledger, company(day), "office_1", NOON) is None

    def test_an_answer_from_before_is_too_old(self, ledger, day):
        land(ledger, company(day))
        assert landing.lying_there(ledger, company(day), "office_1", NOON + timedelta(seconds=1)) is None

    def test_an_answer_that_the_source_contradicts_serves_nobody(self, ledger, day):
        snapshot_id = land(ledger, company(day))
        landing.take(ledger, "office_1", day, snapshot_id, [], [MISSING])
        assert landing.lying_there(ledger, company(day), "office_2", NOON) is None
        later = landing.taken(ledger, "office_1", day)
        assert landing.bodies_before(ledger, later, day) == []

    def test_boxes_that_land_the_same_wait_for_one_another(self, ledger_dsn, day):
        order = []

        def take_turns(name: str) -> None:
            with session.connect(ledger_dsn) as ledger, landing.landing_alone(ledger, company(day)):
                order.append(f"{name} begins")
                ledger.execute("SELECT pg_sleep(0.05)")
                order.append(f"{name} ends")

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(take_turns, "abc"))
        assert [entry.split()[1] for entry in order] == ["begins", "ends"] * 3


def test_what_was_landed_before_comes_oldest_first_and_from_the_day_asked(ledger):
    days = [date(2024, 9, number) for number in (1, 3, 2, 4)]
    for day in days:
        landing.take(ledger, BOX, day, land(ledger, Place("sge", "sge", "P1", day), f'"{day}"'), [], [])
    last = landing.taken(ledger, BOX, days[-1])
    assert landing.bodies_before(ledger, last, date(2024, 9, 2)) == ['"2024-09-03"', '"2024-09-02"']


class TestTheCertificate:
    def state(self, ledger) -> str:
        return ledger.execute("SELECT state FROM landing.certificate").fetchone()[0]

    @pytest.mark.parametrize(
        ("claims", "state"),
        [
            ([Claim("office 1", 2, 2, None, None)], "holds"),
            ([Claim("office 1", 2, 2, None, None), MISSING], "does not hold"),
            ([Claim("office 1", None, 2, Decimal(1), None)], "does not hold"),
            ([Claim("rows", None, 2, None, None), Claim("alike", 0, 1, None, None, inner_rule=True)], "unattested"),
        ],
    )
    def test_says_whether_what_the_source_attests_holds(self, ledger, day, claims, state):
        landing.take(ledger, BOX, day, land(ledger, company(day)), [], claims)
        assert self.state(ledger) == state

    def test_nothing_is_booked_from_a_snapshot_that_the_source_contradicts(self, ledger, day):
        snapshot_id = land(ledger, company(day))
        landing.take(ledger, BOX, day, snapshot_id, [], [MISSING])
        with pytest.raises(psycopg.errors.CheckViolation, match="payments of the day"):
            freeze(ledger, day, snapshot_id)

    def test_rows_that_break_a_rule_of_their_own_are_left_to_staging(self, ledger, day):
        snapshot_id = land(ledger, company(day))
        landing.take(ledger, BOX, day, snapshot_id, [], [Claim("alike", 0, 1, None, None, inner_rule=True)])
        revision, new = freeze(ledger, day, snapshot_id)
        assert (revision.revision, new) == (1, True)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE landing.body SET body = ''", "DELETE FROM landing.control_total", "DELETE FROM landing.taken",
     "UPDATE landing.claim SET landed_rows = attested_rows"],
)  # fmt: skip
def test_what_was_landed_is_never_changed_or_removed(admin, snapshot_id, statement):
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"):
        admin.execute(statement)
