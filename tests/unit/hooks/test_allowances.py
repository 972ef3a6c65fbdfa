"""What a process remembers of calls that a vendor counts keeps the rules that the ledger keeps for all processes."""

from datetime import UTC, date, datetime
from threading import Barrier, Thread

import pytest

from cierre.ports.allowance import Allowance, Claim, Company, Outcome
from hooks.http.allowances import ProcessAllowances, ProcessCallRecord

COMPANY = Company("https://zeta.example", "ITBUY")
METHOD = "VentasDetalladas"


@pytest.fixture
def at(monkeypatch):
    def set_clock(instant: str) -> None:
        monkeypatch.setattr(ProcessCallRecord, "now", lambda _: datetime.fromisoformat(instant))

    set_clock("2024-09-07T05:00Z")
    return set_clock


@pytest.fixture
def keeper() -> ProcessAllowances:
    return ProcessAllowances()


@pytest.fixture
def record(keeper, at) -> ProcessCallRecord:
    return record_of(keeper)


def record_of(keeper: ProcessAllowances, company: Company = COMPANY, through: str = "zeta") -> ProcessCallRecord:
    with keeper.call_record(company, source="zeta", zone="America/Montevideo", asked_through=through) as record:
        return record


def claim(record, subject: str = "2024-09", method: str = METHOD, allowance=Allowance.DAILY) -> Claim | None:
    return record.claim(method, subject, allowance=allowance, claimed_by="test", override_by=None)


def test_a_daily_call_can_be_claimed_once_a_day_whatever_it_asks_for(record, at):
    assert claim(record).vendor_day == date(2024, 9, 7)
    at("2024-09-07T20:00Z")
    assert claim(record) is None
    assert claim(record, "2024-08") is None


def test_the_day_is_the_vendors_and_the_next_call_keeps_an_hour_away(record, at):
    at("2024-09-08T02:50Z")
    assert claim(record)
    at("2024-09-08T03:30Z")
    assert claim(record) is None
    at("2024-09-08T03:51Z")
    assert claim(record).vendor_day == date(2024, 9, 8)


def test_connections_to_a_company_share_its_call_and_companies_do_not(keeper, record):
    assert claim(record)
    assert claim(record_of(keeper, through="zeta_copy")) is None
    assert claim(record_of(keeper, Company(COMPANY.service, "CONDUCEUY")))


@pytest.mark.parametrize(
    ("outcome", "is_free"),
    [
        (None, False),
        (Outcome.ANSWERED, False),
        (Outcome.REFUSED, False),
        (Outcome.LOST, False),
        (Outcome.NOT_SENT, True),
    ],
)
def test_a_call_counts_unless_it_never_left(record, outcome, is_free):
    made = claim(record)
    if outcome:
        record.finish(made, outcome)
    assert (claim(record) is not None) is is_free


def test_a_call_that_may_be_made_once_is_free_again_only_if_nothing_was_done(record):
    def once(subject: str) -> Claim | None:
        return claim(record, subject, "Agregar", Allowance.ONCE)

    record.finish(once("77"), Outcome.REFUSED)
    made = once("77")
    assert once("77") is None
    assert once("78")
    record.finish(made, Outcome.LOST)
    assert once("77") is None


def test_other_calls_are_not_limited(record):
    assert all(claim(record, method="Ventas", allowance=Allowance.ANY) for _ in range(3))


def test_the_newest_stored_answer_is_found_by_what_it_is_about(record):
    assert record.kept_answer(METHOD, "2024-09") is None
    made = claim(record)
    stored = record.keep_answer(made, METHOD, "2024-09", asked={"Mes": "09"}, body="{}")
    assert record.kept_answer(METHOD, "2024-09") == stored
    assert (stored.asked, stored.body) == ({"Mes": "09"}, "{}")
    assert stored.claimed_at == made.claimed_at == datetime(2024, 9, 7, 5, tzinfo=UTC)
    assert record.kept_answer(METHOD, "2024-08") is None


def test_the_latest_call_that_counts_is_named(record, at):
    assert record.latest_call(METHOD) is None
    made = claim(record)
    at("2024-09-08T05:00Z")
    record.finish(claim(record), Outcome.NOT_SENT)
    last = record.latest_call(METHOD)
    assert (last.call_id, last.claimed_by, last.outcome) == (made.call_id, "test", None)


def test_of_many_who_claim_at_once_one_may_call(record):
    claims, barrier = [], Barrier(8)

    def ask() -> None:
        barrier.wait()
        claims.append(claim(record))

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([made for made in claims if made]) == 1
