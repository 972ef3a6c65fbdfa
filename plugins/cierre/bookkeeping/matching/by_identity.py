"""Matches by what names a movement on both sides. Who has such a name on the other side belongs to nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cierre.bookkeeping.matching.banking_days import BankingDays
from cierre.bookkeeping.matching.items import Item, Match, Proposal, Rules

CHARGE_BACK_DAYS = 200
"""Calendar days in which an acquirer may take back what it paid."""


@dataclass
class ByIdentity:
    """What came of it. ``booked`` and ``arrived`` are those without a partner of their name: they go on."""

    matches: list[Match] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    booked: list[Item] = field(default_factory=list)
    arrived: list[Item] = field(default_factory=list)
    doubles: set[str] = field(default_factory=set)
    taken_back: set[str] = field(default_factory=set)
    differs: set[str] = field(default_factory=set)


def match_by_identity(
    booked: Sequence[Item], arrived: Sequence[Item], rules: Rules, calendar: BankingDays
) -> ByIdentity:
    """Matches items of one channel that bear the same identity."""
    outcome = ByIdentity()
    mine: dict[str, Item | list[Item]] = {}
    for item in booked:
        if name := item.identity:
            if name not in mine:
                mine[name] = item
            elif type(there := mine[name]) is list:
                there.append(item)
            else:
                mine[name] = [there, item]  # type: ignore[list-item]
        else:
            outcome.booked.append(item)
    theirs: dict[str, Item | list[Item]] = {}
    for item in arrived:
        name = item.identity
        if name in mine and name:
            if name not in theirs:
                theirs[name] = item
            elif type(there := theirs[name]) is list:
                there.append(item)
            else:
                theirs[name] = [there, item]  # type: ignore[list-item]
        else:
            outcome.arrived.append(item)
    count, earliest, latest, grace = calendar.count, rules.earliest, rules.latest, rules.grace
    for name, one in mine.items():
        other = theirs.get(name)
        if other is None:
            outcome.booked.extend(one if type(one) is list else [one])  # type: ignore[list-item]
        elif type(one) is Item and type(other) is Item and one.units == other.units:
            waited = count(other.day) - count(one.day)
            if earliest <= waited <= grace and other.day >= one.day:
                outcome.matches.append(Match((one.id,), (other.id,), "identity", waited > latest))
            else:
                outcome.booked.append(one)
                outcome.arrived.append(other)
        else:
            ours = one if type(one) is list else [one]
            came = other if type(other) is list else [other]
            _Bucket(ours, came, rules, calendar, outcome).settle()  # type: ignore[arg-type]
    return outcome


@dataclass
class _Bucket:
    """All items of one identity."""

    booked: list[Item]
    arrived: list[Item]
    rules: Rules
    calendar: BankingDays
    outcome: ByIdentity

    def settle(self) -> None:
        """Whole against whole; else amount by amount; what is left is a double, taken back, or differs."""
        booked = sorted(self.booked, key=_by_day)
        arrived = sorted(self.arrived, key=_by_day)
        if len(self.booked) > 1 and self._spread() > CHARGE_BACK_DAYS:
            # A number that is used again later: each use is a bucket of its own.
            self._by_use(booked, arrived)
            return
        booked, arrived = self._same_amounts(booked, arrived)
        came = self._without_taken_back(arrived)
        booked, came = self._whole(booked, came)
        for together in (came, arrived):
            if booked and together and _sum(booked) == _sum(together) and self._in_time(booked, together):
                self._match(booked, together, "together")
                self.outcome.taken_back.difference_update(one.id for one in together)
                return
        self._leave(booked, came)

    def _whole(self, booked: list[Item], arrived: list[Item]) -> tuple[list[Item], list[Item]]:
        """All that was booked in one payment: the first of that amount; what comes after it is a double."""
        came = [one for one in arrived if one.units == _sum(booked)]
        if len(booked) < 2 or not came or not self._in_time(booked, came[:1]):
            return booked, arrived
        self._match(booked, came[:1], "together")
        self.outcome.doubles.update(one.id for one in came[1:])
        return [], [one for one in arrived if one not in came]

    def _by_use(self, booked: list[Item], arrived: list[Item]) -> None:
        uses: list[list[Item]] = []
        for item in booked:
            if uses and item.day - uses[-1][-1].day <= CHARGE_BACK_DAYS // 2:
                uses[-1].append(item)
            else:
                uses.append([item])
        if len(uses) == 1:
            self._leave(booked, arrived)
            return
        for use, following in zip(uses, [*uses[1:], None], strict=True):
            until = following[0].day if following else None
            came = [one for one in arrived if one.day >= use[0].day and (until is None or one.day < until)]
            if came:
                _Bucket(use, came, self.rules, self.calendar, self.outcome).settle()
            else:
                self.outcome.booked.extend(use)
        self.outcome.arrived.extend(one for one in arrived if one.day < uses[0][0].day)

    def _spread(self) -> int:
        days = [item.day for item in self.booked]
        return max(days) - min(days)

    def _same_amounts(self, booked: list[Item], arrived: list[Item]) -> tuple[list[Item], list[Item]]:
        """Pairs equal amounts, the first that came to the first that was booked; gives what is left."""
        left: list[Item] = []
        for units in dict.fromkeys(item.units for item in booked):
            ours = [item for item in booked if item.units == units]
            came = [one for one in arrived if one.units == units]
            pairs = min(len(ours), len(came))
            if pairs and len(ours) <= len(came) and self._in_time(ours, came[:pairs]):
                self._match(ours, came[:pairs], "identity" if pairs == 1 else "alike")
                taken = {one.id for one in came}
                # The same money once more, under the same name: it was paid twice.
                self.outcome.doubles.update(one.id for one in came[pairs:])
                arrived = [one for one in arrived if one.id not in taken]
            else:
                left += ours
        return left, arrived

    def _in_time(self, booked: list[Item], arrived: list[Item]) -> bool:
        count = self.calendar.count
        waited = [count(one.day) - count(item.day) for one in arrived for item in booked]
        return self.rules.earliest <= min(waited) and max(waited) <= self.rules.grace

    def _match(self, booked: list[Item], arrived: list[Item], why: str) -> None:
        count = self.calendar.count
        late = max(one.day for one in arrived)
        waited = count(late) - min(count(item.day) for item in booked)
        ours, came = tuple(item.id for item in booked), tuple(one.id for one in arrived)
        self.outcome.matches.append(Match(ours, came, why, waited > self.rules.latest))

    def _without_taken_back(self, arrived: list[Item]) -> list[Item]:
        """What goes out again of what came in, under its own name, within the time in which that may be."""
        first = min(item.day for item in self.booked)
        sign = 1 if _sum(self.booked) >= 0 else -1
        back = [one for one in arrived if one.units * sign < 0 and 0 <= one.day - first <= CHARGE_BACK_DAYS]
        self.outcome.taken_back.update(one.id for one in back)
        return [one for one in arrived if one not in back]

    def _leave(self, booked: list[Item], arrived: list[Item]) -> None:
        """What comes with a known name and another amount is a difference that a person looks at."""
        if booked and arrived:
            ours, came = tuple(item.id for item in booked), tuple(one.id for one in arrived)
            self.outcome.differs.update((*ours, *came))
            self.outcome.proposals.append(Proposal(ours, came, "differs"))
        else:
            self.outcome.booked.extend(booked)
            self.outcome.arrived.extend(arrived)


def _by_day(item: Item) -> int:
    """Of one day, in the order in which they came: row 99 is before row 100."""
    return item.day


def _sum(items: Sequence[Item]) -> int:
    return sum(item.units for item in items)
