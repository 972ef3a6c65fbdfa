"""The board's summaries follow the books, whatever order things happen in."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from cierre.board.states import BOOKS, STATES
from cierre.bookkeeping.documents import Reading
from cierre.bookkeeping.personal import OpenFields
from cierre.bookkeeping.reconcile import Comparison
from cierre.ledger import attempts, board, landing, overview, reconciliation, revisions, staging
from support import closed_day

BOX = "itb_caja_164"


@pytest.fixture
def summary(ledger, day):
    return lambda: board.Day(ledger, BOX, day).summary()


@pytest.fixture
def stage(ledger, day, snapshot_id):
    return lambda reading: staging.replace(ledger, BOX, day, snapshot_id, reading)


@pytest.fixture
def freeze(ledger, day, snapshot_id, make_entry):
    def frozen(*documents):
        revision, _ = revisions.freeze(
            ledger, box=BOX, day=day, snapshot_id=snapshot_id, mapping="sga_ecuador", mapping_digest="m",
            tenant="T1,D MG 01 ", lot="008964", entries=[make_entry(*documents)],
            documents={document.key: document for document in documents},
        )  # fmt: skip
        return revision

    return frozen


@pytest.fixture
def post(ledger):
    def posted(revision):
        closed_day.post(ledger, revision)
        return revision

    return posted


@pytest.fixture
def reconcile(ledger):
    def kept(revision, state="reconciled"):
        other = Decimal("1.00") if state == "discrepancy" else Decimal("2.00")
        figures = Comparison("all", "", "journal", "ERP", 1, 1, Decimal("2.00"), other)
        reconciliation.keep(ledger, revision, state, [figures])

    return kept


def test_a_staged_day_is_open_and_its_money_is_known_by_form(ledger, stage, reading, summary, day):
    stage(reading)
    assert (summary().state, summary().documents, summary().quarantined) == ("open", 2, 1)
    by_form = board.money_by_form(ledger, [BOX], day, day)
    assert {(row.series, row.amount) for row in by_form} == {("1", Decimal("35.30")), ("6", Decimal("64.70"))}


def test_a_day_staged_again_has_only_the_money_of_the_last_time(ledger, stage, reading, make_payment, day):
    stage(reading)
    stage(Reading([make_payment(1, "35.30")]))
    assert [(row.series, row.amount) for row in board.money_by_form(ledger, [BOX], day, day)] == [
        ("1", Decimal("35.30"))
    ]


def test_a_reconciled_day_is_closed_until_it_is_read_again(stage, reading, freeze, post, reconcile, summary):
    stage(reading)
    reconcile(post(freeze(*reading.documents)))
    assert (summary().state, summary().booked, summary().revision) == ("closed", Decimal("100.00"), 1)
    stage(reading)
    assert summary().state == "changed"


def test_a_closed_day_whose_books_are_deleted_in_the_erp_is_not_closed(
    ledger, stage, reading, freeze, post, reconcile, summary
):
    stage(reading)
    revision = post(freeze(*reading.documents))
    reconcile(revision)
    (attempt,) = attempts.of_entry(ledger, revisions.bookings(ledger, revision)[0])
    attempts.begin_to_delete(ledger, attempt, "to be posted anew")
    assert summary().state == "changed"
    attempts.withdraw(ledger, attempt)
    assert summary().state == "changed"
    post(revision)
    assert summary().state == "closed"


def test_a_day_is_closed_once_what_its_books_replace_was_taken_back(
    ledger, stage, reading, freeze, post, reconcile, summary, make_payment
):
    stage(reading)
    old = post(freeze(*reading.documents))
    new = post(freeze(make_payment(1, "9.00")))
    reconcile(new)
    assert summary().state == "closed"
    (reversal,) = revisions.reversals(ledger, revisions.bookings(ledger, old)[0])
    attempts.begin_to_delete(ledger, attempts.of_entry(ledger, reversal)[0], "the correction was refused")
    assert summary().state == "changed"


def test_books_made_anew_since_the_close_are_a_change(stage, reading, freeze, reconcile, summary, make_payment):
    stage(reading)
    reconcile(freeze(*reading.documents))
    reconcile(freeze(make_payment(1, "9.00")), "discrepancy")
    assert summary().state == "discrepancy"
    freeze(make_payment(1, "8.00"))
    assert (summary().state, summary().revision) == ("changed", 3)


def test_a_discrepancy_stands_out_with_its_first_difference(ledger, stage, reading, freeze, reconcile, summary):
    stage(reading)
    reconcile(freeze(*reading.documents), "discrepancy")
    assert summary().state == "discrepancy"
    (found,) = board.discrepancies(ledger, [BOX])
    assert (found.left, found.right, found.difference) == ("journal", "ERP", Decimal("1.00"))


def test_an_attempt_without_an_outcome_makes_the_day_uncertain(ledger, stage, reading, freeze, reconcile, summary):
    stage(reading)
    revision = freeze(*reading.documents)
    (entry,) = revisions.bookings(ledger, revision)
    attempt = attempts.claim(ledger, entry, worker="w", lease_seconds=60)
    reconcile(revision)
    assert summary().state == "uncertain"
    attempts.confirm(ledger, attempt, "000001")
    assert summary().state == "closed"


def test_a_refused_attempt_is_uncertain_until_its_address_is_empty(ledger, admin, stage, reading, freeze, summary, day):
    def noted():
        kept = summary()
        admin.execute("SELECT board.summarize_standing(%s, %s)", (BOX, day))
        assert summary() == kept
        return kept.state

    stage(reading)
    (entry,) = revisions.bookings(ledger, freeze(*reading.documents))
    attempt = attempts.claim(ledger, entry, worker="w", lease_seconds=60)
    assert noted() == "uncertain"
    attempts.reject(ledger, attempt, "blocked account")
    assert noted() == "uncertain"
    attempts.note_reaped(ledger, replace(attempt, state="rejected"))
    assert noted() == "open"
    again = attempts.claim(ledger, entry, worker="w", lease_seconds=60)
    attempts.doom(ledger, again, "no answer")
    attempts.note_reaped(ledger, replace(again, state="doomed"))
    assert (noted(), summary().watched_until is not None) == ("open", True)


def test_the_month_of_a_box_is_one_row(ledger, stage, reading, day):
    stage(reading)
    (month,) = board.months(ledger, day, day)
    assert (month.box, month.month, month.states) == (BOX, day.replace(day=1), ".....o" + 25 * ".")
    assert set(month.booked.strip("{}").split(",")) == {"0.00"}


def test_the_month_follows_its_days(ledger, stage, reading, freeze, post, reconcile, day):
    stage(reading)
    reconcile(post(freeze(*reading.documents)))
    (month,) = board.months(ledger, day, day)
    assert (month.states[day.day - 1], month.booked.strip("{}").split(",")[day.day - 1]) == ("c", "100.00")
    assert board.months(ledger, day - timedelta(days=40), day - timedelta(days=20)) == []


def test_months_in_which_nothing_changed_are_not_read_again(ledger, stage, reading, freeze, reconcile, day):
    stage(reading)
    first = board.months(ledger, day, day)
    assert board.months(ledger, day, day) is first
    reconcile(freeze(*reading.documents))
    assert board.months(ledger, day, day) != first


def test_a_row_of_another_box_in_the_same_snapshot_is_not_shown(ledger, stage, reading, snapshot_id, day):
    stage(reading)
    assert board.Day(ledger, BOX, day).source_row(snapshot_id, "0/PAGOS/1") is not None
    assert board.Day(ledger, BOX, day).source_row(snapshot_id, "0/PAGOS/77") is None
    assert board.Day(ledger, "another", day).source_row(snapshot_id, "0/PAGOS/1") is None


def test_a_place_may_lead_into_a_project(ledger, day, make_payment):
    invoices = [[{"id": "a"}, {"id": "b"}], [{"id": "c"}]]
    body = json.dumps({"projects": [{"id": "P0", "invoices": []}, {"id": "P1", "invoices": invoices}]})
    place = landing.Place("sge", "sge", "P0,P1", day)
    landed = landing.land(ledger, place, asked={}, received_at=datetime.now(UTC), body=body,
                          open_fields=OpenFields(frozenset({"id"})))  # fmt: skip
    documents = [
        make_payment(1, "1.00")._replace(place="P1/0/1"),
        make_payment(2, "1.00")._replace(place="P1/1/0/collected"),
    ]
    staging.replace(ledger, BOX, day, landed.snapshot_id, Reading(documents))
    found = [board.Day(ledger, BOX, day).source_row(landed.snapshot_id, one.place).row for one in documents]
    assert found == [{"id": "b"}, {"id": "c"}]


@pytest.fixture
def closed_after_a_lost_answer(ledger, stage, reading, freeze, reconcile):
    """A reconciled day whose first attempt was given up, and found empty at once."""
    stage(reading)
    revision = freeze(*reading.documents)
    (entry,) = revisions.bookings(ledger, revision)
    lost = attempts.claim(ledger, entry, worker="w", lease_seconds=60)
    attempts.doom(ledger, lost, "no answer")
    attempts.note_reaped(ledger, lost)
    attempts.confirm(ledger, attempts.claim(ledger, entry, worker="w", lease_seconds=60), "000001")
    reconcile(revision)
    return lost


def test_a_day_whose_lost_request_may_come_late_is_closed_and_watched_until_it_was_found_empty_a_day_later(
    ledger, closed_after_a_lost_answer, summary, day
):
    given_up_at = ledger.execute("SELECT decided_at FROM erp.attempt WHERE state = 'doomed'").fetchone()[0]
    assert (summary().state, summary().watched_until) == ("watched", given_up_at + timedelta(days=1))
    assert (BOX, day) in overview.closed_days(ledger, day)
    assert board.months(ledger, day, day)[0].states[day.day - 1] == BOOKS["watched"]
    ledger.execute("SELECT set_config('cierre.now', %s, false)", (str(given_up_at + timedelta(days=1)),))
    attempts.note_reaped(ledger, closed_after_a_lost_answer)
    assert (summary().state, summary().watched_until) == ("closed", None)


def seen_at(ledger, site: str, version: int) -> None:
    """The box's ERP is at a site from now on."""
    ledger.execute(
        """INSERT INTO ledger.cash_box (box, version, file, name, company, source, source_site, source_key,
                                        erp_connection, erp_site, tenant, lot, currency, timezone, start_date)
           VALUES (%s, %s, %s, 'x', 'itb', 'sga', 's', '164', 'protheus', %s, 'T1', '008964', 'USD', 'UTC', '2024-1-1')
        """,
        (BOX, version, BOX, site),
    )


