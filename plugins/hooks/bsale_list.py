"""A list of Bsale that is read in pages, several at a time, while new rows may come in."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import groupby, pairwise

from hooks.bsale_answers import VENDOR, Page, Row
from hooks.errors import DataError, RetriableError

LIMIT = 50
"""Rows of the longest page (bsale.seed.txt, limit)."""

PATIENCE = 10
"""How often the end of a growing list is caught up with."""

Ask = Callable[[int, int], Page]
"""Asks for the page at an offset, of at most so many rows."""


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
    """

    def __init__(self, ask: Ask, pool: Executor, about: str) -> None:
        self._ask, self._pool, self._about = ask, pool, about
        self._rows: dict[int, Row] = {}
        self._places: dict[str, int] = {}
        first = ask(0, LIMIT)
        if len(first.rows) < min(2, first.count):
            raise Moved(f"it counts {first.count} rows, and its first page has {len(first.rows)}")
        self.count = self._count_at_first = first.count
        ascend = _ascend(first.rows)
        self._newest_first, self._is_ordered = ascend is False, ascend is not None
        self._pages = 0
        self._add(first)

    def all(self) -> list[Row]:
        """Every row, oldest first. Raises Moved."""
        self._fill(range(self.count))
        # One page is one moment. Several belong together if the list is no longer, nor shorter, than what they hold.
        if self._pages > 1:
            self._catch_up()
        return [self._rows[place] for place in range(self.count)]

    def between(self, first: int, last: int, instant: Callable[[Row], int]) -> list[Row]:
        """The rows whose instants lie from ``first`` to before ``last``, with a page of neighbours on either side.

        ``instant`` gives a row's epoch seconds, by which the list must be in order but for a page's rows or so.
        Raises Moved, or DataError where the list has no order.
        """
        places = range(self.count)
        begins, ends = (bisect_left(places, edge, key=lambda at: instant(self._row(at))) for edge in (first, last))
        window = range(max(0, begins - LIMIT), min(self.count, ends + LIMIT))
        self._fill(window)
        if not self._is_ordered and self.count > LIMIT:
            message = f"{self._about}: the list is in no order, so the payments of one day cannot be found in it"
            raise DataError(message, vendor=VENDOR)
        return [self._rows[place] for place in window]

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
            first = max(0, place - LIMIT // 2)
            self._fill(range(first, min(self.count, first + LIMIT)))
        return self._rows[place]

    def _fill(self, places: range) -> None:
        """Asks for these places until all are there."""
        while missing := [place for place in places if place not in self._rows]:
            known = (len(self._rows), self.count)
            for page in self._pool.map(lambda question: self._ask(*question), list(self._questions(missing))):
                self._add(page)
            if known == (len(self._rows), self.count):
                raise Moved(f"it counts {self.count} rows, and {len(missing)} of them do not come")

    def _questions(self, missing: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Offset and limit of the pages that hold these places.

        Always whole pages: what comes in meanwhile at the front pushes rows back, and a row that is known already is
        one more proof that the list holds still.
        """
        for _, neighbours in groupby(enumerate(missing), key=lambda pair: pair[1] - pair[0]):
            run = [place for _, place in neighbours]
            for first in range(0, len(run), LIMIT):
                part = run[first : first + LIMIT]
                yield (self.count - 1 - part[-1] if self._newest_first else part[0]), LIMIT

    def _add(self, page: Page) -> None:
        self._pages += 1
        self.count = max(self.count, page.count)
        self._is_ordered &= len(page.rows) < 2 or _ascend(page.rows) is (not self._newest_first)
        if not self._is_ordered and {self.count, page.count} != {self._count_at_first}:
            raise Moved(f"it had {self._count_at_first} rows and now has {page.count}")
        for offset, row in enumerate(page.rows, start=page.offset):
            place = page.count - 1 - offset if self._newest_first else offset
            if self._rows.setdefault(place, row).id != row.id or self._places.setdefault(row.id, place) != place:
                raise Moved(f"payment {row.id} is not where it was, or another is in its place")


def _ascend(rows: Sequence[Row]) -> bool | None:
    """Whether ids ascend or descend, None where they do neither: Bsale promises no order."""
    try:
        ids = [int(row.id) for row in rows]
    except ValueError:
        return None
    if all(one < other for one, other in pairwise(ids)):
        return True
    return False if all(one > other for one, other in pairwise(ids)) else None
