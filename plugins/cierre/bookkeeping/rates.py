"""Rates of exchange that nobody should believe without being told.

One of a foreign currency for one of the box's, or so; and one that is far from what the same day has elsewhere.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal

from cierre.bookkeeping.conversion import rate_of
from cierre.bookkeeping.documents import Document, Reading
from cierre.bookkeeping.sentence import Sentence

RATE_OF_ONE = "rate_of_one"
"""The reason for which a document is quarantined until its mapping says that its currency is at par.

Cash systems fill a rate that nobody entered with 1: 122 dollars would be booked as 122 pesos, and all would agree.
"""

NEAR_ONE = Decimal("0.05")
"""How far from 1 a rate still is as good as 1: what is filled in is 1.0000001 or 1.01 as well.

Of the group's currencies only euro and dollar come so near; a box that keeps one of them says so by ``at_par``.
"""

FAR = 2
"""How many times a day's rate another one of the same day can be: no currency doubles in a day, and a rate that is
turned over or whose point has slipped is further away."""


def is_near_one(rate: Decimal) -> bool:
    """Whether a rate is 1, or so near to it that it may have been filled in."""
    return abs(rate - 1) <= NEAR_ONE


def far_from(rate: Decimal, of_day: Sequence[Decimal]) -> Decimal | None:
    """The middle one of a day's rates of a currency, if ``rate`` is far from it; else None.

    Of an even number of rates, both in the middle count: of two that differ, nobody knows which one is right.
    """
    ordered = sorted(of_day)
    middle = ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1]
    return next((one for one in middle if not one <= rate * FAR <= one * FAR * FAR), None)


def objection(document: Document, currency: str, field: str) -> Sentence | None:
    """Why a document of a box that keeps ``currency`` waits for its mapping's word; None where its rate is not near 1.

    ``field`` is what the source calls the rate. Whoever reads a source with rates quarantines such a row for the reason
    RATE_OF_ONE, with the document as its ``at_par``.
    """
    rate = rate_of(document)
    if document.currency == currency or rate is None or not is_near_one(rate):
        return None
    return Sentence(
        "{kind} {reference}: {field} is {rate}, as if one {own} were one {currency}; correct {field} in the source and"
        " clear the task land, or, if it is so, write at_par: [{own}] in the box's mapping and clear the task stage",
        kind=Sentence(document.kind.replace("_", " ")),
        reference=document.reference or document.source_id,
        field=field,
        rate=f"{rate.normalize():f}",
        own=document.currency,
        currency=currency,
    )


def at_par(reading: Reading, currencies: Collection[str]) -> Reading:
    """The same, but rows with a rate near 1 are documents where a mapping names their currency among these."""
    freed = [row.at_par for row in reading.quarantined if row.at_par and row.at_par.currency in currencies]
    left = [row for row in reading.quarantined if not (row.at_par and row.at_par.currency in currencies)]
    return Reading([*reading.documents, *freed], left)
