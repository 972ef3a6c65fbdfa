"""When a person must approve a day before it is posted. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bookkeeping.cash_box import Approvals
from bookkeeping.sentence import Sentence


class Reason(StrEnum):
    """Why a person is asked."""

    AMOUNT = "amount"
    CORRECTION = "correction"
    FIRST_DAY = "first_day"
    TWO_FORMS = "two_forms"
    DISCREPANCY = "discrepancy"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a derived day before it is posted.

    ``total`` is the sum of its debits, in the box's currency; ``sends``: posting would send something to the ERP;
    ``corrects``: something else was posted for the day before; ``first_day``: nothing was ever posted for the box;
    ``released_rows``: rows of payments under two forms that are booked all the same; ``difference``: the largest
    between source, staging and journal, None where they agree.
    """

    total: Decimal
    sends: bool
    corrects: bool
    first_day: bool
    released_rows: int
    difference: Decimal | None


def questions(asked: Approvals, standing: Standing, currency: str) -> dict[Reason, Sentence]:
    """Why a person must be asked about a day, each reason with its sentence. Empty where posting would send nothing."""
    if not standing.sends:
        return {}
    found = {}
    if asked.amount_over is not None and standing.total > asked.amount_over:
        found[Reason.AMOUNT] = Sentence(
            "The journal comes to {total} {currency}, more than {limit} {currency}",
            total=standing.total,
            limit=asked.amount_over,
            currency=currency,
        )
    if asked.corrections and standing.corrects:
        found[Reason.CORRECTION] = Sentence("The day was posted before and its books changed")
    if asked.first_day and standing.first_day:
        found[Reason.FIRST_DAY] = Sentence("Nothing of this cash box was ever posted")
    if asked.two_forms and standing.released_rows:
        found[Reason.TWO_FORMS] = Sentence(
            "{rows} rows stand under two forms of payment: approved, each is booked as a payment of its own; if it is"
            " one payment told twice, reject, and correct it in the source",
            rows=standing.released_rows,
        )
    limit, difference = asked.discrepancy_up_to, standing.difference
    if limit is not None and difference is not None and difference <= limit:
        found[Reason.DISCREPANCY] = Sentence(
            "Source, staging and journal differ by {difference} {currency}, within the {limit} {currency} that a"
            " person may accept",
            difference=difference,
            limit=limit,
            currency=currency,
        )
    return found
