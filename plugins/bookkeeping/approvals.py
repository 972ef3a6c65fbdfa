"""When a person must approve a day before it is posted, and what they are shown. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bookkeeping.cash_box import Approvals
from bookkeeping.journal import JournalEntry, Side

SHOWN_LINES = 100
"""Of an entry, in the request; the whole journal stands in the ledger."""


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


def questions(asked: Approvals, standing: Standing, currency: str) -> dict[Reason, str]:
    """Why a person must be asked about a day, each reason with its sentence. Empty where posting would send nothing."""
    if not standing.sends:
        return {}
    found = {}
    if asked.amount_over is not None and standing.total > asked.amount_over:
        found[Reason.AMOUNT] = (
            f"The journal comes to {standing.total:,} {currency}, more than {asked.amount_over:,} {currency}"
        )
    if asked.corrections and standing.corrects:
        found[Reason.CORRECTION] = "The day was posted before and its books changed"
    if asked.first_day and standing.first_day:
        found[Reason.FIRST_DAY] = "Nothing of this cash box was ever posted"
    if asked.two_forms and standing.released_rows:
        found[Reason.TWO_FORMS] = (
            f"{standing.released_rows} rows stand under two forms of payment: approved, each is booked as a payment of"
            " its own; if it is one payment told twice, reject, and correct it in the source"
        )
    limit, difference = asked.discrepancy_up_to, standing.difference
    if limit is not None and difference is not None and difference <= limit:
        found[Reason.DISCREPANCY] = (
            f"Source, staging and journal differ by {difference:,} {currency}, within the {limit:,} {currency} that a"
            " person may accept"
        )
    return found


def markdown(entries: Iterable[JournalEntry]) -> str:
    """What would be posted, as tables in Markdown: accounts, cost centres, amounts and histories."""
    return "\n\n".join("\n".join(_table(entry)) for entry in entries) or "The day has no journal."


def _table(entry: JournalEntry) -> Iterator[str]:
    yield f"**{entry.name}** · {entry.debit:,} {entry.currency} · {len(entry.lines)} lines\n"
    yield "| Account | Cost centre | Debit | Credit | History |"
    yield "|---|---|---:|---:|---|"
    for line in entry.lines[:SHOWN_LINES]:
        amount = f"{line.amount:,}"
        debit, credit = (amount, "") if line.side is Side.DEBIT else ("", amount)
        yield f"| {line.account} | {line.cost_centre} | {debit} | {credit} | {line.history.replace('|', '/')} |"
    yield f"| | | **{entry.debit:,}** | **{entry.credit:,}** | |"
    if (left := len(entry.lines) - SHOWN_LINES) > 0:
        yield f"\n… and {left} more lines, which stand in `ledger.line`."
