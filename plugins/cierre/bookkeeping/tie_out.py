"""The month's tie-out: what was posted into a month of the ERP, beside what the ERP holds of it. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from cierre.bookkeeping.days import last_of_month, refused_range
from cierre.bookkeeping.journal import Side
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.read_back import BookedLine
from cierre.bookkeeping.sentence import Sentence


class State(StrEnum):
    """How a month of a tenant stands. Nothing but the ERP's own lines makes it tied out."""

    TIED_OUT = "tied out"
    DIFFERS = "does not tie out"
    OUTDATED = "posted to since"
    NOT_KNOWN = "not known"

    @property
    def word(self) -> Sentence:
        """For people."""
        return _STATES[self][0]

    @property
    def meaning(self) -> Sentence:
        """What it proves, and what not."""
        return _STATES[self][1]


_STATES = {
    State.TIED_OUT: (
        Sentence("tied out"),
        Sentence("on every account the ERP holds of our lots what was posted, document by document"),
    ),
    State.DIFFERS: (
        Sentence("does not tie out"),
        Sentence("the ERP holds something else of our lots than was posted"),
    ),
    State.OUTDATED: (
        Sentence("posted to since the tie-out"),
        Sentence("something was posted into the month after it was tied out; it is read again at night"),
    ),
    State.NOT_KNOWN: (
        Sentence("tie-out not known"),
        Sentence("the ERP does not say what it holds; that it acknowledged the entries proves no balance"),
    ),
}


class Code(StrEnum):
    """What is otherwise of a document: the first four are of our lots, FOREIGN is of another lot."""

    CHANGED = "changed"
    OUTSIDE = "outside"
    GONE = "gone"
    ADDED = "added"
    FOREIGN = "foreign"

    @property
    def word(self) -> Sentence:
        """For people."""
        return _CODES[self]


_CODES = {
    Code.CHANGED: Sentence("another amount"),
    Code.OUTSIDE: Sentence("kept outside the balances: not booked"),
    Code.GONE: Sentence("the document is not in the ERP any more"),
    Code.ADDED: Sentence("a document that was not posted from here"),
    Code.FOREIGN: Sentence("entry of another lot on an account of money"),
}


class ErpDocument(NamedTuple):
    """Where a document stands in a tenant's books, and its number there."""

    entry_date: date
    lot: str
    sublot: str
    document: str

    def __str__(self) -> str:
        return f"{self.entry_date:%d/%m/%Y} {self.lot}/{self.sublot}/{self.document}"


class HeldLine(NamedTuple):
    """A line that the ERP holds, in its document. Its history and key are empty: nobody asked for them."""

    document: ErpDocument
    line: BookedLine


class PostedBalance(NamedTuple):
    """What a document of ours put on an account, debits less credits."""

    document: ErpDocument
    account: str
    currency: str
    balance: Decimal


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """An account's month in a currency, debits less credits: what was ``posted``, what the ERP holds of our lots
    (``erp``), and of all others (``other_lots``; None for an account that is none of money)."""

    account: str
    currency: str
    posted: Decimal
    erp: Decimal
    other_lots: Decimal | None

    @property
    def difference(self) -> Decimal:
        """By how much the ERP holds more than was posted."""
        return self.erp - self.posted

    @property
    def altogether(self) -> Decimal | None:
        """What the ERP holds of all lots; None for an account that is none of money."""
        return None if self.other_lots is None else self.erp + self.other_lots


@dataclass(frozen=True, slots=True)
class Finding:
    """A document's balance on an account that is otherwise in the ERP than posted, or of another lot on an account of
    money: ``posted`` is then nothing."""

    code: Code
    document: ErpDocument
    account: str
    currency: str
    posted: Decimal
    erp: Decimal

    @property
    def difference(self) -> Decimal:
        """By how much the ERP holds more than was posted."""
        return self.erp - self.posted

    def __str__(self) -> Sentence:
        values = {
            "document": self.document,
            "account": self.account,
            "currency": self.currency,
            "word": self.code.word,
            "posted": self.posted,
            "erp": self.erp,
            "difference": self.difference,
        }
        if self.code is Code.FOREIGN:
            return Sentence("account {account}, document {document}: {word}, {erp} {currency}", **values)
        return Sentence(
            "account {account}, document {document}: {word}; posted {posted} {currency}, in the ERP {erp}, difference"
            " {difference}",
            **values,
        )


