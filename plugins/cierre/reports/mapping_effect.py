"""What a changed mapping would book: of the days that wait for it, and of those that are booked. Nothing is written."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import balances
from cierre.reports.staged import NothingThere, derived
from cierre.reports.what_if import what_if_of_box

DAYS = 90
"""How far back booked days are derived again."""

MOST_BOXES = 20
"""Boxes whose booked days are: more would keep a person waiting. The command line takes all (`make what-if`)."""

MOST_WAITING = 60
"""Days that wait of which the books are shown."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Money of an account: what is booked, and what would be, debits less credits, over all days."""

    currency: str
    account: str
    booked: Decimal
    would_be: Decimal


@dataclass(frozen=True, slots=True)
class Effect:
    """What a mapping would make of days.

    ``waiting`` days wait for it, of which ``bookable`` could be booked then; ``new`` is the money of those by account.
    Of ``days`` booked since ``since``, ``changed`` would have other balances, ``moved`` by account, and ``stopped``
    could not be booked any more. ``boxes`` were looked at; ``left_out`` were not.
    """

    since: date
    waiting: int
    bookable: int
    new: Sequence[Moved]
    days: int
    documents: int
    changed: int
    stopped: int
    moved: Sequence[Moved]
    boxes: int
    left_out: int

    @property
    def sentences(self) -> list[Sentence]:
        """The effect in words, with the money left to tables."""
        said = []
        if self.waiting:
            waiting = Sentence.counted(self.waiting, "{n} day waits for it", "{n} days wait for it")
            said.append(Sentence("{waiting}; {n} of them could be booked then", waiting=waiting, n=self.bookable))
        booked = Sentence.counted(self.days, "{n} booked day", "{n} booked days")
        if self.changed or self.stopped:
            said.append(
                Sentence(
                    "of {booked} since {since}, {changed} would have other balances, and {stopped} could not be booked",
                    booked=booked,
                    since=self.since,
                    changed=self.changed,
                    stopped=self.stopped,
                )
            )
        elif self.days:
            said.append(Sentence("of {booked} since {since}, none would change", booked=booked, since=self.since))
        if self.left_out:
            said.append(Sentence.counted(self.left_out, "{n} box was not looked at", "{n} boxes were not looked at"))
        return said

    def as_kept(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        return {"since": str(self.since), "new": _kept(self.new), "moved": _kept(self.moved), **numbers}

    @classmethod
    def kept(cls, said: Mapping[str, Any]) -> "Effect":
        """What ``as_kept`` gave."""
        numbers = {name: int(said.get(name, 0)) for name in _NUMBERS}
        since = date.fromisoformat(said["since"])
        return cls(since=since, new=_read(said["new"]), moved=_read(said["moved"]), **numbers)


_NUMBERS = ("waiting", "bookable", "days", "documents", "changed", "stopped", "boxes", "left_out")


def effect(
    connection: psycopg.Connection,
    boxes: Sequence[CashBox],
    mapping: AccountMapping,
    waiting: Collection[tuple[str, date]],
    since: date,
) -> Effect:
    """Derives the days that wait, and the booked ones from ``since`` on, by a mapping: of ``boxes``, those whose days a
    person may see."""
    by_id = {box.id: box for box in boxes}
    days = sorted(place for place in waiting if place[0] in by_id)[:MOST_WAITING]
    new: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    bookable = 0
    for box_id, day in days:
        try:
            one = derived(connection, by_id[box_id], day, mapping)
        except (NothingThere, ValueError):
            continue
        if one.derivation.problems or one.held:
            continue
        bookable += 1
        for (currency, place), balance in balances.of(one.derivation.entries).items():
            new[currency, place.account] += balance
    found = [what_if_of_box(connection, box, mapping, since) for box in boxes[:MOST_BOXES]]
    moved: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for change in (change for one in found for change in one.changes):
        both = moved[change.currency, change.place.account]
        both[0] += change.booked
        both[1] += change.would_be
    return Effect(
        since=since,
        waiting=len(days),
        bookable=bookable,
        new=[Moved(*key, ZERO, amount) for key, amount in sorted(new.items()) if amount],
        days=sum(one.days for one in found),
        documents=sum(one.documents for one in found),
        changed=sum(len({change.day for change in one.changes}) for one in found),
        stopped=sum(len({day for day, _ in one.problems}) for one in found),
        moved=[Moved(*key, *both) for key, both in sorted(moved.items())],
        boxes=len(found),
        left_out=len(boxes) - len(found),
    )


def _kept(rows: Iterable[Moved]) -> list[list[str]]:
    return [[row.currency, row.account, str(row.booked), str(row.would_be)] for row in rows]


def _read(rows: Iterable[Sequence[str]]) -> list[Moved]:
    return [Moved(row[0], row[1], Decimal(row[2]), Decimal(row[3])) for row in rows]
