"""Read-back: an entry of ours beside the lines that the ERP says it holds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bookkeeping.journal import JournalEntry, Side


@dataclass(frozen=True, slots=True)
class BookedLine:
    """A line as the ERP holds it, at ``sublot`` and ``document`` of the lot that was read.

    ``side`` is None for a line that only continues the history of the one before it. ``currency`` is an ISO 4217
    code, or the ERP's own number of one that the connection does not name; ``amount`` is in it.
    """

    sublot: str
    document: str
    line: str
    side: Side | None
    account: str
    amount: Decimal
    currency: str
    history: str
    key: str


def differences(entry: JournalEntry, booked: Iterable[BookedLine]) -> list[str]:
    """What one document of the ERP has otherwise than the entry, a sentence for each line; empty where they agree.

    Lines count by side, account and amount, in whatever order. Continuations of histories do not count, nor do the
    lines that the ERP adds in further currencies.
    """
    ours = Counter((line.side, line.account, line.amount) for line in entry.lines)
    theirs = Counter(
        (line.side, line.account, line.amount)
        for line in booked
        if line.side is not None and line.currency == entry.currency
    )
    return [
        *(f"the ERP lacks {_named(line, times)}" for line, times in sorted((ours - theirs).items())),
        *(
            f"the ERP has {_named(line, times)}, which was not posted"
            for line, times in sorted((theirs - ours).items())
        ),
    ]


def _named(line: tuple[Side, str, Decimal], times: int) -> str:
    side, account, amount = line
    often = f" ({times} times)" if times > 1 else ""
    return f"{side.name.lower()} {account} {amount}{often}"