@dataclass(frozen=True, slots=True)
class TieOut:
    """A month of a tenant by account, and each document that is otherwise, by account and document."""

    accounts: tuple[AccountTotal, ...]
    findings: tuple[Finding, ...]

    @property
    def state(self) -> State:
        """Tied out unless a document of our lots is otherwise. Entries of other lots are named, and may be right."""
        return State.DIFFERS if any(one.code is not Code.FOREIGN for one in self.findings) else State.TIED_OUT


MOST_DAYS = 2 * 366
"""Of the months that are tied out at once: each asks the ERP for all of its lines."""


def refused_months(first: date, last: date, today: date) -> Sentence | None:
    """Why the months from that of ``first`` to that of ``last`` are not tied out at once; None where they can be."""
    return refused_range(first.replace(day=1), last_of_month(last), last_of_month(today), MOST_DAYS)


def months(first: date, last: date) -> list[date]:
    """The first days of the months from that of ``first`` to that of ``last``, both inclusive; none where ``last`` is
    before."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def tie_out(
    posted: Iterable[PostedBalance],
    in_our_lots: Iterable[HeldLine],
    on_money_accounts: Iterable[HeldLine],
    *,
    lots: Collection[str],
    money_accounts: Collection[str],
    currencies: Collection[str],
) -> TieOut:
    """Compares a month of a tenant, document by document and account by account.

    ``posted`` is net of reversals as they stand there themselves; ``on_money_accounts`` may hold lines of our ``lots``
    again. Of a line that the ERP also says in further currencies, only those count in which its document was posted, or
    (of a document that was not posted from here) the tenant's ``currencies``. Pre-entries count nowhere.
    """
    ours = {(one.document, one.account, one.currency): one.balance for one in posted}
    posted_in: dict[ErpDocument, set[str]] = defaultdict(set)
    for document, _, currency in ours:
        posted_in[document].add(currency)
    own_lines = list(in_our_lots)
    others = [one for one in on_money_accounts if one.document.lot not in lots]
    theirs = _balances(_counted(own_lines, posted_in, currencies))
    foreign = _balances(one for one in _counted(others, posted_in, currencies) if one.line.account in money_accounts)
    counted = {document for document, *_ in theirs}
    standing = {one.document for one in own_lines}

    def code(document: ErpDocument) -> Code:
        if document not in posted_in:
            return Code.ADDED
        if document in counted:
            return Code.CHANGED
        return Code.OUTSIDE if document in standing else Code.GONE

    findings = [
        Finding(code(place[0]), *place, ours.get(place, ZERO), theirs.get(place, ZERO))
        for place in {**ours, **theirs}
        if ours.get(place, ZERO) != theirs.get(place, ZERO)
    ]
    findings += [Finding(Code.FOREIGN, *place, ZERO, amount) for place, amount in foreign.items() if amount]
    return TieOut(
        tuple(_account_totals(ours, theirs, foreign, money_accounts)),
        tuple(sorted(findings, key=lambda one: (one.code is Code.FOREIGN, one.document, one.account, one.currency))),
    )


_Place = tuple[ErpDocument, str, str]
"""Document, account, currency."""


def _counted(
    lines: Iterable[HeldLine], posted_in: Mapping[ErpDocument, Collection[str]], currencies: Collection[str]
) -> Iterator[HeldLine]:
    """The lines that count in the balances, each in one currency only."""
    by_line: dict[tuple[ErpDocument, str], list[HeldLine]] = defaultdict(list)
    for one in lines:
        if one.line.side is not None and not one.line.outside:
            by_line[one.document, one.line.line].append(one)
    for (document, _), same in by_line.items():
        known = posted_in.get(document, currencies)
        yield from [one for one in same if one.line.currency in known] or same


def _balances(lines: Iterable[HeldLine]) -> dict[_Place, Decimal]:
    sums: dict[_Place, Decimal] = defaultdict(Decimal)
    for document, line in lines:
        sums[document, line.account, line.currency] += line.amount if line.side is Side.DEBIT else -line.amount
    return dict(sums)


def _account_totals(
    ours: Mapping[_Place, Decimal],
    theirs: Mapping[_Place, Decimal],
    foreign: Mapping[_Place, Decimal],
    money_accounts: Collection[str],
) -> Iterator[AccountTotal]:
    sums = [_by_account(balances) for balances in (ours, theirs, foreign)]
    for account, currency in sorted({place for of_one in sums for place in of_one}):
        posted, erp, other = (of_one.get((account, currency), ZERO) for of_one in sums)
        yield AccountTotal(account, currency, posted, erp, other if account in money_accounts else None)


def _by_account(balances: Mapping[_Place, Decimal]) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (_, account, currency), amount in balances.items():
        sums[account, currency] += amount
    return sums
