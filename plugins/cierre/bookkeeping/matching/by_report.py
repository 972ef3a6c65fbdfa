"""Booked days of cards matched with the bank through what the acquirer reports: its payments by their numbers, and the
days of a terminal that each of them pays."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from cierre.bookkeeping.matching.arrivals import (
    announced_payments,
    channel,
    identity,
    payment_key,
    sale_identity,
    units,
)
from cierre.bookkeeping.matching.banking_days import BankingDays
from cierre.bookkeeping.matching.by_amount import may_name_the_same
from cierre.bookkeeping.matching.by_identity import CHARGE_BACK_DAYS
from cierre.bookkeeping.matching.items import Item, Match, Outcome, Proposal, Rules
from cierre.bookkeeping.matching.match import match, waited_for
from cierre.bookkeeping.statements.lines import Settlement, SettlementLine

Day = tuple[str, date, str]
"""A terminal's day, in a currency."""

CLASSES = {
    "fee": "fee",
    "taken_back": "charge_back",
    "double": "double",
    "several": "proposed",
    "too_many": "proposed",
    "reversed": "proposed",
}
"""What that is which is proposed for a reason; ``differs`` for any other."""


class Sold(NamedTuple):
    """Booked money of a terminal's day: one form of payment of a box, in the currency's smallest unit."""

    id: str
    day: Day
    gross: int
    net: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that an acquirer announced, net of its charges. ``arrived`` are the movements that it came in;
    ``word`` is ``arrived``, or the class of one that did not: ``in_transit``, ``late``, ``missing``, ``differs``."""

    id: str
    day: date
    units: int
    currency: str
    arrived: tuple[str, ...]
    word: str


@dataclass
class Reported:
    """What reports of a channel say. ``told`` are the booked amounts and ``lines`` the movements that nothing else is
    to match: a report tells of them. Their classes are in ``open_booked`` and ``open_arrived`` where they are not
    matched; of what is merely not paid yet there is none."""

    matches: list[Match] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    lines: set[str] = field(default_factory=set)
    open_booked: dict[str, str] = field(default_factory=dict)
    open_arrived: dict[str, str] = field(default_factory=dict)


class _Sums(NamedTuple):
    """A terminal's day as reported: all of it, and without what was charged back."""

    all: int
    kept: int


@dataclass
class _Part:
    """What hangs together: days that one payment pays in part pay in part by another hang together with that."""

    days: set[Day] = field(default_factory=set)
    payments: set[str] = field(default_factory=set)

    def size(self) -> int:
        """How much it is."""
        return len(self.days) + len(self.payments)


def match_by_reports(
    name: str,
    account: str,
    sold: Iterable[Sold],
    reports: Sequence[Settlement],
    arrived: Sequence[Item],
    rules: Rules,
    calendar: BankingDays,
    as_of: int,
) -> Reported:
    """Matches one channel, each currency by itself. ``name`` is the channel's, ``arrived`` its movements, ``as_of`` (an
    ordinal) the day up to which statements go.

    A match is accepted where each payment of a part arrived to the cent, each of its days was booked as reported, and
    what was to arrive by the contract is what came. Everything else of a part is proposed with its reason.
    """
    told = Reported()
    own = [_in_channel(one, name) for one in reports]
    currencies = {channel(name, account, one.currency): one.currency for one in own}
    announced = announced_payments(own, account)
    paid = match(
        [one for one in announced if one.units],
        arrived,
        dict.fromkeys(currencies, Rules(rules.earliest, rules.latest, rules.grace)),
        calendar,
        as_of,
    )
    # Nothing is transferred for a payment of which charge-backs and charges left nothing.
    came = _movements(paid) | {one.id: () for one in announced if not one.units}
    told.payments = [
        Payment(
            one.id,
            date.fromordinal(one.day),
            one.units,
            currencies[one.channel],
            came.get(one.id, ()),
            "arrived" if one.id in came else paid.open_booked[one.id],
        )
        for one in announced
    ]
    booked: dict[Day, list[Sold]] = defaultdict(list)
    for one in sold:
        booked[one.day].append(one)
    late = {day for day in booked if waited_for(day[1].toordinal(), rules, calendar, as_of) != "in_transit"}
    judge = _Judge(booked, _reported(own), {one.id: one.units for one in told.payments}, came, paid, late)
    for part in _parts(own):
        judge.of(part, told)
    for id in _named(announced, arrived):
        if word := paid.open_arrived.get(id):
            told.open_arrived.setdefault(id, word)
    told.lines |= {id for ids in came.values() for id in ids} | told.open_arrived.keys()
    return told


def _named(announced: Iterable[Item], arrived: Iterable[Item]) -> Iterator[str]:
    """The movements that bear a payment's number, or of its amount a piece of the number: they are that payment, or it
    once more, or it taken back, and never another day's money."""
    by_number: dict[tuple[str, str], list[Item]] = defaultdict(list)
    by_amount: dict[tuple[str, int], list[Item]] = defaultdict(list)
    for payment in announced:
        if payment.identity:
            by_number[payment.channel, payment.identity].append(payment)
            by_amount[payment.channel, abs(payment.units)].append(payment)
    for one in arrived:
        of_piece = by_amount.get((one.channel, abs(one.units)), ()) if one.identity else ()
        named = [payment for payment in of_piece if may_name_the_same(payment.identity, one.identity)]
        named += by_number.get((one.channel, one.identity), ())
        if any(abs(one.day - payment.day) <= CHARGE_BACK_DAYS for payment in named):
            yield one.id


