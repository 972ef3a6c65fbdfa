"""Payments of Bsale whose date cannot be read: each is landed with a day that it may be of, and stops that day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from hooks.bsale.fetch import body_of
from hooks.bsale.hook import notices, read
from hooks.bsale.questions import question
from hooks.bsale.settings import Settings
from hooks.bsale.words import Reason
from support.bsale_in_memory import A_DAY, DAY, MIDNIGHT, Bsale

NOON = MIDNIGHT + A_DAY // 2

NO_INSTANTS = [
    *(None, "", " ", 0, "0", 1, 2000, "20240906", 946_684_800, "2024-09-06T12:00:00", "2024-09-06", NOON * 1000),
    *(-NOON, NOON * 10, 4_070_908_800, "4070908800", [], {}, True),
]
"""What createdAt may hold that is no time at which a payment can have been made."""

UNDATED = [{"recordDate": none, "createdAt": made} for none in ("", None) for made in NO_INSTANTS]
UNREADABLE = [{"recordDate": date} for date in (0, " ", "2024-09-06", MIDNIGHT * 1000, "x", [], {}, 2024)]


class Shop(Bsale):
    """Any day of it may be asked for."""

    def __init__(self, *days: int, **how: Any) -> None:
        super().__init__((0, 0, 0), newest_first=how.pop("newest_first", True), late=False, **how)
        self.days = list(days)

    def rows_of(self, recorddate: date | None, state: int | None = None) -> list[dict[str, Any]]:
        begins = MIDNIGHT + ((recorddate or DAY) - DAY).days * A_DAY
        rows = [self.row(number, day) for number, day in enumerate(self.days, start=1)]
        fitting = [row for row in rows if recorddate is None or row["recordDate"] == begins or row["id"] in self.given]
        fitting = [row for row in fitting if state is None or row["state"] == state]
        return fitting[::-1] if self.newest_first else fitting


def landed(shop: Bsale, day: date = DAY) -> tuple[list[int], dict[str, list[int]]]:
    """Ids that are booked, and those that are quarantined, by the reason."""
    body, _ = body_of(shop, day)
    reading = read(body, day=day, currency="CLP", key="1")
    held: dict[str, list[int]] = {}
    for row in reading.quarantined:
        assert row.blocking or row.reason is Reason.ANOTHER_DAY
        held.setdefault(row.reason, []).append(row.row["id"])
    return sorted(int(one.source_id) for one in reading.documents), held


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("odd", [*UNDATED, *UNREADABLE], ids=str)
def test_a_payment_whose_date_cannot_be_read_stops_the_day(odd, newest_first):
    assert landed(Shop(0, 0, 0, odd={3: odd}, newest_first=newest_first)) == ([1, 2], {Reason.BAD_DATE: [3]})
    assert landed(Shop(0, 0, 0, odd={2: odd}, newest_first=newest_first)) == ([1, 3], {Reason.BAD_DATE: [2]})


@pytest.mark.parametrize("odd", [*UNDATED, *UNREADABLE], ids=str)
def test_so_it_does_where_the_list_of_the_day_has_it(odd):
    assert landed(Shop(0, 0, 0, odd={3: odd}, given={3})) == ([1, 2], {Reason.BAD_DATE: [3]})
    many = Shop(*[0] * 200, odd={100: odd}, given={100})
    assert landed(many) == ([number for number in range(1, 201) if number != 100], {Reason.BAD_DATE: [100]})


def test_other_days_are_closed_as_ever():
    shop = Shop(-2, -1, -1, 0, 0, 0, 1, 1, 2, odd={5: {"recordDate": "", "createdAt": 0}})
    days = {day: landed(shop, DAY + timedelta(days=day)) for day in (-2, -1, 1, 2)}
    assert days == {-2: ([1], {}), -1: ([2, 3], {}), 1: ([7, 8], {}), 2: ([9], {})}


def test_one_that_may_be_of_either_of_two_days_stops_both():
    shop = Shop(-1, 0, 0, 0, 1, odd={4: {"recordDate": "", "createdAt": None}})
    assert landed(shop)[1] == landed(shop, DAY + timedelta(days=1))[1] == {Reason.BAD_DATE: [4]}
    assert landed(shop, DAY - timedelta(days=1)) == ([1], {})


CLOCKS = [
    ("America/Santiago", "2024-09-08T04:00:00+00:00"),  # The first Sunday of September has no 00:00.
    ("America/Santiago", "2024-04-07T04:00:00+00:00"),  # 23:00 to 24:00 of the Saturday before came twice.
    ("Pacific/Easter", "2024-09-08T04:00:00+00:00"),  # There it is 22:00 of the day before.
    ("America/Lima", "2024-09-08T05:00:00+00:00"),
]
"""A zone, and an instant at which its clock changes or its day begins."""


@pytest.mark.parametrize(("zone", "instant"), CLOCKS)
def test_where_the_clock_changes_an_undated_payment_is_of_one_day(zone, instant, monkeypatch):
    """Of the local day of the instant at which it was made, also a second before and after; dated ones are of Bsale's
    day in UTC, which no clock changes."""
    monkeypatch.setattr(Shop, "settings", Settings(timezone=zone))
    change = datetime.fromisoformat(instant)
    first = change.date() - timedelta(days=2)
    instants = [change + timedelta(seconds=second) for second in (-7200, -3601, -1, 0, 1, 3599, 7200)]
    offset = (first - DAY).days
    odd = {2 + place: {"recordDate": "", "createdAt": int(made.timestamp())} for place, made in enumerate(instants)}
    days = [offset, *[offset + 2] * len(instants), offset + 4]
    booked = {}
    for day in (first + timedelta(days=number) for number in range(5)):
        ids, held = landed(Shop(*days, odd=odd), day)
        assert set(held) <= {Reason.ANOTHER_DAY}
        booked |= {(number, day): None for number in ids}
    local = {(number, made.astimezone(ZoneInfo(zone)).date()) for number, made in enumerate(instants, start=2)}
    assert set(booked) == local | {(1, first), (len(days), first + timedelta(days=4))}


@pytest.mark.parametrize("day", [date(2024, 9, 8), date(2024, 4, 7)])
def test_a_day_is_asked_for_by_its_first_second_in_utc_whatever_clock_changes(day):
    assert question({"recorddate"}, recorddate=day) == {
        "recorddate": str(int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()))
    }


@pytest.mark.parametrize("far", [-400, -31, 31, 60_000])
def test_a_payment_dated_far_from_the_day_it_was_made_on_is_told_with_that_day_and_stops_none(far):
    """Nobody closes 2189, and nobody looks at last year again: its money would be in no books, without a word."""
    there = MIDNIGHT + far * A_DAY
    shop = Shop(0, 0, 0, odd={2: {"recordDate": there}})
    body, _ = body_of(shop, DAY)
    (told,) = notices(body)
    assert told == (
        "payments made on this day and dated more than a month away from it, where no close sees them (1): 2 of office"
        f" 1, dated {DAY + timedelta(days=far)}"
    )
    assert landed(shop) == ([1, 3], {})


@pytest.mark.parametrize("near", [-29, -1, 1, 29])
def test_one_dated_near_it_is_left_to_that_days_close_and_second_looks(near):
    body, _ = body_of(Shop(0, 0, odd={2: {"recordDate": MIDNIGHT + near * A_DAY}}), DAY)
    assert notices(body) == []


SIZES = st.lists(st.sampled_from([0, 1, 3, 50, 120]), min_size=4, max_size=4)


@given(SIZES, st.booleans(), st.data())
def test_no_payment_is_ever_lost_whatever_its_dates_are(sizes, newest_first, data):
    """Each is booked, or stops a day, on at least one of the days that are closed."""
    days = [day for day, size in zip((-1, 0, 1, 2), sizes, strict=True) for _ in range(size)]
    broken = st.sampled_from([*UNDATED, *UNREADABLE])
    odd = data.draw(st.dictionaries(st.integers(1, max(1, len(days))), broken, max_size=4))
    seen: set[int] = set()
    for day in (-1, 0, 1, 2):
        shop = Shop(*days, odd=odd, newest_first=newest_first)
        booked, held = landed(shop, DAY + timedelta(days=day))
        assert set(held) <= {Reason.BAD_DATE}
        assert set(booked) == {number for number, its in enumerate(days, 1) if its == day and number not in odd}
        seen |= {*booked, *held.get(Reason.BAD_DATE, [])}
    assert seen == set(range(1, len(days) + 1))


@pytest.mark.parametrize("place", [1, 60, 119])
@pytest.mark.parametrize("odd", [{"createdAt": 0}, {"createdAt": 4_070_908_800}, {"createdAt": "x"}], ids=str)
def test_a_wrong_time_of_making_keeps_nobody_from_finding_the_others(odd, place):
    """Of a payment that has its date; another of the day, beside it, has none."""
    undated = {"recordDate": "", "createdAt": NOON}
    shop = Shop(*[-1] * 120, *[0] * 120, *[1] * 120, odd={120 + place: odd | {"recordDate": MIDNIGHT}, 125: undated})
    assert landed(shop) == (list(range(121, 241)), {})


def test_a_time_of_making_that_is_none_costs_no_more_questions():
    usual, broken = Shop(*[-1] * 300, *[0] * 200, *[1] * 900), Shop(*[-1] * 300, *[0] * 200, *[1] * 900)
    broken.odd = {number: {"createdAt": 0} for number in (350, 900, 1400)}
    assert landed(usual) == landed(broken)
    assert broken.questions <= usual.questions
