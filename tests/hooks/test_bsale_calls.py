"""How many calls a Bsale day takes, by the sandbox's own count: the payments are read once, and little beside them."""

from concurrent.futures import Future
from datetime import date
from math import ceil
from threading import Event

import pytest

from benchmarks.site import figures, running
from cierre.bookkeeping.documents import Kind
from cierre.ports.allowance import GivenUp
from cierre.ports.errors import RetriableError
from hooks.bsale import limits as bsale_pace
from hooks.bsale.hook import BsaleHook, certify, read
from hooks.bsale.limits import Pace
from hooks.bsale.lists import LIMIT
from hooks.http.allowances import ProcessSlots
from sandbox.bsale.settings import Profile, Traps

DAY, BEFORE, AFTER = date(2024, 9, 6), date(2024, 9, 5), date(2024, 9, 7)
MOST = 1.06
"""Calls for each page that the day's payments fill."""


@pytest.fixture
def hook(sandbox, connection, monkeypatch) -> BsaleHook:
    """One on the sandbox's company with a single office, whose site does not count."""
    sandbox.bsale.set(requests_per_second=10_000, short_pages=False)
    monkeypatch.setattr(bsale_pace, "SECOND", 0.01)
    host = f"{sandbox.url}/bsale"
    return BsaleHook(
        connection("bsale", host, {"requests_per_second": 8, "read_timeout": 60}, password="sandbox-norte")
    )


def day_of(sandbox, payments: int, traps: Traps | None = None) -> None:
    sandbox.bsale.set_profile(Profile(payments=(payments, payments), traps=traps or Traps.none()), company="norte")


def calls(sandbox, hook: BsaleHook, day: date = DAY) -> tuple[int, str]:
    """How many calls the landing of a day takes, and what it lands."""
    hook.page(recorddate=day, limit=1)
    before = sandbox.calls("bsale")
    body = hook.fetch("1", day).body
    return sandbox.calls("bsale") - before, body


def test_a_reading_that_failed_asks_nothing_more_and_the_next_one_does(sandbox, hook):
    day_of(sandbox, 100)
    before = sandbox.calls("bsale")
    hook.get_conn()
    hook._pace, pace = Pace(ProcessSlots(8), 8), hook._pace
    hook._pace.pause(3600)
    waiting: list[Future] = []

    def fail_while_others_wait() -> None:
        with hook.side_by_side() as pool:
            waiting.extend(pool.submit(hook.count) for _ in range(20))
            raise LookupError

    with pytest.raises(LookupError):
        fail_while_others_wait()
    assert all(one.cancelled() or isinstance(one.exception(), GivenUp) for one in waiting)
    assert sandbox.calls("bsale") == before
    hook._pace = pace
    assert is_whole(sandbox, hook.fetch("1", DAY).body, 100)


@pytest.mark.parametrize("waits", ["the reading itself", "another thread"])
def test_once_a_question_failed_nobody_waits_for_a_turn_and_what_failed_is_told(hook, waits):
    hook.get_conn()
    hook._pace = Pace(ProcessSlots(8), 8)
    paused = Event()

    def refuse() -> None:
        paused.wait()
        raise RetriableError("too many requests", vendor="Bsale")

    def read_together() -> None:
        with hook.side_by_side() as pool:
            refused = pool.submit(refuse)
            hook._pace.pause(3600)
            paused.set()
            if waits == "the reading itself":
                hook.count()
            else:
                pool.submit(hook.count).result()
            refused.result()

    with pytest.raises(RetriableError, match="too many requests"):
        read_together()


def is_whole(sandbox, body: str, payments: int) -> bool:
    reading, books = read(body, day=DAY, currency="CLP", key="1"), sandbox.bsale.books(1, DAY, company="norte")
    claims = certify(body, currency="CLP", key="1")
    booked = sum(one.net for one in reading.documents if one.kind is Kind.PAYMENT)
    attested = {claim.attested for claim in claims} - {None}
    return (
        len(reading.documents) == payments
        and booked == sum(figure.amount for figure in books.payments.values()) == sum(attested)
        and all(claim.holds for claim in claims)
        and [claim.attested_rows for claim in claims[:3]] == [payments, 0, payments]
    )


@pytest.mark.parametrize("newest_first", [True, False])
def test_2000_payments_take_hardly_more_calls_than_they_fill_pages(sandbox, hook, newest_first):
    sandbox.bsale.set(newest_first=newest_first)
    day_of(sandbox, 2_000)
    number, body = calls(sandbox, hook)
    assert number <= MOST * ceil(2_000 / LIMIT)
    assert is_whole(sandbox, body, 2_000)


def test_10000_payments_take_hardly_more_calls_than_they_fill_pages(connection, monkeypatch):
    """Of the benchmark's site, which is quick, and whose payments only show the ids of their kinds of documents."""
    monkeypatch.setattr(bsale_pace, "SECOND", 0.01)
    with running("benchmarks.bsale_site", payments=10_000, limit=0) as site:
        hook = BsaleHook(connection("bsale", site, {"retries": 3}, password="token"))
        body = hook.fetch("1", DAY).body
        counted = figures(site)
    assert counted["calls"] - counted["refused"] <= MOST * ceil(10_000 / LIMIT)
    assert len(read(body, day=DAY, currency="CLP", key="1").documents) == 10_000
    claims = certify(body, currency="CLP", key="1")
    assert all(claim.holds for claim in claims)
    assert len([claim for claim in claims if "document type" in str(claim)]) == 10


@pytest.mark.parametrize(
    ("site", "more"), [({}, 10), ({"documents_tell_codes": False}, 11), ({"newest_first": False}, 10)]
)
def test_in_the_middle_of_a_long_list_little_is_added(sandbox, hook, site, more):
    """The ends of the day, a page of neighbours on either side, the search for them, the kinds of documents."""
    sandbox.bsale.set(**site)
    day_of(sandbox, 500)
    for day in (BEFORE, AFTER):
        hook.page(recorddate=day, limit=1)
    number, body = calls(sandbox, hook)
    assert number <= 500 / LIMIT + 2 + more
    assert len(read(body, day=DAY, currency="CLP", key="1").documents) == 500
    assert all(claim.holds for claim in certify(body, currency="CLP", key="1"))


def test_with_all_that_shops_do_it_is_still_one_pass(sandbox, hook):
    """Short pages, payments without a date, ones typed in on the next day, voids, ones that come in meanwhile."""
    day_of(sandbox, 500, Traps())
    hook.page(recorddate=AFTER, limit=1)
    sandbox.bsale.set(short_pages=True, growing=3)
    number, body = calls(sandbox, hook)
    assert number < 35  # for 11 pages, of which a third come short
    assert all(claim.holds for claim in certify(body, currency="CLP", key="1"))
    reading = read(body, day=DAY, currency="CLP", key="1")
    cash = sum(one.net for one in reading.documents if (one.kind, one.form) == (Kind.PAYMENT, "1"))
    assert cash == sandbox.bsale.books(1, DAY, company="norte").payments["1"].amount


def test_a_day_whose_payments_have_no_date_is_read_once_too(sandbox, hook):
    day_of(sandbox, 0, Traps.none())
    hook.page(recorddate=DAY, limit=1)
    for number in range(1, 7):
        sandbox.bsale.pay_late(1, DAY, amount=1_000 * number, company="norte")
    number, body = calls(sandbox, hook)
    assert number <= 8
    assert len(read(body, day=DAY, currency="CLP", key="1").documents) == 6
