"""Closed days that are read again: when that is due, what is told otherwise since, and what follows from it. Pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from cierre.bookkeeping.cash_box import CashBox, SecondLook
from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence, listing

MADE_UP_FOR = timedelta(days=7)
"""For how long a look that could not be made is still due; then the next one finds what it would have found."""

BEFORE_LOCK = timedelta(days=1)
"""How long before the ERP closes a month its days are read for the last time."""


class Code(StrEnum):
    """What became of a document since its day was read."""

    CAME = "came"
    WENT = "went"
    CHANGED = "changed"

    @property
    def word(self) -> Sentence:
        """For people."""
        return _WORDS[self]


class Outcome(StrEnum):
    """What followed from a look: nothing, people were told, a correction waits for approval, or was started."""

    UNCHANGED = "unchanged"
    TOLD = "told"
    PROPOSED = "proposed"
    CORRECTED = "corrected"

    @property
    def meaning(self) -> Sentence:
        """What people must know of it."""
        return _MEANINGS[self]


_WORDS = {Code.CAME: Sentence("came later"), Code.WENT: Sentence("is gone"), Code.CHANGED: Sentence("changed")}

_MEANINGS = {
    Outcome.UNCHANGED: Sentence("Nothing is to be done."),
    Outcome.TOLD: Sentence("Close the day again to book it so."),
    Outcome.PROPOSED: Sentence("A correction is prepared, and waits for a person's approval (Required Actions)."),
    Outcome.CORRECTED: Sentence("It is being corrected: it is within what the box's file allows."),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A document that the source tells otherwise than its day was booked.

    ``before`` and ``after`` are its net money in ``currency``, None where it was not there; ``fields`` names what
    differs of one that changed. ``size`` is the most money that it moves from one place of the books to another.
    """

    code: Code
    document_key: str
    kind: Kind
    form: str
    reference: str
    currency: str
    before: Decimal | None
    after: Decimal | None
    size: Decimal
    fields: tuple[str, ...] = ()

    @property
    def difference(self) -> Decimal:
        """By how much the document's money is more than it was."""
        return (self.after or ZERO) - (self.before or ZERO)

    def __str__(self) -> Sentence:
        values = {
            "kind": Sentence(self.kind.replace("_", " ")),
            "number": self.reference or self.document_key,
            "before": self.before,
            "after": self.after,
            "currency": self.currency,
        }
        if self.code is Code.CAME:
            return Sentence("came: {kind} {number}, {after} {currency}", **values)
        if self.code is Code.WENT:
            return Sentence("is gone: {kind} {number}, {before} {currency}", **values)
        if self.before == self.after:
            fields = listing(Sentence(field.replace("_", " ")) for field in self.fields)
            told = "changed: {kind} {number}, {after} {currency} as before, but otherwise in {fields}"
            return Sentence(told, **values, fields=fields)
        return Sentence("changed: {kind} {number}, {before} {currency}, now {after} {currency}", **values)


def due_dates(box: CashBox, day: date) -> list[datetime]:
    """From when on each look at a closed day is due: so many days after its close, and once before its month is
    closed in the ERP. Oldest first."""
    looks, close = box.second_look, box.closes_at(day)
    instants = [close + timedelta(days=days) for days in looks.days]
    if looks.before_lock and (lock := box.erp.locks_on(day)) is not None:
        last = datetime.combine(lock, time.min, box.zone) - BEFORE_LOCK
        instants += [last] if last > close else []
    return sorted(instants)


def is_due(box: CashBox, day: date, read_at: datetime, now: datetime) -> bool:
    """Whether a closed day that was read last at ``read_at`` is to be read again at ``now`` (both aware)."""
    return any(max(read_at, now - MADE_UP_FOR) < instant <= now for instant in due_dates(box, day))


