"""Rates of exchange that nobody should believe without being told: one of a foreign currency for one of the box's."""

from collections.abc import Collection
from decimal import Decimal

from cierre.bookkeeping.conversion import rate_of
from cierre.bookkeeping.documents import Document, Reading
from cierre.bookkeeping.sentence import Sentence

RATE_OF_ONE = "rate_of_one"
"""The reason for which a document is quarantined until its mapping says that its currency is at par.

Cash systems fill a rate that nobody entered with 1: 122 dollars would be booked as 122 pesos, and all would agree.
"""


def objection(document: Document, currency: str, field: str) -> Sentence | None:
    """Why a document of a box that keeps ``currency`` waits for its mapping's word; None where its rate is no 1.

    ``field`` is what the source calls the rate. Whoever reads a source with rates quarantines such a row for the reason
    RATE_OF_ONE, with the document as its ``at_par``.
    """
    if document.currency == currency or rate_of(document) != Decimal(1):
        return None
    return Sentence(
        "{kind} {reference}: {field} is 1, as if one {own} were one {currency}; correct {field} in the source and clear"
        " the task land, or, if it is so, write at_par: [{own}] in the box's mapping and clear the task stage",
        kind=Sentence(document.kind.replace("_", " ")),
        reference=document.reference or document.source_id,
        field=field,
        own=document.currency,
        currency=currency,
    )


def at_par(reading: Reading, currencies: Collection[str]) -> Reading:
    """The same, but rows with a rate of 1 are documents where a mapping names their currency among these."""
    freed = [row.at_par for row in reading.quarantined if row.at_par and row.at_par.currency in currencies]
    left = [row for row in reading.quarantined if not (row.at_par and row.at_par.currency in currencies)]
    return Reading([*reading.documents, *freed], left)
