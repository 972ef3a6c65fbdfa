"""What may surround a day beside bad weather: a site that can be read, somebody else in our lot, a ledger restored from
a backup, a month that is closed midway, another site of the ERP, a line that somebody edits there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import Side
from simulation.erp import Document, Place, Posting, Refused, TrueLedger
from simulation.oracle import Entry

OURS, THEIRS = "0a1b2c3d4e5f", "f5e4d3c2b1a0"
"""The ids of our ledger and of the other one that posts to our lot."""


AROUND = (
    "a site that can be read",
    "somebody else in our lot",
    "a ledger restored",
    "a month closed midway",
    "another site",
    "a line edited by hand",
)
"""What may surround a day, in words."""


@dataclass(frozen=True)
class Surroundings:
    """Drawn from the seed apart from its weather.

    ``readable``: what the ERP holds can be read. ``neighbour``: another ledger posts to our lot, ``early`` before we
    ever did. ``restored``: the ledger is restored from a backup. ``closes``: the month is closed at any moment, also in
    the middle of a correction. ``moves``: the box's connection leads to another site from some moment on. ``edited``:
    somebody changes a line of what was posted on the ERP's screen.
    """

    readable: bool
    neighbour: bool
    early: bool
    restored: bool
    closes: bool
    moves: bool
    edited: bool

    @classmethod
    def of(cls, seed: int) -> "Surroundings":
        """What surrounds the day of a seed. Two misfortunes that only a person could tell apart do not meet: where
        nothing can be read, nobody else is in the lot of a ledger that lost its memory."""
        rng = Random(f"{seed}, surroundings")
        readable = rng.random() < 0.5
        neighbour, early = rng.random() < 0.25, rng.random() < 0.5
        restored = rng.random() < 0.2 and (readable or not neighbour)
        closes = rng.random() < 0.2
        moves = rng.random() < 0.12 and not (restored or closes)
        # What nobody can read, or remember, nobody can tell from what was posted.
        edited = Random(f"{seed}, edits").random() < 0.3 and readable and not (restored or moves)
        return cls(readable, neighbour, early or not readable, restored, closes, moves, edited)

    @property
    def traits(self) -> tuple[str, ...]:
        """What of this is there, in words."""
        there = (self.readable, self.neighbour, self.restored, self.closes, self.moves, self.edited)
        return tuple(name for name, is_there in zip(AROUND, there, strict=True) if is_there)


class Neighbour:
    """The other ledger: it posts days of the same box by its own count of sublots, and stays in the lot that the two
    began in, whatever our people decide."""

    def __init__(self, rng: Random, box: str, tenant: str, lot: str, dates: Sequence[date]) -> None:
        self.rng = rng
        self.box = box
        self.tenant = tenant
        self.lot = lot
        self.dates = dates
        self.sublots = dict.fromkeys(dates, 0)

    def post(
        self, erp: TrueLedger, entries: Sequence[Entry], day: date, *, avoided: Collection[Address]
    ) -> dict[Place, Document]:
        """Books at its next sublot of a date, often the very lines that we have; gives what it booked.

        ``avoided``: where a delete of ours is still to be carried out. Where numbers are given again, it would remove
        what a neighbour books there meanwhile: nobody can call a request back, and nothing is promised
        (docs/reliability.md).
        """
        address = self._next(day)
        while erp.reuses_numbers and address in avoided:
            address = self._next(day)
        lines = self.rng.choice([*entries, _own(self.rng)])
        key = f"{self.box}|20240906|{self.rng.randint(1, 2)}|{self.rng.randint(1, 2)}@{THEIRS}"
        document = Document(lines, key)
        try:
            number = erp.book(address, document)
        except Refused:  # the month is closed for it, too
            return {}
        return {Place(address, number): document}

    def _next(self, day: date) -> Address:
        self.sublots[day] += 1
        return Address(self.tenant, day, self.lot, f"{self.sublots[day]:03d}")


class Editor:
    """Somebody who changes a line of a posted document by a cent on the ERP's screen, and sets it back when told."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(f"{seed}, edits, which")
        self.was: dict[Place, Document] = {}
        """What stood at the places that are edited now."""

    def edit(self, erp: TrueLedger, entries: Sequence[Entry]) -> Place | None:
        """Edits one of our documents that says one of these entries, and that nothing reverses; None without any."""
        said = {tuple(sorted(entry)) for entry in entries}
        reversed_already = {document.reverses for document in erp.standing.values()}
        keys = {document.key for document in erp.standing.values()}
        ours = {
            place: document
            for place, document in erp.standing.items()
            if document.key.endswith(f"@{OURS}")
            and tuple(sorted(document.lines)) in said
            and place not in reversed_already
            and _reversal_key(document) not in keys
        }
        if not ours:
            return None
        place = self.rng.choice(list(ours))
        lines = list(ours[place].lines)
        at = self.rng.randrange(len(lines))
        lines[at] = lines[at]._replace(amount=lines[at].amount + Decimal("0.01"))
        self.was[place] = ours[place]
        erp.change(place, replace(ours[place], lines=tuple(lines)))
        return place

    def set_back(self, erp: TrueLedger) -> None:
        """Sets all back that still stands."""
        while self.was:
            place, document = self.was.popitem()
            standing = erp.standing.get(place)
            if standing and standing.key == document.key:  # not somebody else's, under a number that was given again
                erp.change(place, document)

    def reversed_as_edited(self, erp: TrueLedger) -> list[str]:
        """The reversals that stand of what is edited."""
        keys = {_reversal_key(document) for document in self.was.values()}
        return [
            f"{document.key} at {place} reverses what was edited"
            for place, document in erp.standing.items()
            if document.reverses in self.was or document.key in keys
        ]


def _reversal_key(document: Document) -> str:
    """The key of an entry of ours that takes a document back."""
    return document.key.replace("@", "|R@")


def _own(rng: Random) -> Entry:
    amount = Decimal(rng.randint(1, 200_000)) / 100
    return Posting(Side.DEBIT, "1.1.01", amount), Posting(Side.CREDIT, "4.1.01", amount)