def share(number: int, runs_left: int) -> int:
    """How many of so many days a run takes, so that as many as are left tonight, this one included, take the same."""
    return -(-number // max(runs_left, 1))


def changes(before: Iterable[Document], after: Iterable[Document], *, own_ids: Callable[[Kind], bool]) -> list[Change]:
    """What a later reading of a day tells otherwise than the one that it was booked from, by document.

    ``own_ids`` says of a kind whether the source itself gives its documents their ids. Where it does not, two rows that
    hold the same are the same document, whatever their places in the answer. What then went and came under one number
    is a document that changed.
    """
    pairs = _Pairs(list(before), list(after))
    pairs.match(lambda one: one.key)
    pairs.match(lambda one: None if own_ids(one.kind) else (one.kind, *_content(one)))
    pairs.match(lambda one: (one.kind, one.reference) if one.reference and not own_ids(one.kind) else None)
    found = [change for was, now in pairs.matched if (change := _changed(was, now))]
    found += [_alone(Code.WENT, one) for one in pairs.before]
    found += [_alone(Code.CAME, one) for one in pairs.after]
    return sorted(found, key=lambda one: (one.document_key, one.code))


def outcome_of(looks: SecondLook, found: Sequence[Change], currency: str, *, is_open: bool) -> Outcome:
    """What follows from changes by a box's policy. ``is_open``: whether the day's period takes entries in the ERP
    and nobody has signed its month.

    Corrected without asking is only what moves no more than the box allows, in its ``currency``.
    """
    if not found:
        return Outcome.UNCHANGED
    if looks.policy == "tell":
        return Outcome.TOLD
    if all(one.currency == currency for one in found) and goes_unasked(looks, size_of(found), is_open=is_open):
        return Outcome.CORRECTED
    return Outcome.PROPOSED


def goes_unasked(looks: SecondLook, size: Decimal, *, is_open: bool) -> bool:
    """Whether a box's policy lets a correction that moves so much money (box's currency) pass without asking.
    ``is_open``: as for outcome_of."""
    return looks.policy == "correct" and is_open and looks.up_to is not None and size <= looks.up_to


def size_of(found: Iterable[Change]) -> Decimal:
    """The money that changes move, all of them together."""
    return sum((one.size for one in found), ZERO)


class _Pairs:
    """The documents of two readings, matched by one thing after another: those that found none stay."""

    def __init__(self, before: list[Document], after: list[Document]) -> None:
        self.before, self.after = before, after
        self.matched: list[tuple[Document, Document]] = []

    def match(self, by: Callable[[Document], Hashable | None]) -> None:
        """Matches what is left by a thing; None is like nothing."""
        waiting: dict[Hashable, list[Document]] = defaultdict(list)
        for one in reversed(self.before):
            waiting[by(one)].append(one)
        left = []
        for one in self.after:
            place = by(one)
            if place is not None and waiting[place]:
                self.matched.append((waiting[place].pop(), one))
            else:
                left.append(one)
        kept = {id(one) for those in waiting.values() for one in those}
        self.before, self.after = [one for one in self.before if id(one) in kept], left


def _content(one: Document) -> tuple[Hashable, ...]:
    """All that the books can tell of a document, without its place in an answer."""
    amounts, attributes = (tuple(sorted(part.items())) for part in (one.amounts, one.attributes))
    return one.form, one.reference, one.currency, amounts, attributes


def _changed(was: Document, now: Document) -> Change | None:
    if was is now or _content(was) == _content(now):
        return None
    amounts = [name for name in sorted({*was.amounts, *now.amounts}) if _amount(was, name) != _amount(now, name)]
    others = [
        name
        for name in sorted({*was.attributes, *now.attributes})
        if was.attributes.get(name) != now.attributes.get(name)
    ]
    others += [name for name in ("form", "reference", "currency") if getattr(was, name) != getattr(now, name)]
    sizes = [abs(_amount(was, name) - _amount(now, name)) for name in amounts]
    # What is told otherwise than in its amounts may be booked to other accounts, with all of its money.
    sizes += [abs(one) for document in (was, now) for one in document.amounts.values()] if others else []
    return Change(
        Code.CHANGED, now.key, now.kind, now.form, now.reference, now.currency, was.net, now.net,
        max(sizes, default=ZERO), tuple(dict.fromkeys([*amounts, *others])),
    )  # fmt: skip


def _alone(code: Code, one: Document) -> Change:
    before, after = (one.net, None) if code is Code.WENT else (None, one.net)
    size = max(map(abs, one.amounts.values()), default=ZERO)
    return Change(code, one.key, one.kind, one.form, one.reference, one.currency, before, after, size)


def _amount(one: Document, name: str) -> Decimal:
    return one.amounts.get(name, ZERO)
