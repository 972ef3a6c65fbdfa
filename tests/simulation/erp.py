"""The simulated ERP: its true ledger, which numbers documents from 000001 at each address (protheus.seed.txt)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import JournalEntry, Side
from cierre.bookkeeping.read_back import BookedLine, StandingDocument


class Refused(Exception):
    """The ERP said no, and did nothing."""


class PeriodClosed(Refused):
    """It said no because the date's period is closed."""


class Place(NamedTuple):
    """Where a document stands."""

    address: Address
    number: str


class Posting(NamedTuple):
    """A line: side, account and amount."""

    side: Side
    account: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Document:
    """What stands at a place: its lines, the key they carry, and the place of the document it reverses."""

    lines: tuple[Posting, ...]
    key: str
    reverses: Place | None = None


@dataclass
class TrueLedger:
    """Everything the ERP holds, ours and others'. ``changed`` is called after every change.

    ``reuses_numbers``: a site where the number of a deleted document is given again (field-notes.md, Protheus).
    """

    reuses_numbers: bool = False
    open_from: date = date.min
    standing: dict[Place, Document] = field(default_factory=dict)
    changed: Callable[[], None] = lambda: None
    _last: dict[Address, int] = field(default_factory=dict)

    def insert(self, address: Address, entry: JournalEntry, key: str) -> str:
        """Books an entry and gives its number; raises Refused in a closed period."""
        return self.book(address, Document(lines_of(entry), key))

    def reverse(self, of: Address, number: str, into: Address) -> str:
        """Books the mirror of a document and gives its number; raises Refused if there is none."""
        original = self.standing.get(Place(of, number))
        if original is None:
            raise Refused(f"Documento no encontrado: {of}, {number}")
        opposite = {Side.DEBIT: Side.CREDIT, Side.CREDIT: Side.DEBIT}
        mirrored = tuple(line._replace(side=opposite[line.side]) for line in original.lines)
        return self.book(into, Document(mirrored, original.key, reverses=Place(of, number)))

    def delete(self, address: Address, number: str) -> bool:
        """Removes a document; False if there is none there. Raises Refused in a closed period."""
        place = Place(address, number)
        if place not in self.standing:
            return False
        self._check_open(address)
        del self.standing[place]
        self.changed()
        return True

    def change(self, place: Place, document: Document) -> None:
        """Somebody changes what stands at a place, on the ERP's own screen."""
        self.standing[place] = document
        self.changed()

    def book(self, address: Address, document: Document) -> str:
        """Puts a document at an address, whoever sent it."""
        self._check_open(address)
        if self.reuses_numbers:
            last = max((int(place.number) for place in self.standing if place.address == address), default=0)
        else:
            last = self._last.get(address, 0)
        self._last[address] = last + 1
        place = Place(address, f"{last + 1:06d}")
        self.standing[place] = document
        self.changed()
        return place.number

    def lines_in(self, tenant: str, entry_date: date, lot: str) -> list[BookedLine]:
        """All lines that stand in a lot on a date, as a reading gives them."""
        return [
            BookedLine(
                place.address.sublot, place.number, f"{number:03d}", line.side, line.account, line.amount, "USD",
                "Caja", document.key,
            )
            for place, document in sorted(self.standing.items(), key=lambda one: (one[0].address.sublot, one[0].number))
            if (place.address.tenant, place.address.entry_date, place.address.lot) == (tenant, entry_date, lot)
            for number, line in enumerate(document.lines, start=1)
        ]  # fmt: skip

    def documents_in(self, tenant: str, lot: str) -> list[StandingDocument]:
        """The documents that stand in a lot on whatever date."""
        return [
            StandingDocument(place.address, place.number, document.key)
            for place, document in self.standing.items()
            if (place.address.tenant, place.address.lot) == (tenant, lot) and document.lines
        ]

    def _check_open(self, address: Address) -> None:
        if address.entry_date < self.open_from:
            raise PeriodClosed(f"El calendario contable está cerrado para la fecha {address.entry_date}")


def lines_of(entry: JournalEntry) -> tuple[Posting, ...]:
    """An entry's lines as the ERP keeps them."""
    return tuple(Posting(line.side, line.account, line.amount) for line in entry.lines)
