"""Read-back: an entry of ours beside the lines that the ERP says it holds."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import JournalEntry, Side
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence


@dataclass(frozen=True, slots=True)
class BookedLine:
    """A line as the ERP holds it, at ``sublot`` and ``document`` of the lot that was read.

    ``side`` is None for a line that only continues the history of the one before it. ``currency`` is an ISO 4217
    code, or the ERP's own number of one that the connection does not name; ``amount`` is in it. ``outside`` is the
    ERP's type of a line that does not count in the balances that it was sent to (a pre-entry); empty for one that does.
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
    outside: str = ""


class StandingDocument(NamedTuple):
    """A document that stands in the ERP, and the key that its lines carry."""

    address: Address
    document: str
    key: str


class Code(StrEnum):
    """What is otherwise in the ERP than it was posted: of a line, then of a whole document."""

    AMOUNT = "amount"
    ACCOUNT = "account"
    SIDE = "side"
    CURRENCY = "currency"
    OUTSIDE = "outside"
    KEY = "key"
    MISSING = "missing"
    ADDED = "added"
    GONE = "gone"
    NEVER_POSTED = "never posted"
    RETURNED = "returned"

    @property
    def word(self) -> Sentence:
        """As people read it."""
        return _WORDS[self]


_WORDS = {
    Code.AMOUNT: Sentence("another amount"),
    Code.ACCOUNT: Sentence("another account"),
    Code.SIDE: Sentence("on the other side"),
    Code.CURRENCY: Sentence("in another currency"),
    Code.OUTSIDE: Sentence("kept outside the balances: not booked"),
    Code.KEY: Sentence("another key"),
    Code.MISSING: Sentence("not in the ERP"),
    Code.ADDED: Sentence("never posted"),
    Code.GONE: Sentence("the document is not in the ERP any more"),
    Code.NEVER_POSTED: Sentence("a document that was not posted from here"),
    Code.RETURNED: Sentence("a withdrawn document that stands again"),
}


class Figures(NamedTuple):
    """What a line says: side, account, and an amount in a currency."""

    side: Side
    account: str
    amount: Decimal
    currency: str

    def __str__(self) -> Sentence:
        return Sentence(
            "{side} {account} {amount}",
            side=Sentence(self.side.name.lower()),
            account=self.account,
            amount=self.amount,
        )


@dataclass(frozen=True, slots=True)
class LineDifference:
    """A line that is otherwise in the ERP than it was posted.

    ``line`` is its number in our entry, None for one that was not posted; ``booked_line`` the ERP's own, None for one
    that it does not have. ``outside``: see BookedLine. ``size``: by how much the ERP's balances are too low (too high,
    where negative) in the entry's currency: 0.01 where 6,491.55 was posted and 6,491.54 stands.
    """

    code: Code
    line: int | None
    posted: Figures | None
    booked_line: str | None
    booked: Figures | None
    outside: str
    size: Decimal


def line_differences(
    entry: JournalEntry, booked: Iterable[BookedLine], keys: Collection[str] = (), *, keeps_keys: bool = False
) -> list[LineDifference]:
    """What one document of the ERP has otherwise than the entry, line by line; empty where they agree.

    Lines count by side, account and amount, in whatever order. Continuations of histories do not count, nor do the
    lines that the ERP adds to say one of ours in a further currency. ``keys``: what its lines may carry, empty where
    that is not to be compared; a key that was only cut, or not kept, is one of them unless the site ``keeps_keys``.
    """
    lines = [line for line in booked if line.side is not None]
    numbers = {line.line for line in lines if line.currency == entry.currency}
    left = _Unmatched(
        [(number, Figures(line.side, line.account, line.amount, entry.currency))
         for number, line in enumerate(entry.lines, start=1)],
        [line for line in lines if line.currency == entry.currency or line.line not in numbers],
    )  # fmt: skip
    found = []
    for code, alike in _ALIKE.items():
        for number, posted, line in left.pairs(alike):
            if code is not None or line.outside or _is_wrong(line.key, keys, keeps_keys):
                otherwise = code or (Code.OUTSIDE if line.outside else Code.KEY)
                found.append(_difference(otherwise, entry.currency, number, posted, line))
    found += [_difference(Code.MISSING, entry.currency, number, posted) for number, posted in left.ours]
    found += [_difference(Code.ADDED, entry.currency, line=line) for line in left.theirs]
    return sorted(found, key=lambda one: (one.line is None, one.line or 0, one.booked_line or ""))


def _difference(
    code: Code, currency: str, number: int | None = None, posted: Figures | None = None, line: BookedLine | None = None
) -> LineDifference:
    counted = line.amount if line and line.currency == currency and not line.outside else ZERO
    size = (posted.amount if posted else ZERO) - counted
    if line is None:
        return LineDifference(code, number, posted, None, None, "", size)
    return LineDifference(code, number, posted, line.line, _figures(line), line.outside, size)


