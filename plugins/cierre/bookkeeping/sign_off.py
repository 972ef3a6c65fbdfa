"""A person's signature of a company's month: who may sign, and what is otherwise since. Pure."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from cierre.bookkeeping.cash_box import Approvals
from cierre.bookkeeping.month_checklist import CLOSED, Day, Place
from cierre.bookkeeping.sentence import Sentence, listing


class SignedMonth(NamedTuple):
    """A month that a person signed: its first day, who, and when (aware)."""

    month: date
    by: str
    at: datetime


class SignedDay(NamedTuple):
    """A day as it was signed."""

    box: str
    day: date
    state: str
    revision: int | None
    booked: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True)
class SinceSigned:
    """A day that is otherwise than it was signed: its ``before`` (None: it was not among what was signed) and
    ``after`` (None: the ledger has no such day any more)."""

    place: Place
    before: SignedDay | None
    after: Day | None


def objection(rules: Iterable[Approvals], who: str, ran_by: Collection[str]) -> Sentence | None:
    """Why a person may not sign a month; None where they may. ``rules`` are those of all its boxes, ``ran_by`` the
    users who had triggered, cleared or backfilled a close of its days.

    Four eyes hold whatever the boxes say of approvals: who signs looks at what others did.
    """
    for one in rules:
        if one.by and who not in one.by:
            return Sentence(
                "{who} is not among those who may approve every cash box of it: {names}", who=who, names=listing(one.by)
            )
    if who in ran_by:
        return Sentence("{who} triggered or cleared a close of its days, so another person must sign", who=who)
    return None


def digest(days: Iterable[Day]) -> str:
    """What of a month's days a person signs, as SHA-256: each revision and its figures. It says whether the month is
    still the one that was looked at."""
    said = ("|".join(map(str, (day.box, day.day, day.state in CLOSED, *day[3:]))) for day in days)
    return hashlib.sha256("\n".join(sorted(said)).encode()).hexdigest()


def changed_since(signed: Iterable[SignedDay], days: Sequence[Day]) -> list[SinceSigned]:
    """The days that are otherwise than they were signed, oldest first: booked anew, not closed any more, or not among
    what was signed. A watch that ended changes nothing."""
    before = {Place(one.box, one.day): one for one in signed}
    after = {Place(one.box, one.day): one for one in days}
    return [
        SinceSigned(place, before.get(place), after.get(place))
        for place in sorted(before.keys() | after.keys(), key=lambda place: (place.day, place.box))
        if not _same(before.get(place), after.get(place))
    ]


def _same(before: SignedDay | None, after: Day | None) -> bool:
    if before is None or after is None:
        return False
    return after.state in CLOSED and (before.revision, before.booked, before.currency) == (
        after.revision,
        after.booked,
        after.currency,
    )
