"""How many calls a Bsale day takes, by the sandbox's own count: the payments are read once, and little beside them."""

from datetime import date
from math import ceil

import pytest

from bookkeeping.documents import Kind
from hooks.bsale import BsaleHook, certify, read
from hooks.bsale_list import LIMIT
from sandbox.bsale_settings import Profile, Traps

DAY, BEFORE, AFTER = date(2024, 9, 6), date(2024, 9, 5), date(2024, 9, 7)
MOST = 1.06
"""Calls for each page that the day's payments fill."""


@pytest.fixture
def hook(sandbox, connection) -> BsaleHook:
    """One on the sandbox's company with a single office, whose site does not count."""
    sandbox.bsale.set(requests_per_second=10_000, short_pages=False)
    host = f"{sandbox.url}/bsale"
    return BsaleHook(connection("bsale", host, {"requests_per_second": 64, "retries": 1}, password="sandbox-norte"))


def day_of(sandbox, payments: int, traps: Traps | None = None) -> None:
    sandbox.bsale.set_profile(Profile(payments=(payments, payments), traps=traps or Traps.none()), company="norte")


def calls(sandbox, hook: BsaleHook, day: date = DAY) -> tuple[int, str]:
    """How many calls the landing of a day takes, and what it lands."""
    hook.page(recorddate=day, limit=1)
    before = sandbox.calls("bsale")
    body = hook.fetch("1", day).body
    return sandbox.calls("bsale") - before, body


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
@pytest.mark.parametrize("payments", [2_000, 10_000])
def test_a_day_takes_hardly_more_calls_than_its_payments_fill_pages(sandbox, hook, payments, newest_first):
    sandbox.bsale.set(newest_first=newest_first)
    day_of(sandbox, payments)
    number, body = calls(sandbox, hook)
    assert number <= MOST * ceil(payments / LIMIT)
    assert is_whole(sandbox, body, payments)
