"""Read-back: an entry of ours beside the lines that the ERP says it holds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bookkeeping.journal import JournalEntry, Side
from bookkeeping.sentence import Sentence


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


def differences(entry: JournalEntry, booked: Iterable[BookedLine]) -> list[Sentence]:
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
        *(Sentence("the ERP lacks {line}", line=_named(*missing)) for missing in sorted((ours - theirs).items())),
        *(
            Sentence("the ERP has {line}, which was not posted", line=_named(*strange))
            for strange in sorted((theirs - ours).items())
        ),
    ]


def _named(line: tuple[Side, str, Decimal], times: int) -> Sentence:
    side, account, amount = line
    named = Sentence("{side} {account} {amount}", side=Sentence(side.name.lower()), account=account, amount=amount)
    return Sentence("{line} ({times} times)", line=named, times=times) if times > 1 else named
