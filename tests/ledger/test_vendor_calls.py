"""Calls that a vendor counts: recorded before they are made, once a day or once for all, whoever asks."""

import threading
from datetime import UTC, date, datetime

import psycopg
import pytest

from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.ledger import landing, session, vendor_calls
from cierre.ledger.vendor_calls import Allowance, Company, Outcome

COMPANY = Company("https://zeta.example", "ITBUY")
METHOD = "VentasDetalladas"
ZONE = "America/Montevideo"


def at(ledger: psycopg.Connection, instant: str) -> None:
    ledger.execute("SELECT set_config('cierre.now', %s, false)", (instant,))


def claim(ledger, subject="2024-09", company=COMPANY, method=METHOD, allowance=Allowance.DAILY, **particulars):
    asked = {"zone": ZONE, "asked_through": "zeta", "claimed_by": "test", **particulars}
    return vendor_calls.claim(ledger, company, method, subject, allowance=allowance, **asked)


@pytest.fixture
def ledger(ledger):
    at(ledger, "2024-09-07T05:00Z")
    return ledger


def test_a_daily_call_can_be_claimed_once_a_day_whatever_it_asks_for(ledger):
    assert claim(ledger).vendor_day == date(2024, 9, 7)
    at(ledger, "2024-09-07T20:00Z")
    assert claim(ledger) is None
    assert claim(ledger, "2024-08") is None


def test_the_day_is_the_vendors_not_ours(ledger):
    claim(ledger)
    at(ledger, "2024-09-08T02:59Z")  # 23:59 over there
    assert claim(ledger) is None
    at(ledger, "2024-09-08T03:00Z")
    assert claim(ledger).vendor_day == date(2024, 9, 8)


def test_a_new_days_call_keeps_an_hour_away_from_the_last_since_clocks_differ(ledger):
    at(ledger, "2024-09-08T02:50Z")
    assert claim(ledger)
    at(ledger, "2024-09-08T03:30Z")
    assert claim(ledger) is None
    at(ledger, "2024-09-08T03:51Z")
    assert claim(ledger)


def test_two_connections_to_a_company_share_its_call_and_two_companies_do_not(ledger):
    assert claim(ledger)
    assert claim(ledger, asked_through="zeta_copy") is None
    assert claim(ledger, company=Company(COMPANY.service, "CONDUCEUY"))
    assert claim(ledger, company=Company("https://test.example", COMPANY.company))


@pytest.mark.parametrize("outcome", [Outcome.ANSWERED, Outcome.REFUSED, Outcome.LOST, None])
def test_a_call_that_was_made_counts_whatever_came_of_it_and_so_does_one_whose_process_died(ledger, outcome):
    made = claim(ledger)
    if outcome:
        vendor_calls.finish(ledger, made, outcome)
    at(ledger, "2024-09-07T20:00Z")
    assert claim(ledger) is None


def test_a_call_that_never_left_does_not_count(ledger):
    vendor_calls.finish(ledger, claim(ledger), Outcome.NOT_SENT)
    assert claim(ledger)


def test_a_call_that_may_be_made_once_is_free_again_only_if_nothing_was_done(ledger):
    def once(subject):
        return claim(ledger, subject, method="Agregar", allowance=Allowance.ONCE)

    vendor_calls.finish(ledger, once("77"), Outcome.REFUSED)
    made = once("77")
    at(ledger, "2024-12-01T05:00Z")
    assert once("77") is None
    assert once("78")
    vendor_calls.finish(ledger, made, Outcome.LOST)
    assert once("77") is None


def test_other_calls_are_recorded_and_not_limited(ledger):
    assert all(claim(ledger, method="Ventas", allowance=Allowance.ANY, override_by="ana") for _ in range(3))
    rows = ledger.execute("SELECT method, subject, claimed_by, override_by, outcome FROM vendor.call").fetchall()
    assert [tuple(row) for row in rows] == [("Ventas", "2024-09", "test", "ana", None)] * 3


def test_the_newest_answer_that_was_kept_is_found_by_what_it_is_about(ledger):
    assert vendor_calls.kept_answer(ledger, COMPANY, METHOD, "2024-09") is None
    made = claim(ledger)
    snapshot = landing.land(
        ledger,
        landing.Place("zeta", "zeta", "ITBUY 2024-09", made.vendor_day),
        asked={"Mes": "09"},
        received_at=datetime(2024, 9, 7, 5, 1, tzinfo=UTC),
        body="{}",
        open_fields=NOTHING_OPEN,
    ).snapshot_id
    vendor_calls.finish(ledger, made, Outcome.ANSWERED, snapshot_id=snapshot)
    kept = vendor_calls.kept_answer(ledger, COMPANY, METHOD, "2024-09")
    assert (kept.snapshot_id, kept.asked, kept.body) == (snapshot, {"Mes": "09"}, "{}")
    assert kept.claimed_at == made.claimed_at == datetime(2024, 9, 7, 5, tzinfo=UTC)
    assert vendor_calls.kept_answer(ledger, COMPANY, METHOD, "2024-08") is None


def test_the_latest_call_that_counts_is_named(ledger):
    made = claim(ledger)
    at(ledger, "2024-09-08T05:00Z")
    vendor_calls.finish(ledger, claim(ledger), Outcome.NOT_SENT)
    last = vendor_calls.latest_call(ledger, COMPANY, METHOD)
    assert (last.call_id, last.claimed_by, last.outcome) == (made.call_id, "test", None)


def test_what_became_of_a_call_is_final_and_no_call_is_forgotten(ledger, admin):
    made = claim(ledger)
    vendor_calls.finish(ledger, made, Outcome.LOST)
    for statement in (
        "UPDATE vendor.call SET outcome = 'not sent'",
        "UPDATE vendor.call SET vendor_day = vendor_day - 1",
        "DELETE FROM vendor.call",
    ):
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            admin.execute(statement)


def test_of_many_who_claim_at_once_one_may_call(ledger, ledger_dsn):
    claims, barrier = [], threading.Barrier(8)

    def ask() -> None:
        with session.connect(ledger_dsn) as own:
            barrier.wait()
            claims.append(claim(own))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([made for made in claims if made]) == 1


def test_the_next_asker_waits_until_the_call_is_over_or_its_process_is_gone(ledger, ledger_dsn):
    first, order = session.connect(ledger_dsn), []
    holding = vendor_calls.alone(first, COMPANY, METHOD)
    holding.__enter__()

    def wait() -> None:
        with session.connect(ledger_dsn) as own, vendor_calls.alone(own, COMPANY, METHOD):
            order.append("second")

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not ledger.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchone():
        pass
    order.append("first")
    first.close()
    waiting.join()
    assert order == ["first", "second"]
