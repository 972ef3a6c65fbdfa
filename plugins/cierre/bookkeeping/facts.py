"""What a person decides on before a day is posted: its books before and after by account, and the documents that make
the difference. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from cierre.bookkeeping.journal import JournalEntry, Side
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.second_look import Change
from cierre.bookkeeping.sentence import Sentence


class Why(StrEnum):
    """Why a document is booked otherwise than before."""

    SOURCE = "source"
    MAPPING = "mapping"
    EITHER = "either"

    @property
    def word(self) -> Sentence:
        """For people."""
        return _WORDS[self]


_WORDS = {
    Why.SOURCE: Sentence("the source tells it otherwise"),
    Why.MAPPING: Sentence("the mapping books it otherwise"),
    Why.EITHER: Sentence("the source or the mapping: both may have changed"),
}


class Basis(NamedTuple):
    """What books were made of: the hash of the source's answer, and the digest of the mapping."""

    source: str
    mapping: str


class Sums(NamedTuple):
    """What stands on the two sides of an account."""

    debit: Decimal = ZERO
    credit: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """Debits less credits."""
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class AccountFact:
    """An account in a currency (ISO 4217), in the books that stand in the ERP and in those that would replace them.
    ``name`` is empty where no chart of accounts names it."""

    account: str
    name: str
    currency: str
    before: Sums
    after: Sums

    @property
    def difference(self) -> Decimal:
        """By how much debits less credits are more than they were."""
        return self.after.net - self.before.net


@dataclass(frozen=True, slots=True)
class DocumentFact:
    """A document that is booked otherwise than before, and why. The change's ``before`` and ``after`` are the net money
    that the books have of it, in their currency; its ``fields`` the amounts that differ, else the accounts."""

    change: Change
    why: Why


@dataclass(frozen=True, slots=True)
class Facts:
    """What a person decides on. ``replaces``: whether the ERP holds earlier books of the day, which the new ones would
    take the place of; else ``documents`` is empty. ``documents_in_all`` are how many differ, where not all are named.
    """

    accounts: tuple[AccountFact, ...]
    replaces: bool
    documents: tuple[DocumentFact, ...] = ()
    documents_in_all: int = 0

    @property
    def changed(self) -> tuple[AccountFact, ...]:
        """The accounts on which the two books differ."""
        return tuple(one for one in self.accounts if one.difference)

    @property
    def unchanged(self) -> tuple[AccountFact, ...]:
        """Those that come to the same in both."""
        return tuple(one for one in self.accounts if not one.difference)

    @property
    def more_documents(self) -> int:
        """How many documents differ that are not named."""
        return self.documents_in_all - len(self.documents)

    @property
    def totals(self) -> dict[str, Sums]:
        """What the new books come to on both sides, by currency."""
        totals: dict[str, Sums] = defaultdict(Sums)
        for one in self.accounts:
            if any(one.after):
                of = totals[one.currency]
                totals[one.currency] = Sums(of.debit + one.after.debit, of.credit + one.after.credit)
        return dict(totals)


def account_facts(
    before: Iterable[JournalEntry], after: Iterable[JournalEntry], names: Mapping[str, str]
) -> tuple[AccountFact, ...]:
    """Every account that either of the books has, currency by currency; ``names`` are the accounts' by their codes."""
    was, will_be = _sums(before), _sums(after)
    return tuple(
        AccountFact(account, names.get(account, ""), currency, was[currency, account], will_be[currency, account])
        for currency, account in sorted({*was, *will_be})
    )


def why(change: Change, *, amounts_differ: bool, before: Collection[Basis], after: Basis) -> Why:
    """Why a document is booked otherwise: what both books were made of says it, where only one of the two changed."""
    same_source = {one.source for one in before} == {after.source}
    same_mapping = {one.mapping for one in before} == {after.mapping}
    if same_mapping and not same_source:
        return Why.SOURCE
    if same_source and not same_mapping:
        return Why.MAPPING
    was_there_and_is = change.before is not None and change.after is not None
    return Why.SOURCE if not same_source and was_there_and_is and amounts_differ else Why.EITHER


def _sums(entries: Iterable[JournalEntry]) -> dict[tuple[str, str], Sums]:
    sums: dict[tuple[str, str], Sums] = defaultdict(Sums)
    for entry in entries:
        for line in entry.lines:
            of = sums[entry.currency, line.account]
            if line.side is Side.DEBIT:
                sums[entry.currency, line.account] = of._replace(debit=of.debit + line.amount)
            else:
                sums[entry.currency, line.account] = of._replace(credit=of.credit + line.amount)
    return sums
