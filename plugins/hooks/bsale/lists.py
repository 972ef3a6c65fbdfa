"""A list of Bsale that is read in pages, several at a time, while new rows may come in."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import groupby, pairwise
from math import log2

from cierre.ports.errors import DataError, RetriableError
from hooks.bsale.answers import VENDOR, Page, Row

LIMIT = 50
"""Rows of the longest page (bsale.seed.txt, limit)."""

A_DAY = 24 * 3600

PATIENCE = 10
"""How often the end of a growing list is caught up with."""

Ask = Callable[[int, int], Page]
"""Asks for the page at an offset, of at most so many rows."""

Instant = Callable[[Row], int | None]
"""When a row was made, in epoch seconds; None where nobody can tell."""


class Moved(RetriableError):
    """What was read of a list does not fit together: it must be read anew."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the list changed while it was read: {why}", vendor=VENDOR)


class Listing:
    """A list of Bsale, its rows by their *place*: how many rows are older.

    New payments come in at one end, and where that is the front, each shifts the offsets of all the others; a row's
    place never changes. With each page's own count, offsets become places, so pages may be asked for in any order and
    at once, may be short, and rows may come in meanwhile: what is still missing is asked for, until nothing is. Two
    rows at one place, or one at two, mean that the list changed in another way: that raises Moved. So do rows that do
    not come, and a list that grows and is not in the order of its ids, as nobody knows where it grew.

    Rows that are known from elsewhere (``know``) need no page: between two rows whose places are known, in the order of
    ids, so many known ids as there are places are those rows.

    ``begin`` is the offset of the first page. One at the front costs the same as any other, and shows rows that may be
    known already. ``check_rows`` is handed how many rows are about to be asked for, and raises if those are too many.
    ``look`` is handed the rows of each page that was asked for by a thread, while others are still awaited.
    """

    def __init__(
        self,
        ask: Ask,
        pool: Executor,
        about: str,
        begin: int = 0,
        check_rows: Callable[[int], None] = lambda rows: None,
        look: Callable[[Sequence[Row]], None] = lambda rows: None,
    ) -> None:
        self._ask, self._pool, self._about, self._check_rows, self._look = ask, pool, about, check_rows, look
        self._rows: dict[int, Row] = {}
        self._places: dict[str, int] = {}
        self._known: dict[int, Row] = {}
        first = ask(begin, LIMIT)
        if begin and not first.rows:
            first = ask(0, LIMIT)  # it is shorter than was thought
        if len(first.rows) < min(2, first.count - first.offset):
            raise Moved(f"it counts {first.count} rows, and its first page has {len(first.rows)}")
        self.count = self._count_at_first = first.count
        order = ascend(first.rows)
        self._newest_first, self._is_ordered = order is False, order is not None
        self._pages = 0
        self._add(first)

    def know(self, rows: Iterable[Row]) -> None:
        """Rows of the list that came from elsewhere; those without a number for an id are of no use."""
        self._known.update((int(row.id), row) for row in rows if row.id.isdecimal())

    def all(self) -> list[Row]:
        """Every row, oldest first. Raises Moved."""
        self._fill(range(self.count))
        # One page is one moment. Several belong together if the list is no longer, nor shorter, than what they hold.
        if self._pages > 1:
            self._catch_up()
        return [self._rows[place] for place in range(self.count)]

    def between(self, first: int, last: int, instant: Instant, expected: int = LIMIT) -> list[Row]:
        """The rows whose instants lie from ``first`` to before ``last``, with a page of neighbours on either side.

        By their instants the list must be in order but for a page's rows or so. A row that has none is looked for where
        the rows beside it are.
        ``expected`` is how many there may be: so many are asked for at once. Raises Moved, or DataError where the list
        has no order.
        """
        ends = self._edge(last, instant, expected)
        above = min(self.count, ends + LIMIT)
        # Down from there every page is needed until one is older, so nothing is searched for.
        below = max(0, ends - max(expected, LIMIT) - LIMIT)
        known_below = self._known_before(below, above)
        self._fill(range(min(below + known_below, above), above))
        more = LIMIT
        while True:
            self._fill(range(below, above))
            begins = next((place for place in range(below, above) if self._instant(place, instant) >= first), above)
            if below == 0 or begins - below >= LIMIT:
                break
            # A little more each time: how many rows are older than was expected, no date tells, for shops sleep.
            below, more = max(0, min(begins - LIMIT, below - more if begins == below else below)), 2 * more
        if not self._is_ordered and self.count > LIMIT:
            message = f"{self._about}: the list is in no order, so the payments of one day cannot be found in it"
            raise DataError(message, vendor=VENDOR)
        return [self._rows[place] for place in range(max(0, begins - LIMIT), above)]

    def newer(self) -> list[Row]:
        """What came in since: asks how long the list is by now, and for the rows that it did not have."""
        before = self.count
        last = self._ask(0, LIMIT)
        if last.count < before:
            raise Moved(f"it had {before} rows and now has {last.count}")
        self._add(last)
        self._fill(range(before, self.count))
        return [self._rows[place] for place in range(before, self.count)]

    def _instant(self, place: int, instant: Instant) -> int:
        """The instant of the row at a place; where it has none, that of the nearest before it, or else after it."""
        found = instant(self._rows[place])
        if found is not None:
            return found
        beside = (*range(place - 1, place - LIMIT, -1), *range(place + 1, place + LIMIT))
        instants = (instant(self._rows[other]) for other in beside if other in self._rows)
        return next((one for one in instants if one is not None), 0)

    def _edge(self, edge: int, instant: Instant, a_day: int) -> int:
        """The place of the first row that is not before an instant; looked for where the dates let it be expected."""
        low, high, tries = 0, self.count, 0
        while True:
            self._infer()
            for place in [place for place in self._rows if low <= place < high]:
                if self._instant(place, instant) < edge:
                    low = max(low, place + 1)
                else:
                    high = min(high, place)
            if low >= high:
                return high
            tries += 1
            self._row(self._guess(low, high, edge, instant, a_day, tries))

    def _guess(self, low: int, high: int, edge: int, instant: Instant, a_day: int, tries: int) -> int:
        below = max((place for place in self._rows if place < low), default=None)
        above = min((place for place in self._rows if place >= high), default=None)
        if above is None:
            # A page below the top: what is on it may be known already.
            return high - (LIMIT + LIMIT // 2 if self._known and high - low > 2 * LIMIT else 1)
        # Ids ascend, so that of a known row is at most so many places away as its id is.
        instants = ((number, instant(row)) for number, row in self._known.items())
        newest = max((number for number, one in instants if one is not None and one < edge), default=None)
        if newest is not None and tries % 3:
            reaches = below + newest - int(self._rows[below].id) if below is not None else high
            if low <= reaches < high:
                return reaches
            if low <= (nearest := above - int(self._rows[above].id) + newest) < high:
                return nearest
        until = self._instant(above, instant)
        if below is None:
            return max(low, high - LIMIT - a_day * max(0, until - edge) // A_DAY) if tries <= 2 else low
        since = self._instant(below, instant)
        if tries % 2 or until <= since:
            return (low + high) // 2
        return min(high - 1, max(low, below + (above - below) * (edge - since) // (until - since)))

    def _known_before(self, below: int, above: int) -> int:
        """How many of the rows at the lower end are known from elsewhere, if the list begins with them."""
        if below or not self._is_ordered:
            return 0
        oldest = min((int(row.id) for place, row in self._rows.items() if place < above), default=0)
        return sum(number < oldest for number in self._known)

    def _catch_up(self) -> None:
        """Asks how long the list is by now, and for what came in, until that is nothing."""
        for _ in range(PATIENCE):
            last = self._ask(0, 1)
            if last.count < self.count:
                raise Moved(f"it had {self.count} rows and now has {last.count}")
            self._add(last)
            if len(self._rows) == self.count:
                return
            self._fill(range(self.count))
        raise Moved(f"it grew on and on, to {self.count} rows")

    def _row(self, place: int) -> Row:
        if place not in self._rows:
            # With its neighbours, as the page costs the same: the search needs them next.
            first = max(0, min(place - LIMIT // 2, self.count - LIMIT))
            self._fill(range(first, min(self.count, first + LIMIT)))
        return self._rows[place]

    def _fill(self, places: range) -> None:
        """Asks for these places until all are there."""
        self._check_rows(len(places))
        while missing := self._missing(places):
            known = (len(self._rows), self.count)
            for page in self._pool.map(lambda question: self._ask(*question), list(self._questions(missing))):
                self._add(page)
                self._look(page.rows)
            if known == (len(self._rows), self.count):
                raise Moved(f"it counts {self.count} rows, and {len(missing)} of them do not come")

    def _missing(self, places: range) -> list[int]:
        self._infer()
        return [place for place in places if place not in self._rows]

    def _infer(self) -> None:
        """Gives the rows that are known from elsewhere their places, where there is no doubt."""
        if not self._known or not self._is_ordered:
            return
        ids = sorted(self._known)
        ends = [-1, *sorted(self._rows), self.count]
        for below, above in pairwise(ends):
            if above - below == 1:
                continue
            begin = 0 if below < 0 else bisect_right(ids, int(self._rows[below].id))
            end = len(ids) if above == self.count else bisect_left(ids, int(self._rows[above].id))
            if end - begin > above - below - 1 and above != self.count:
                raise Moved(f"it has {above - below - 1} rows where {end - begin} are known")
            if end - begin == above - below - 1:
                for place, number in zip(range(below + 1, above), ids[begin:end], strict=True):
                    self._put(place, self._known[number])

    def _questions(self, missing: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Offset and limit of the pages that hold these places.

        Always whole pages: what comes in meanwhile at the front pushes rows back, and a row that is known already is
        one more proof that the list holds still.
        """
        for _, neighbours in groupby(enumerate(missing), key=lambda pair: pair[1] - pair[0]):
            run = [place for _, place in neighbours]
            if middle := self._worth_halving(run):
                run = run[middle : middle + LIMIT]
            for first in range(0, len(run), LIMIT):
                part = run[first : first + LIMIT]
                yield (self.count - 1 - part[-1] if self._newest_first else part[0]), LIMIT

    def _worth_halving(self, run: Sequence[int]) -> int:
        """Where the middle of a run is, if so few of its rows are unknown that looking for them costs fewer pages."""
        pages = len(run) / LIMIT
        if not self._known or not self._is_ordered or pages <= 2:
            return 0
        before, after = run[0] - 1, run[-1] + 1
        if (before >= 0 and before not in self._rows) or (after < self.count and after not in self._rows):
            return 0
        ids = sorted(self._known)
        begin = bisect_right(ids, int(self._rows[before].id)) if before >= 0 else 0
        end = bisect_left(ids, int(self._rows[after].id)) if after < self.count else len(ids)
        unknown = len(run) - (end - begin)
        return (len(run) - LIMIT) // 2 if unknown > 0 and unknown * log2(pages) < pages else 0

    def _add(self, page: Page) -> None:
        self._pages += 1
        self.count = max(self.count, page.count)
        self._is_ordered &= len(page.rows) < 2 or ascend(page.rows) is (not self._newest_first)
        if not self._is_ordered and {self.count, page.count} != {self._count_at_first}:
            raise Moved(f"it had {self._count_at_first} rows and now has {page.count}")
        for offset, row in enumerate(page.rows, start=page.offset):
            self._put(page.count - 1 - offset if self._newest_first else offset, row)

    def _put(self, place: int, row: Row) -> None:
        if self._rows.setdefault(place, row).id != row.id or self._places.setdefault(row.id, place) != place:
            raise Moved(f"payment {row.id} is not where it was, or another is in its place")


def added(groups: Sequence[Row], page: Sequence[Row]) -> Sequence[Row]:
    """What a further page of totals adds to those before it; nothing where it is the first page again, as from a site
    that heeds no offset.

    Within a page totals may be alike, as of two kinds of documents with the same code. Raises Moved for one that came
    before.
    """
    if [row.text for row in page] == [row.text for row in groups[: len(page)]]:
        return []
    before = {row.text for row in groups}
    if twice := sorted(row.id for row in page if row.text in before):
        raise Moved(f"the total {twice[0]} (paymentTypeId/officeId/codesii/recordDate) came twice")
    return page


def ascend(rows: Sequence[Row]) -> bool | None:
    """Whether ids ascend or descend, None where they do neither: Bsale promises no order."""
    try:
        ids = [int(row.id) for row in rows]
    except ValueError:
        return None
    if all(one < other for one, other in pairwise(ids)):
        return True
    return False if all(one > other for one, other in pairwise(ids)) else None