def test_a_day_closed_at_another_site_of_the_erp_is_not_closed(ledger, closed_after_a_lost_answer, summary, day):
    seen_at(ledger, "http://sandbox/protheus", 1)
    assert summary().state == "watched"
    seen_at(ledger, "https://erp.example.com/rest", 2)
    assert summary().state == "elsewhere"
    assert board.months(ledger, day, day)[0].states[day.day - 1] == BOOKS["elsewhere"]
    assert (BOX, day) not in overview.closed_days(ledger, day)
    (found,) = overview.day(ledger, day)
    assert (found.closed, found.word) == (False, "closed elsewhere")


def test_a_day_of_which_the_source_says_something_else_later_is_not_closed(
    ledger, closed_after_a_lost_answer, summary, day
):
    ledger.execute(
        "INSERT INTO ledger.late_change (box, business_date, what) VALUES (%s, %s, '\"a collection\"')", (BOX, day)
    )
    assert summary().state == "changed"
    assert (BOX, day) not in overview.closed_days(ledger, day)
    assert not overview.day(ledger, day)[0].closed


def test_every_word_of_the_ledger_for_a_day_has_its_letter_on_the_board(ledger):
    (known,) = ledger.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'box_day_state_check'"
    ).fetchone()
    assert set(re.findall(r"'([^']+)'::text", known)) == set(BOOKS)
    for word, letter in BOOKS.items():
        assert letter in STATES or word == "open"