_ALIKE: dict[Code | None, Callable[[Figures], tuple[object, ...]]] = {
    None: lambda line: line,
    Code.AMOUNT: lambda line: (line.side, line.account, line.currency),
    Code.ACCOUNT: lambda line: (line.side, line.amount, line.currency),
    Code.SIDE: lambda line: (line.account, line.amount, line.currency),
    Code.CURRENCY: lambda line: (line.side, line.account),
}
"""What two lines must share to be one line that was changed, the likeliest change first."""


class _Unmatched:
    """Our lines and the ERP's that have no counterpart yet."""

    def __init__(self, ours: list[tuple[int, Figures]], theirs: list[BookedLine]) -> None:
        self.ours, self.theirs = ours, theirs

    def pairs(self, alike: Callable[[Figures], tuple[object, ...]]) -> list[tuple[int, Figures, BookedLine]]:
        """Takes out the pairs of lines that are alike."""
        ours: dict[tuple[object, ...], list[tuple[int, Figures]]] = defaultdict(list)
        theirs: dict[tuple[object, ...], list[BookedLine]] = defaultdict(list)
        for number, posted in self.ours:
            ours[alike(posted)].append((number, posted))
        for line in self.theirs:
            theirs[alike(_figures(line))].append(line)
        found = [pair for group in ours if group in theirs for pair in _closest(ours[group], theirs[group])]
        numbers, taken = {number for number, *_ in found}, {id(line) for *_, line in found}
        self.ours = [one for one in self.ours if one[0] not in numbers]
        self.theirs = [line for line in self.theirs if id(line) not in taken]
        return found


def _closest(ours: list[tuple[int, Figures]], theirs: list[BookedLine]) -> list[tuple[int, Figures, BookedLine]]:
    """Pairs of lines, the nearest amounts first; those that count in the balances before those that do not."""
    if len(ours) * len(theirs) > 10_000:  # hundreds of lines of one account: in the order of their amounts
        theirs = sorted(theirs, key=lambda line: (bool(line.outside), line.amount, line.line))
        ours = sorted(ours, key=lambda one: (one[1].amount, one[0]))
        return [(number, posted, line) for (number, posted), line in zip(ours, theirs, strict=False)]
    ways = sorted(
        (abs(posted.amount - line.amount), bool(line.outside), number, line.line, mine, other)
        for mine, (number, posted) in enumerate(ours)
        for other, line in enumerate(theirs)
    )
    found: list[tuple[int, Figures, BookedLine]] = []
    taken: set[tuple[int | None, int | None]] = set()
    for *_, mine, other in ways:
        if not taken & {(mine, None), (None, other)}:
            taken |= {(mine, None), (None, other)}
            found.append((*ours[mine], theirs[other]))
    return found


def _figures(line: BookedLine) -> Figures:
    if line.side is None:
        raise ValueError("a line that only continues a history says no amount")
    return Figures(line.side, line.account, line.amount, line.currency)


def _is_wrong(key: str, keys: Collection[str], keeps_keys: bool) -> bool:
    if not keys or key in keys:
        return False
    return keeps_keys or not any(whole.startswith(key) for whole in keys)


def differences(
    entry: JournalEntry, booked: Iterable[BookedLine], keys: Collection[str] = (), *, keeps_keys: bool = False
) -> list[Sentence]:
    """The same in sentences for a log: what the ERP lacks, what it has besides, what does not count, what else."""
    return sentences(line_differences(entry, booked, keys, keeps_keys=keeps_keys), entry.currency)


def sentences(found: Collection[LineDifference], currency: str) -> list[Sentence]:
    """Differences of an entry's lines in sentences for a log, alike ones counted; empty where there are none."""
    changed = [one for one in found if one.code not in (Code.OUTSIDE, Code.KEY)]
    lacking = Counter(one.posted for one in changed if one.posted)
    strange = Counter(one.booked for one in changed if one.booked)
    outside = Counter((one.posted, one.outside) for one in found if one.code is Code.OUTSIDE and one.posted)
    return [
        *(Sentence("the ERP lacks {line}", line=_named(*missing, currency)) for missing in sorted(lacking.items())),
        *(
            Sentence("the ERP has {line}, which was not posted", line=_named(*added, currency))
            for added in sorted(strange.items())
        ),
        *(
            Sentence(
                "the ERP keeps {line} with type {type}, outside the balances: it is not booked",
                line=_named(line, times, currency),
                type=kind,
            )
            for (line, kind), times in sorted(outside.items())
        ),
        *(
            Sentence("the ERP has another key at {line} than was sent", line=_named(one.posted, 1, currency))
            for one in found
            if one.code is Code.KEY and one.posted
        ),
    ]


def amounts_apart(found: Iterable[LineDifference]) -> list[Sentence]:
    """Of each line that only has another amount: both amounts, and how far they are apart."""
    return [
        Sentence("{posted} against {booked}: {size}", posted=one.posted.amount, booked=one.booked.amount,
                 size=abs(one.size))
        for one in found
        if one.code is Code.AMOUNT and one.posted and one.booked
    ]  # fmt: skip


def _named(line: Figures, times: int, currency: str) -> Sentence:
    named = line.__str__()
    if line.currency != currency:
        named = Sentence("{line} in currency {currency}", line=named, currency=line.currency)
    return Sentence("{line} ({times} times)", line=named, times=times) if times > 1 else named
