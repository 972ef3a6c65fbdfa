"""A month's checklist: what must be so before a person signs the month, made from what is known of its days. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from cierre.bookkeeping.money import figure
from cierre.bookkeeping.sentence import Sentence, listing, one_after_the_other
from cierre.bookkeeping.tie_out import State

CLOSED = frozenset({"closed", "watched", "no activity"})
"""The ledger's words for days that are done."""


class Mark(StrEnum):
    """How a line stands: as it should be, as it may be but to be known, or not yet as it should be."""

    DONE = "done"
    NOTED = "noted"
    MISSING = "missing"

    @property
    def word(self) -> Sentence:
        """For people."""
        return _MARKS[self]


_MARKS = {Mark.DONE: Sentence("in order"), Mark.NOTED: Sentence("to be known"), Mark.MISSING: Sentence("missing")}


class Item(StrEnum):
    """What a line is about."""

    CLOSED = "closed"
    UNCERTAIN = "uncertain"
    WAITING = "waiting"
    QUARANTINE = "quarantine"
    CHANGED = "changed"
    TIED_OUT = "tied out"
    CERTIFICATES = "certificates"
    AUDITED = "audited"

    @property
    def word(self) -> Sentence:
        """For people."""
        return _ITEMS[self]


_ITEMS = {
    Item.CLOSED: Sentence("Every day that is due is closed"),
    Item.UNCERTAIN: Sentence("Nothing is uncertain"),
    Item.WAITING: Sentence("Nothing waits for a person"),
    Item.QUARANTINE: Sentence("No row that stops its day is in quarantine"),
    Item.CHANGED: Sentence("No day changed since it was closed"),
    Item.TIED_OUT: Sentence("The month ties out with the ERP"),
    Item.CERTIFICATES: Sentence("What the sources attest was landed"),
    Item.AUDITED: Sentence("The chains were audited after the last close"),
}


class Day(NamedTuple):
    """A business date of a box: due, or known to the ledger. ``state`` is the ledger's word, None where the day was
    never read; ``booked`` is what its ``revision`` comes to."""

    box: str
    day: date
    state: str | None
    revision: int | None
    booked: Decimal
    currency: str | None


class Place(NamedTuple):
    """Where something is missing: a box's day."""

    box: str
    day: date


class Held(NamedTuple):
    """A day's rows in quarantine of one currency, those that stop the day and the others apart; ``money`` is theirs as
    far as it can be read, whichever way it goes."""

    box: str
    day: date
    blocking: bool
    rows: int
    money: Decimal
    currency: str | None


class Attested(NamedTuple):
    """Whether what the source of a day attests was landed: ``holds``, ``does not hold``, ``unattested``."""

    box: str
    day: date
    state: str


class TiedOut(NamedTuple):
    """The newest tie-out of the month of a company and branch of the ERP."""

    tie_out_id: int
    tenant: str
    state: State


class Audited(NamedTuple):
    """The newest audit: as of when, and how much of these boxes' chains, of the one of no box, or else was wrong."""

    read_at: datetime
    wrong: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a month of boxes.

    ``not_over``: how many of its days are not over yet. ``uncertain``, ``asked`` and ``unmapped`` are the days of
    postings without an outcome, of questions without an answer, and of gaps in mappings, a place for each. ``not_tied``
    are companies and branches of the ERP whose month was never read. ``changed_at``: when a day was last booked or
    reconciled.
    """

    days: Sequence[Day]
    not_over: int = 0
    uncertain: Sequence[Place] = ()
    asked: Sequence[Place] = ()
    unmapped: Sequence[Place] = ()
    held: Sequence[Held] = ()
    attested: Sequence[Attested] = ()
    tied_out: Sequence[TiedOut] = ()
    not_tied: Sequence[str] = ()
    audited: Audited | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the checklist: its figures as a sentence, the days where something is missing or to be known, in their
    order, and the tie-outs that it is about."""

    item: Item
    mark: Mark
    figures: Sentence
    places: tuple[Place, ...] = ()
    tie_outs: tuple[int, ...] = field(default=())


def checklist(facts: Facts) -> list[Line]:
    """The lines, always the same ones in the same order."""
    return [
        _closed(facts),
        _uncertain(facts),
        _waiting(facts),
        _quarantine(facts),
        _changed(facts),
        _tied_out(facts),
        _certificates(facts),
        _audited(facts),
    ]


def is_green(lines: Iterable[Line]) -> bool:
    """Whether the month may be signed: nothing is missing."""
    return all(line.mark is not Mark.MISSING for line in lines)


def _closed(facts: Facts) -> Line:
    open_days = [Place(day.box, day.day) for day in facts.days if day.state not in CLOSED]
    due = len(facts.days)
    if not due and not facts.not_over:
        return Line(Item.CLOSED, Mark.MISSING, Sentence("no day of the month is to be closed"))
    figures = [Sentence("{closed} of {due} days are closed", closed=due - len(open_days), due=due)]
    if facts.not_over:
        figures.append(Sentence.counted(facts.not_over, "{n} day is not over yet", "{n} days are not over yet"))
    return _line(Item.CLOSED, figures, missing=bool(open_days or facts.not_over), places=open_days)


def _uncertain(facts: Facts) -> Line:
    watched = [Place(day.box, day.day) for day in facts.days if day.state == "watched"]
    if facts.uncertain:
        n = len(facts.uncertain)
        said = Sentence.counted(
            n, "the outcome of {n} posting is not known", "the outcome of {n} postings is not known"
        )
        return _line(Item.UNCERTAIN, [said], missing=True, places=facts.uncertain)
    if watched:
        said = Sentence.counted(
            len(watched),
            "{n} closed day is watched: the ERP may still carry out a request that was given up",
            "{n} closed days are watched: the ERP may still carry out requests that were given up",
        )
        return _line(Item.UNCERTAIN, [said], noted=True, places=watched)
    return _line(Item.UNCERTAIN, [Sentence("every posting has its outcome")])


