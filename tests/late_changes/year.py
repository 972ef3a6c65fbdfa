"""A generated year of cash boxes whose sources change after the close: what looks find, and how the books end. Pure.

Each row of a source has a number of its own, which the product never sees. By it, it is known what really changed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from random import Random

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Document
from cierre.bookkeeping.journal import Side
from cierre.bookkeeping.second_look import Change, changes, due_dates, is_due
from support.random_documents import RandomDocuments

FIRST_DAY, DAYS = date(2024, 1, 1), 366
NIGHT = time(7)
"""When a night's looks are made, UTC."""

MODELS = ("itb_caja_164", "austral_oficina_1")
"""Boxes like these: one of a source whose rows have no ids, and one of a source that gives them."""

LINES = 500
"""Of an entry, at most."""

Books = Counter[str]
"""What entries come to by account, debits less credits."""


@dataclass(frozen=True)
class Row:
    """A row of a source; ``number`` is its own, ``document`` what it says."""

    number: int
    document: Document


@dataclass
class Till:
    """What a source holds of a box's day: its sessions, in order."""

    box: CashBox
    day: date
    sessions: list[list[Row]]

    @property
    def gives_ids(self) -> bool:
        """Whether the source itself gives its documents their ids."""
        return self.box.source != "sga"

    @property
    def rows(self) -> list[Row]:
        """All of them."""
        return [row for session in self.sessions for row in session]

    def read(self) -> list[Document]:
        """The documents as a reading gives them: ids that are the rows' own, or made of what they hold and where."""
        if self.gives_ids:
            return [row.document._replace(source_id=str(row.number)) for row in self.rows]
        read = []
        for number, session in enumerate(self.sessions):
            alike = Counter[str]()
            for row in session:
                digest = sha256(repr(row.document).encode()).hexdigest()[:16]
                read.append(row.document._replace(source_id=f"{number}-{digest}-{alike[digest]}"))
                alike[digest] += 1
        return read

    def snapshot(self) -> dict[int, Document]:
        """What each row says now, by its number."""
        return {row.number: row.document for row in self.rows}


@dataclass
class Outcome:
    """What a year came to."""

    planted: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    looks: int = 0
    days: int = 0
    corrected: int = 0
    wrong_books: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        """Whether all was found at the first look after it, nothing invented, and the books ended right."""
        return not (self.missed or self.invented or self.wrong_books)


class Hand:
    """Whoever changes a day after its close."""

    def __init__(self, till: Till, rng: Random, numbers: Iterator[int]) -> None:
        self.till, self.rng, self.numbers = till, rng, numbers
        self.documents = RandomDocuments(till.box, mapping_of(till.box), rng.random())

    def new_row(self) -> Row:
        """A row that was not there; some hold the same as others, but for their number."""
        number = next(self.numbers)
        made = self.documents.document(number)
        return Row(number, made._replace(business_date=self.till.day, source_id="", place="", reference=f"F-{number}"))

    def void(self) -> None:
        """A document is voided, and no longer among those that count."""
        self._of(lambda session, place: session.pop(place))

    delete = void

    def enter_late(self) -> None:
        """A document is entered in the last session."""
        self.till.sessions[-1].append(self.new_row())

    def change_amount(self) -> None:
        """A document has other amounts, or another form or programme."""
        self._of(self._say_otherwise)

    def _say_otherwise(self, session: list[Row], place: int) -> None:
        row = session[place]
        while (other := self.new_row().document).kind is not row.document.kind:
            pass
        session[place] = Row(row.number, other._replace(reference=row.document.reference))

    def move_discount(self) -> None:
        """Part of a promotion becomes a scholarship: what was paid stays."""

        def change(session: list[Row], place: int) -> None:
            row = session[place]
            amounts, moved = row.document.amounts, min(Decimal(1), row.document.amounts.get("promotion", Decimal(0)))
            if not moved:
                self._say_otherwise(session, place)
                return
            other = {"promotion": amounts["promotion"] - moved, "scholarship": amounts["scholarship"] + moved}
            session[place] = Row(row.number, row.document._replace(amounts={**amounts, **other}))

        self._of(change)

    def reopen_session(self) -> None:
        """A session is opened once more, and listed before the others; something is taken in it."""
        self.till.sessions.insert(0, [self.new_row()])

    def _of(self, change: Callable[[list[Row], int], object]) -> None:
        places = [(session, place) for session in self.till.sessions for place in range(len(session))]
        if places:
            change(*self.rng.choice(places))
        else:
            self.enter_late()


HANDS = ("void", "enter_late", "move_discount", "change_amount", "delete", "reopen_session")


