"""What is matched: money that was booked or reported, and money that arrived."""

from dataclasses import dataclass
from typing import NamedTuple

from cierre.bookkeeping.sentence import Sentence


class Item(NamedTuple):
    """One amount, booked (or announced by an acquirer) or arrived.

    ``day`` is ``date.toordinal()``; ``units`` the amount in its currency's smallest unit, positive where money comes
    in. Only items of one ``channel`` are ever compared: it stands for account, currency and payer together
    (``matching.arrivals.channel``). ``identity`` names the movement on both sides (a payment's number; terminal, batch
    and slip together), empty where it is not known. ``terminal`` groups items that may be paid together.
    """

    id: str
    day: int
    units: int
    channel: str
    identity: str = ""
    terminal: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a channel pays. Days are banking days after the day of the booking.

    Money comes ``earliest`` to ``latest`` days after; what comes by its identity up to ``grace`` days after is late.
    After ``grace`` it is missing. ``days_together`` is how many of its days with bookings one payment may cover, 0
    where each amount is paid by itself; ``parts`` in how many payments these may come. ``whole`` where what was booked
    under one number (a batch) is never paid but all together.
    """

    earliest: int = 0
    latest: int = 3
    grace: int = 20
    days_together: int = 0
    parts: int = 1
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Items that belong to each other, their amounts equal: the only answer that the rules leave.

    ``why`` is ``identity``, ``amount``, ``together`` (several on a side) or ``alike`` (as many on both sides, which
    nothing tells apart). ``late`` where money came after its time.
    """

    booked: tuple[str, ...]
    arrived: tuple[str, ...]
    why: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """What may belong to each other, for a person to decide, and why nobody else did: ``differs``, ``double`` (the
    same amount came more than once, the first first), ``several`` (there is another answer), ``too_many`` (more than
    are looked through), ``reversed`` (the money went out again at once); by an acquirer's report ``fee``, ``gross`` or
    ``taken_back``."""

    booked: tuple[str, ...]
    arrived: tuple[str, ...]
    why: str

    @property
    def reason(self) -> Sentence:
        """The same in words."""
        return REASONS[self.why]


REASONS = {
    "differs": Sentence("it is the same movement by its number, and the amounts differ"),
    "double": Sentence("the same amount arrived more than once, and no number tells which is the payment"),
    "several": Sentence("there is more than one way in which these amounts may belong together"),
    "reversed": Sentence("the same amount went out again by the next banking day, so the bank may have reversed it"),
    "fee": Sentence(
        "by the acquirer's report it is the payment of these sales, and other charges than agreed were kept"
    ),
    "gross": Sentence("the acquirer reports another amount of these days than was booked"),
    "taken_back": Sentence("by the acquirer's report a sale was charged back with the payment of these days"),
    "too_many": Sentence("there are too many ways in which these amounts may belong together; a number would decide"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that came of matching. ``open_booked`` and ``open_arrived`` give the class of each item that is not matched:
    ``in_transit``, ``late``, ``missing``, ``differs``; ``double``, ``charge_back``, ``differs``, ``unknown``, and
    ``proposed`` for what arrived and may belong to something booked."""

    matches: list[Match]
    proposals: list[Proposal]
    open_booked: dict[str, str]
    open_arrived: dict[str, str]
