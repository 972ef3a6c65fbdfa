"""Lists of Bsale: whatever the pages do, what is read is the whole list, or the reading says that it is not."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given, strategies as st

from cierre.ports.errors import DataError, RetriableError
from hooks.bsale.answers import Page, Row
from hooks.bsale.lists import LIMIT, Listing, Moved
from sandbox.paging import rows_given


class Site:
    """A list on a site. ``shorten`` says for each page by how much it is too short; ``before`` is done before one."""

    def __init__(self, rows: int, *, newest_first: bool = True, shorten=(), before=None, fault=None) -> None:
        self.ids = list(range(1, rows + 1))
        self.newest_first, self.shorten, self.before, self.fault = newest_first, list(shorten), before or {}, fault
        self.asked: list[tuple[int, int]] = []

    def ask(self, offset: int, limit: int) -> Page:
        self.before.get(len(self.asked), lambda site: None)(self)
        self.asked.append((offset, limit))
        number = len(self.asked) - 1
        length = limit if number >= len(self.shorten) else max(1, limit - self.shorten[number])
        listed = list(reversed(self.ids)) if self.newest_first else list(self.ids)
        fault = self.fault[1] if self.fault and self.fault[0] == number else None
        rows = [Row(str(number), str(number), {}) for number in listed[rows_given(offset, length, fault)]]
        return Page(offset, len(listed), rows)

    def come_in(self, number: int) -> None:
        self.ids += range(self.ids[-1] + 1, self.ids[-1] + 1 + number) if self.ids else range(1, number + 1)


class OneAfterTheOther:
    """A pool that does things in order, so that a test fails the same way twice."""

    map = staticmethod(map)


def read_all(site: Site) -> list[int]:
    return [int(row.id) for row in Listing(site.ask, OneAfterTheOther(), "payments").all()]


SIZES = st.one_of(st.integers(0, 12), st.integers(40, 60), st.integers(95, 260))
SHORTEN = st.lists(st.integers(0, 48), max_size=12)
GROWTH = st.dictionaries(st.integers(0, 12), st.integers(1, 70).map(lambda n: lambda site: site.come_in(n)), max_size=4)


@given(SIZES, st.booleans(), SHORTEN, GROWTH)
def test_short_pages_and_rows_that_come_in_lose_and_repeat_nothing(rows, newest_first, shorten, growth):
    site = Site(rows, newest_first=newest_first, shorten=shorten, before=growth)
    ids = read_all(site)
    last_asked = Site(rows)
    for number in range(len(site.asked)):
        growth.get(number, lambda site: None)(last_asked)
    assert ids == last_asked.ids


@given(SIZES, st.booleans(), st.integers(0, 8), st.sampled_from(["page_missing", "page_repeated", "page_shifted"]))
def test_a_page_that_is_missing_repeated_or_shifted_never_goes_unseen(rows, newest_first, number, fault):
    site = Site(rows, newest_first=newest_first, fault=(number, fault))
    try:
        assert read_all(site) == site.ids
    except RetriableError:
        assert len(site.asked) > number


@given(SIZES, st.booleans(), st.integers(0, 12), st.data())
def test_a_row_that_vanishes_meanwhile_never_takes_another_with_it(rows, newest_first, number, data):
    def vanish(site: Site) -> None:
        if site.ids:
            site.ids.remove(data.draw(st.sampled_from(site.ids)))

    site = Site(rows, newest_first=newest_first, before={number: vanish})
    try:
        assert read_all(site) == site.ids
    except RetriableError:
        assert len(site.asked) > number


def test_a_list_on_one_page_is_asked_for_once():
    site = Site(LIMIT)
    read_all(site)
    assert site.asked == [(0, LIMIT)]


def test_the_pages_of_a_list_are_asked_for_at_once_after_the_first():
    site = Site(1000)
    with ThreadPoolExecutor(8) as pool:
        listing = Listing(site.ask, pool, "payments")
        assert [int(row.id) for row in listing.all()] == site.ids
    assert len(site.asked) == 21
    assert sorted(site.asked) == sorted([(offset, LIMIT) for offset in range(0, 1000, LIMIT)] + [(0, 1)])


def test_a_first_page_that_does_not_come_is_told():
    with pytest.raises(Moved, match="counts 120 rows, and its first page has 0"):
        read_all(Site(120, fault=(0, "page_missing")))


def test_a_page_that_does_not_come_is_told_with_the_number_of_its_rows():
    site = Site(120)
    whole, site.ask = site.ask, lambda offset, limit: Page(offset, 120, []) if offset >= 70 else whole(offset, limit)
    with pytest.raises(Moved, match="counts 120 rows, and 20 of them do not come"):
        read_all(site)


def jumbled(rows: int) -> Site:
    site = Site(rows, newest_first=False)
    site.ids = [number ^ 1 for number in range(2, rows + 2)]
    return site


def test_a_list_in_no_order_is_read_as_long_as_its_length_stays():
    site = jumbled(120)
    assert read_all(site) == site.ids
    site.before = {len(site.asked) + 1: lambda site: site.ids.insert(0, 999)}
    with pytest.raises(Moved, match="had 120 rows and now has 121"):
        read_all(site)


class TestBetween:
    @given(st.integers(0, 3000), st.booleans(), SHORTEN, GROWTH, st.integers(0, 3100), st.integers(0, 200))
    def test_every_row_of_the_window_is_found(self, rows, newest_first, shorten, growth, first, length):
        site = Site(rows, newest_first=newest_first, shorten=shorten, before=growth)
        window = self.window(site, first, first + length)
        wanted = [number for number in range(1, rows + 1) if first <= number < first + length]
        assert [number for number in window if number in set(wanted)] == wanted

    def test_it_is_found_in_few_pages(self):
        site = Site(150_000)
        assert set(range(70_000, 70_100)) <= set(self.window(site, 70_000, 70_100))
        assert len(site.asked) < 25

    def test_a_list_in_no_order_cannot_be_searched(self):
        with pytest.raises(DataError, match="in no order"):
            self.window(jumbled(120), 1, 2)

    @staticmethod
    def window(site: Site, first: int, last: int) -> list[int]:
        listing = Listing(site.ask, OneAfterTheOther(), "payments")
        return [int(row.id) for row in listing.between(first, last, lambda row: int(row.id))]


@given(SIZES, st.booleans(), st.integers(0, 400))
@example(40, True, 39)
def test_a_list_is_whole_whichever_page_it_is_begun_with(rows, newest_first, begin):
    site = Site(rows, newest_first=newest_first)
    listing = Listing(site.ask, OneAfterTheOther(), "payments", begin)
    has_no_order = rows - begin == 1  # a page of one row
    try:
        ids = [int(row.id) for row in listing.all()]
    except (RetriableError, DataError):
        assert has_no_order
    else:
        assert (sorted(ids) if has_no_order else ids) == site.ids