@cache
def mapping_of(box: CashBox):
    """The box's mapping."""
    return account_mapping(box.mapping)


def boxes(number: int) -> list[CashBox]:
    """So many boxes of both kinds; every other one's ERP closes its months."""
    made = []
    for place in range(number):
        model = cash_box(MODELS[place % len(MODELS)])
        erp = model.erp.model_copy(update={"locks_on_day": 5 if place % 4 < 2 else None})
        made.append(model.model_copy(update={"name": f"Box {place}", "start_date": FIRST_DAY, "erp": erp}))
    return made


def play(seed: int, *, boxes_of_year: int = 40, planted: int = 10_000, quiet: int = 500) -> Outcome:
    """A year of boxes with so many planted changes, and so many days with none; the same for a seed."""
    rng, outcome = Random(seed), Outcome()
    all_boxes = boxes(boxes_of_year)
    plan: dict[tuple[int, int], list[str]] = defaultdict(list)
    for number in range(planted):
        plan[rng.randrange(boxes_of_year), rng.randrange(DAYS)].append(HANDS[number % len(HANDS)])
    while quiet:
        place = (rng.randrange(boxes_of_year), rng.randrange(DAYS))
        quiet -= place not in plan
        plan.setdefault(place, [])
    for (box, ago), hands in sorted(plan.items()):
        _play_day(all_boxes[box], FIRST_DAY + timedelta(days=ago), hands, Random(f"{seed}/{box}/{ago}"), outcome)
    return outcome


def _play_day(box: CashBox, day: date, hands: Sequence[str], rng: Random, outcome: Outcome) -> None:
    numbers = iter(range(1, 1_000_000))
    till = Till(box, day, [[]])
    hand = Hand(till, rng, numbers)
    till.sessions = [[hand.new_row() for _ in range(rng.randint(0, 6))] for _ in range(rng.randint(1, 2))]
    close, last = box.closes_at(day).astimezone(UTC), due_dates(box, day)[-1].astimezone(UTC)
    whens = sorted(close + (last - close) * rng.random() for _ in hands)
    waiting = list(zip(whens, hands, strict=True))
    booked, known, read_at = till.read(), till.snapshot(), close
    books = balances(box, day, booked)
    outcome.days += 1
    for night in range((last.date() - close.date()).days + 2):
        now = datetime.combine(close.date() + timedelta(days=night), NIGHT, UTC)
        while waiting and waiting[0][0] <= now:
            outcome.planted[waiting[0][1]] += 1
            getattr(hand, waiting.pop(0)[1])()
        if not is_due(box, day, read_at, now):
            continue
        read_at, outcome.looks = now, outcome.looks + 1
        found = changes(booked, till.read(), own_ids=lambda kind: till.gives_ids)
        _judge(box, day, found, known, till.snapshot(), outcome)
        if found:
            # The correction: what stood is taken back, and the day is booked as it is read.
            before, booked, known = balances(box, day, booked), till.read(), till.snapshot()
            books.subtract(before)
            books.update(balances(box, day, booked))
            outcome.corrected += 1
    if waiting:
        outcome.missed.append(f"{box.name}, {day}: no look after the last change")
    truth = balances(box, day, till.read())
    if _not_zero(books) != _not_zero(truth):
        outcome.wrong_books.append(f"{box.name}, {day}")


def _judge(
    box: CashBox,
    day: date,
    found: Sequence[Change],
    before: dict[int, Document],
    now: dict[int, Document],
    outcome: Outcome,
) -> None:
    """Holds what a look found against what really changed, document by document."""
    really = {
        f"F-{number}": (before[number].net if number in before else None, now[number].net if number in now else None)
        for number in before.keys() | now.keys()
        if before.get(number) != now.get(number)
    }
    said = {one.reference: (one.before, one.after) for one in found}
    outcome.missed += [f"{box.name}, {day}: {name}" for name in really.keys() - said.keys()]
    outcome.invented += [f"{box.name}, {day}: {name}" for name in said if said[name] != really.get(name)]


def balances(box: CashBox, day: date, documents: Sequence[Document]) -> Books:
    """What a day's journal comes to by account. Raises ValueError where the mapping cannot book it."""
    derivation = derive(list(documents), mapping_of(box), box, day, max_lines=LINES)
    if derivation.problems:
        raise ValueError(f"{box.name}, {day}: {derivation.problems[0]}")
    books = Books()
    for entry in derivation.entries:
        for line in entry.lines:
            books[line.account] += line.amount if line.side is Side.DEBIT else -line.amount  # type: ignore[assignment]
    return books


def _not_zero(books: Books) -> Books:
    return Books({account: amount for account, amount in books.items() if amount})