def _waiting(facts: Facts) -> Line:
    figures = []
    if facts.asked:
        n = len(facts.asked)
        figures.append(Sentence.counted(n, "{n} question waits for an answer", "{n} questions wait for an answer"))
    if facts.unmapped:
        n = len(facts.unmapped)
        figures.append(Sentence.counted(n, "{n} gap in a mapping", "{n} gaps in mappings"))
    places = [*facts.asked, *facts.unmapped]
    none = Sentence("no question is open, and no mapping lacks anything")
    return _line(Item.WAITING, figures or [none], missing=bool(places), places=places)


def _quarantine(facts: Facts) -> Line:
    stop = [one for one in facts.held if one.blocking]
    others = [one for one in facts.held if not one.blocking]
    figures = []
    if stop:
        stops = Sentence.counted(_rows(stop), "{n} row stops its day", "{n} rows stop their days")
        figures.append(_with_money(stops, stop))
    if others:
        apart = Sentence.counted(
            _rows(others), "{n} row is not booked and stops nothing", "{n} rows are not booked and stop nothing"
        )
        figures.append(_with_money(apart, others))
    places = [Place(one.box, one.day) for one in stop or others]
    return _line(
        Item.QUARANTINE,
        figures or [Sentence("no row is in quarantine")],
        missing=bool(stop),
        noted=bool(others),
        places=places,
    )


def _changed(facts: Facts) -> Line:
    changed = [Place(day.box, day.day) for day in facts.days if day.state == "changed"]
    none = Sentence("none did")
    said = Sentence.counted(
        len(changed), "{n} day changed and was not closed again", "{n} days changed and were not closed again"
    )
    return _line(Item.CHANGED, [said if changed else none], missing=bool(changed), places=changed)


def _tied_out(facts: Facts) -> Line:
    figures = [Sentence("{tenant}: {state}", tenant=one.tenant, state=one.state.word) for one in facts.tied_out]
    figures += [Sentence("{tenant}: never read", tenant=tenant) for tenant in facts.not_tied]
    states = {one.state for one in facts.tied_out}
    return Line(
        Item.TIED_OUT,
        _mark(
            missing=bool(facts.not_tied or states & {State.DIFFERS, State.OUTDATED}), noted=State.NOT_KNOWN in states
        ),
        one_after_the_other(figures or [Sentence("nothing is posted to an ERP")]),
        tie_outs=tuple(one.tie_out_id for one in facts.tied_out),
    )


def _certificates(facts: Facts) -> Line:
    counts = Counter(one.state for one in facts.attested)
    broken = [Place(one.box, one.day) for one in facts.attested if one.state == "does not hold"]
    figures = []
    if held := counts["holds"]:
        figures.append(
            Sentence.counted(held, "{n} day holds what its source attests", "{n} days hold what their sources attest")
        )
    if broken:
        n = len(broken)
        figures.append(Sentence.counted(n, "{n} day does not", "{n} days do not"))
    if none := counts["unattested"]:
        figures.append(
            Sentence.counted(none, "the source of {n} day attests nothing", "the sources of {n} days attest nothing")
        )
    return _line(
        Item.CERTIFICATES,
        figures or [Sentence("no day was landed")],
        missing=bool(broken),
        noted=bool(none),
        places=broken,
    )


def _audited(facts: Facts) -> Line:
    audit = facts.audited
    if audit is None:
        return _line(
            Item.AUDITED, [Sentence("no audit was ever kept; the DAG audit_books makes one a day")], missing=True
        )
    figures = [Sentence("last audited as of {when} UTC", when=f"{audit.read_at:%Y-%m-%d %H:%M}")]
    is_old = facts.changed_at is not None and audit.read_at <= facts.changed_at
    if audit.wrong:
        figures.append(Sentence.counted(audit.wrong, "it found {n} thing wrong", "it found {n} things wrong"))
    elif is_old:
        figures.append(Sentence("the month's books changed after that; they are audited again within a day"))
    else:
        figures.append(Sentence("sound"))
    return _line(Item.AUDITED, figures, missing=bool(audit.wrong) or is_old)


def _line(
    item: Item,
    figures: Iterable[Sentence],
    *,
    missing: bool = False,
    noted: bool = False,
    places: Iterable[Place] = (),
) -> Line:
    in_order = tuple(sorted(set(places), key=lambda place: (place.day, place.box)))
    return Line(item, _mark(missing=missing, noted=noted), one_after_the_other(figures), in_order)


def _mark(*, missing: bool, noted: bool) -> Mark:
    return Mark.MISSING if missing else Mark.NOTED if noted else Mark.DONE


def _rows(held: Iterable[Held]) -> int:
    return sum(one.rows for one in held)


def _with_money(rows: Sentence, held: Iterable[Held]) -> Sentence:
    """How many rows, and their money by currency, where it can be read."""
    sums: dict[str, Decimal] = {}
    for one in held:
        if one.money:
            sums[one.currency or ""] = sums.get(one.currency or "", Decimal(0)) + one.money
    amounts = list(_amounts(sums))
    return Sentence("{rows} ({amounts})", rows=rows, amounts=listing(amounts)) if amounts else rows


def _amounts(sums: dict[str, Decimal]) -> Iterator[Sentence]:
    for currency, amount in sorted(sums.items()):
        yield (
            Sentence("{amount} {currency}", amount=figure(amount, currency), currency=currency)
            if currency
            else Sentence("{amount}", amount=amount)
        )