def _in_channel(one: Settlement, name: str) -> Settlement:
    return Settlement(name, one.currency, one.lines, one.sha256, one.declared)


def _movements(paid: Outcome) -> dict[str, tuple[str, ...]]:
    """The movements of each payment that arrived. Of several that nothing tells apart, each has all."""
    return {payment: one.arrived for one in paid.matches for payment in one.booked}


def _day(line: SettlementLine, report: Settlement) -> Day:
    return (identity(line.terminal), line.sold, report.currency)


def _reported(reports: Sequence[Settlement]) -> dict[Day, _Sums]:
    """What each terminal's day comes to, gross. A row below zero of a slip that was paid is a charge-back."""
    slips = {sale_identity(line) for one in reports for line in one.lines if line.gross > 0} - {""}
    sums: dict[Day, _Sums] = {}
    for one in reports:
        for line in one.lines:
            day = _day(line, one)
            before, money = sums.get(day, _Sums(0, 0)), units(line.gross, one.currency)
            taken_back = money < 0 and sale_identity(line) in slips
            sums[day] = _Sums(before.all + money, before.kept + (0 if taken_back else money))
    return sums


def _parts(reports: Sequence[Settlement]) -> list[_Part]:
    """Days and payments that hang together, by following each to the other."""
    part_of: dict[Day | str, _Part] = {}
    for one in reports:
        for line in one.lines:
            day, payment = _day(line, one), payment_key(one.acquirer, one.currency, line).id
            small, large = sorted((part_of.get(day) or _Part(), part_of.get(payment) or _Part()), key=_Part.size)
            if large is not small:
                large.days |= small.days
                large.payments |= small.payments
                part_of.update(dict.fromkeys((*small.days, *small.payments), large))
            large.days.add(day)
            large.payments.add(payment)
            part_of[day] = part_of[payment] = large
    return list({id(part): part for part in part_of.values()}.values())


@dataclass
class _Judge:
    """Says of each part what it is. ``late`` are the days that were to have been paid by now."""

    booked: Mapping[Day, Sequence[Sold]]
    sums: Mapping[Day, _Sums]
    net: Mapping[str, int]
    came: Mapping[str, tuple[str, ...]]
    paid: Outcome
    late: set[Day]
    shared: set[str] = field(init=False)

    def __post_init__(self) -> None:
        """Counts the movements that are of several payments, since nothing tells these apart."""
        times = Counter(id for ids in self.came.values() for id in ids)
        self.shared = {id for id, number in times.items() if number > 1}

    def of(self, part: _Part, told: Reported) -> None:
        """Adds what a part is to what reports tell."""
        ours = [one for day in sorted(part.days) for one in self.booked.get(day, ())]
        ids = tuple(sorted(one.id for one in ours))
        told.told.update(ids)
        disputed = [one for one in self.paid.proposals if not part.payments.isdisjoint(one.booked)]
        lines = tuple(sorted({*(id for one in disputed for id in one.arrived), *self._movements(part)}))
        why = disputed[0].why if disputed else self._objection(part)
        if not ours or not lines or self._is_waited_for(part, why, disputed):
            told.open_arrived.update(dict.fromkeys(lines, "announced"))
            if why == "gross" and not disputed:
                told.open_booked.update(dict.fromkeys(self._otherwise(ours), "differs"))
            return
        why = why or ("several" if self.shared.intersection(lines) else "")
        if not why:
            came_late = {id for one in self.paid.matches if one.late for id in one.booked}
            told.matches.append(Match(ids, lines, "identity", late=not part.payments.isdisjoint(came_late)))
            return
        told.proposals.append(Proposal(ids, lines, why))
        word = CLASSES.get(why, "differs")
        told.open_booked.update(dict.fromkeys(ids, word))
        told.open_arrived.update(dict.fromkeys(lines, word))
        told.open_arrived.update({id: self.paid.open_arrived[id] for id in lines if id in self.paid.open_arrived})

    def _movements(self, part: _Part) -> Iterator[str]:
        return (id for payment in part.payments for id in self.came.get(payment, ()))

    def _is_waited_for(self, part: _Part, why: str, disputed: Sequence[Proposal]) -> bool:
        """Whether payments of it, or reports of its days, may still come."""
        if disputed:
            return False
        return not part.payments <= self.came.keys() or (why == "gross" and not self.late >= self._strange(part.days))

    def _objection(self, part: _Part) -> str:
        """Why a part is not what was to arrive: ``gross``, ``taken_back``, ``fee``; empty where it is."""
        if self._strange(part.days):
            return "gross"
        if any(self._gross(day) != self.sums[day].all for day in part.days):
            return "taken_back"
        expected = sum(one.net for day in part.days for one in self.booked.get(day, ()))
        return "" if expected == sum(self.net[payment] for payment in part.payments) else "fee"

    def _strange(self, days: Iterable[Day]) -> set[Day]:
        """The days that were booked otherwise than reported."""
        return {day for day in days if self._gross(day) not in self.sums[day]}

    def _otherwise(self, ours: Sequence[Sold]) -> list[str]:
        strange = self._strange({one.day for one in ours}) & self.late
        return [one.id for one in ours if one.day in strange]

    def _gross(self, day: Day) -> int:
        return sum(one.gross for one in self.booked.get(day, ()))
