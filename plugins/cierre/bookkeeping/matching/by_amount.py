"""Matches by amount and day alone, taken only where no other possible match shares an item with them.

Why that is enough, and needed: two possible matches that share an item exclude each other, and each is part of some
solution to which nothing can be added. So if a match touches another one, there are solutions without it; and if it
touches none, every solution has it. The one exception is a group in which everything fits everything (n booked, n
arrived, all of one amount): every solution matches all of them, only in another order, and so they are matched
together. Among groups of single pairs there is no other exception (Sumner, Randomly matchable graphs, 1979).
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cierre.bookkeeping.matching.banking_days import BankingDays
from cierre.bookkeeping.matching.items import Item, Match, Proposal, Rules

MOST_PARTNERS = 40
"""Items of one amount that may fit one item; with more, only a person or a number can tell."""

MOST_POSSIBLE = 2_000_000
"""Possible matches of one channel that are looked through."""

SHORTEST_CUT = 4
"""Characters of a reference that still say something."""


class Possible(NamedTuple):
    """A match that the rules allow, by the places of its items."""

    booked: tuple[int, ...]
    arrived: tuple[int, ...]


class TooMany(Exception):
    """There are more possible matches than are looked through."""


def match_by_amount(
    booked: Sequence[Item], arrived: Sequence[Item], rules: Rules, calendar: BankingDays
) -> tuple[list[Match], list[Proposal]]:
    """Matches items of one channel by amount and window; what cannot be decided is proposed."""
    search = _Search(booked, arrived, rules, calendar)
    try:
        possible = list(dict.fromkeys(search.all_possible()))
    except TooMany:
        return [], [Proposal((), (), "too_many")]
    matches, proposals = [], []
    finest = (group for whole in _groups(possible) for group in _groups(_finest(whole)))
    for group in finest:
        ours = tuple(sorted({place for one in group for place in one.booked}))
        came = tuple(sorted({place for one in group for place in one.arrived}))
        ids = tuple(booked[place].id for place in ours), tuple(arrived[place].id for place in came)
        if crowded := search.crowded.intersection(came):
            proposals.append(Proposal(*ids, "too_many" if crowded else "several"))
        elif len(group) == 1:
            matches.append(Match(*ids, "amount" if len(ours) == len(came) == 1 else "together"))
        elif _fits_all(group, len(ours), len(came)):
            matches.append(Match(*ids, "alike"))
        elif _is_one_paid_twice(group, len(ours)):
            first_to_last = sorted(came, key=lambda place: (arrived[place].day, place))
            proposals.append(Proposal(ids[0], tuple(arrived[place].id for place in first_to_last), "double"))
        else:
            proposals.append(Proposal(*ids, "several"))
    return matches, proposals


def _finest(group: list[Possible]) -> list[Possible]:
    """The same without what is only several other possible matches of the group told at once: two days paid one by one
    are also two days paid in two."""
    if len(group) == 1 or max(len(one.arrived) for one in group) == 1:
        return group
    return [one for one in group if not _is_sum_of(one, [other for other in group if other is not one])]


def _is_sum_of(whole: Possible, others: list[Possible]) -> bool:
    ours, came = set(whole.booked), set(whole.arrived)
    inner = [one for one in others if ours.issuperset(one.booked) and came.issuperset(one.arrived)]
    covered = {place for one in inner for place in one.booked}, {place for one in inner for place in one.arrived}
    if covered != (ours, came):
        return False
    apart = sum(len(one.booked) for one in inner) == len(ours) and sum(len(one.arrived) for one in inner) == len(came)
    return apart or _fits_all(inner, len(ours), len(came))


def _is_one_paid_twice(group: list[Possible], ours: int) -> bool:
    """Whether the same booked items fit each of several payments, and nothing else does."""
    return all(len(one.booked) == ours and len(one.arrived) == 1 for one in group)


def _fits_all(group: list[Possible], ours: int, came: int) -> bool:
    """Whether a group is single pairs, as many on both sides, each fitting each."""
    return ours == came and len(group) == ours * came and all(len(one.booked) == len(one.arrived) == 1 for one in group)


def _groups(possible: list[Possible]) -> Iterator[list[Possible]]:
    """Possible matches that are joined by items they share."""
    parent = list(range(len(possible)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    owner: dict[int, int] = {}
    for number, one in enumerate(possible):
        # Arrived items by negative numbers, so that both sides share one table.
        for item in (*one.booked, *(~place for place in one.arrived)):
            parent[root(owner.setdefault(item, number))] = root(number)
    together: dict[int, list[Possible]] = defaultdict(list)
    for number, one in enumerate(possible):
        together[root(number)].append(one)
    yield from together.values()


def may_name_the_same(one: str, other: str) -> bool:
    """Whether two references do not contradict each other: one is missing, or what is left of the other."""
    if not one or not other or one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST_CUT and (long.startswith(short) or long.endswith(short))


class _Search:
    """Finds what is possible in one channel."""

    def __init__(self, booked: Sequence[Item], arrived: Sequence[Item], rules: Rules, calendar: BankingDays) -> None:
        self.booked, self.arrived, self.rules, self.calendar = booked, arrived, rules, calendar
        self.counts = [calendar.count(item.day) for item in booked]
        self.numbered: dict[str, list[int]] = defaultdict(list)
        for place, item in enumerate(booked):
            if item.identity:
                self.numbered[item.identity].append(place)
        self.crowded: set[int] = set()
        self.possible = 0

    def all_possible(self) -> Iterator[Possible]:
        """Every possible match, some more than once. Raises TooMany."""
        yield from self._counted(self._pairs())
        yield from self._counted(self._wholes())
        if self.rules.days_together:
            yield from self._counted(self._runs())

    def _counted(self, found: Iterator[Possible]) -> Iterator[Possible]:
        for one in found:
            self.possible += 1
            if self.possible > MOST_POSSIBLE:
                raise TooMany
            yield one

    def _wholes(self) -> Iterator[Possible]:
        """All that was booked under one number, paid in one."""
        by_sum: dict[int, list[list[int]]] = defaultdict(list)
        for places in self.numbered.values():
            if len(places) > 1:
                by_sum[sum(self.booked[place].units for place in places)].append(places)
        for came, one in enumerate(self.arrived):
            now = self.calendar.count(one.day)
            for places in by_sum.get(one.units, ()):
                waited = [now - self.counts[place] for place in places]
                in_time = self.rules.earliest <= min(waited) and max(waited) <= self.rules.latest
                if in_time and self._all_may_meet(places, (came,)):
                    yield Possible(tuple(places), (came,))

    def _pairs(self) -> Iterator[Possible]:
        by_units: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for place, item in enumerate(self.booked):
            if not (self.rules.whole and len(self.numbered.get(item.identity, ())) > 1):
                by_units[item.units].append((self.counts[place], place))
        for places in by_units.values():
            places.sort()
        for place, one in enumerate(self.arrived):
            there = by_units.get(one.units)
            if not there:
                continue
            now = self.calendar.count(one.day)
            low = bisect_left(there, (now - self.rules.latest, -1))
            high = bisect_right(there, (now - self.rules.earliest, len(self.booked)))
            if high - low > MOST_PARTNERS:
                self.crowded.add(place)
                high = low + MOST_PARTNERS
            for _, partner in there[low:high]:
                if _may_meet(self.booked[partner], one):
                    yield Possible((partner,), (place,))

    def _runs(self) -> Iterator[Possible]:
        """One day, or several that follow each other, of a terminal: paid in one, or in several that follow."""
        payments: dict[int, list[tuple[tuple[int, ...], str, int, int]]] = defaultdict(list)
        for places, terminal, first, last in self._payments():
            payments[sum(self.arrived[place].units for place in places)].append((places, terminal, first, last))
        earliest, latest = self.rules.earliest, self.rules.latest
        for terminal, days in self._days().items():
            ordered = sorted(days)
            for start in range(len(ordered)):
                covered: list[int] = []
                for day in ordered[start : start + self.rules.days_together]:
                    covered += days[day]
                    units = sum(self.booked[place].units for place in covered)
                    counted = self.calendar.count(day), self.calendar.count(ordered[start])
                    for run, named, first, last in payments.get(units, ()):
                        in_time = earliest <= first - counted[0] and last - counted[1] <= latest
                        if in_time and named in ("", terminal) and self._all_may_meet(covered, run):
                            yield Possible(tuple(covered), run)

    def _days(self) -> dict[str, dict[int, list[int]]]:
        """The places of what was booked, by terminal and day."""
        found: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for place, item in enumerate(self.booked):
            found[item.terminal][item.day].append(place)
        return found

    def _payments(self) -> Iterator[tuple[tuple[int, ...], str, int, int]]:
        """Payments one by one, and as many as may be parts of one: their places, terminal, first and last day."""
        streams: dict[str, list[int]] = defaultdict(list)
        for place in sorted(range(len(self.arrived)), key=lambda place: (self.arrived[place].day, place)):
            streams[self.arrived[place].terminal].append(place)
        for terminal, places in streams.items():
            for start in range(len(places)):
                for end in range(start + 1, min(start + self.rules.parts, len(places)) + 1):
                    run = tuple(places[start:end])
                    first, last = (self.calendar.count(self.arrived[place].day) for place in (run[0], run[-1]))
                    yield run, terminal, first, last

    def _all_may_meet(self, booked: Sequence[int], arrived: Sequence[int]) -> bool:
        return all(_may_meet(self.booked[ours], self.arrived[came]) for ours in booked for came in arrived)


def _may_meet(ours: Item, came: Item) -> bool:
    """Whether neither day, reference nor terminal is against it; the window was looked at before."""
    return (
        came.day >= ours.day
        and (not came.terminal or not ours.terminal or came.terminal == ours.terminal)
        and may_name_the_same(ours.identity, came.identity)
    )
