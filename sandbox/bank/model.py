"""What boxes took, what banks and acquirers wrote of it, and the truth of which belongs to which. Money in cents."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Taken:
    """One amount that a box booked: a card's slip, a deposit of cash, a transfer. ``who``: whose it is to pay."""

    id: str
    box: int
    day: date
    cents: int
    who: str
    terminal: str = ""
    batch: str = ""
    slip: str = ""
    number: str = ""


@dataclass
class Movement:
    """A row of the bank's statement."""

    day: date
    cents: int
    text: str
    reference: str
    truth: str
    """The id by which the truth knows it."""


@dataclass(frozen=True)
class Settled:
    """A row of an acquirer's report."""

    sold: date
    paid: date
    gross: int
    fee: int
    vat: int
    withheld: int
    payment: str
    terminal: str
    batch: str
    slip: str
    truth: str

    @property
    def net(self) -> int:
        """What is paid of it."""
        return self.gross - self.fee - self.vat - self.withheld


@dataclass
class Truth:
    """What belongs together, and what was planted.

    ``sales``: a row of a report -> the slip that it settles. ``paid``: a movement -> what it pays: payments of an
    acquirer by their number, else amounts by their ids. ``faults``: an id -> the class of it.
    """

    sales: dict[str, str] = field(default_factory=dict)
    paid: dict[str, set[str]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


@dataclass
class Year:
    """All of it: four accounts of a bank, by their numbers, and a report of the one acquirer that sends any."""

    taken: list[Taken]
    movements: dict[str, list[Movement]]
    settled: list[Settled]
    truth: Truth
    last: date
