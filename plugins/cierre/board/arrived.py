"""What the grid and the summary say of money that is to arrive: one question each."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol, TypeVar

import psycopg

from cierre.accounting_files.arrivals import all_known_rules
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.matching.clearing import AGES
from cierre.closing.transit import Looked, OnItsWay, by_age, forms_of, looked_at
from cierre.ledger import arrivals
from cierre.ledger.arrivals import ArrivedDay, InTransit, StateOfArrivals, StateOfBox

ARRIVED, ON_ITS_WAY = "y", "w"
"""Letters for the grid; a blank for a day of which nothing is to arrive."""

LOOKS_BACK = timedelta(days=45)
"""How far back the summary looks: what is older is of the last age, and stands on the company's own page."""


def signs_of_month(ledger: psycopg.Connection, boxes: Iterable[CashBox], days: Sequence[date]) -> dict[str, str]:
    """A letter for each of the days, by box. Empty, and nothing asked, where no company of theirs looks at arrivals."""
    rules = all_known_rules()
    asked = {
        box.id: tuple((box.id, form) for form in forms_of(rules[box.company]))
        for box in boxes
        if box.company in rules and not rules[box.company].are_books(box.id)
    }
    if not asked:
        return {}
    first, last = days[0], days[-1]

    def letters(signs: list[ArrivedDay]) -> str:
        own = [" "] * len(days)
        for one in signs:
            own[(one.day - first).days] = ARRIVED if one.arrived else ON_ITS_WAY
        return "".join(own) if signs else ""

    def ask(pairs: list[tuple[str, str]]) -> list[ArrivedDay]:
        return arrivals.signs(ledger, pairs, first, last)

    kept = _kept(ledger, "signs", first, last, asked, ask, letters)
    return {box: own for box, own in kept.items() if own}


def on_its_way(ledger: psycopg.Connection, boxes: Mapping[str, Iterable[str]], last: date) -> list[OnItsWay]:
    """What companies booked in the last weeks up to a day and did not get, as booked. ``boxes`` are by company."""
    asked: dict[str, tuple[Looked, ...]] = {}
    for row in looked_at(boxes):
        asked[row[1]] = (*asked.get(row[1], ()), row)
    if not asked:
        return []
    first = last - LOOKS_BACK

    def ask(rows: list[Looked]) -> list[InTransit]:
        return arrivals.in_transit(ledger, rows, AGES, first, last)

    kept = _kept(ledger, "transit", first, last, asked, ask, tuple)
    return by_age(one for rows in kept.values() for one in rows)


class _OfABox(Protocol):
    """What is answered of a box."""

    @property
    def box(self) -> str: ...


R = TypeVar("R", bound=_OfABox)
A = TypeVar("A")
M = TypeVar("M")


@dataclass(frozen=True)
class _Answers:
    """What was answered of a range of days: of each box as of which state of its own, and which of them (as they were
    asked about) are known to be so as of ``state``."""

    state: StateOfArrivals
    checked: Mapping[str, object]
    by_box: Mapping[str, tuple[StateOfBox, object, Any]]


_known: OrderedDict[tuple[object, ...], _Answers] = OrderedDict()
_MOST_KNOWN = 16


def _kept(
    ledger: psycopg.Connection,
    what: str,
    first: date,
    last: date,
    asked: Mapping[str, tuple[A, ...]],
    ask: Callable[[list[A]], list[R]],
    made: Callable[[list[R]], M],
) -> dict[str, M]:
    """What is ``made`` of the answers of boxes: of each what it was before, where none of its days and matches has
    changed since. All of a thousand boxes takes a second or two, which of them changed some milliseconds. ``asked`` is
    by box.

    A state is always read before what it is of: what changes meanwhile is asked once more, and never missed.
    """
    key = (ledger.info.host, ledger.info.port, ledger.info.dbname, what, first, last)
    state = arrivals.state_of_arrivals(ledger, first, last)
    known = _known.get(key) or _Answers(state, {}, {})
    checked = dict(known.checked) if known.state == state else {}
    if unchecked := [box for box, rows in asked.items() if checked.get(box) != rows]:
        states = arrivals.state_of_boxes(ledger, unchecked, first, last)
        new = {box for box in unchecked if known.by_box.get(box, ())[:2] != (states[box], asked[box])}
        answers: dict[str, list[R]] = {box: [] for box in new}
        for one in ask([row for box in unchecked if box in new for row in asked[box]]) if new else ():
            answers[one.box].append(one)
        fresh = {box: (states[box], asked[box], made(rows)) for box, rows in answers.items()}
        known = _Answers(state, checked | {box: asked[box] for box in unchecked}, {**known.by_box, **fresh})
        _known[key] = known
        while len(_known) > _MOST_KNOWN:
            _known.popitem(last=False)
    return {box: known.by_box[box][2] for box in asked}
