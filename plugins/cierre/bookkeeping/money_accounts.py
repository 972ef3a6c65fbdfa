"""The accounts of money: those on which a mapping puts what comes into the tills, and nothing else."""

from collections.abc import Iterable, Iterator
from itertools import product

from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.rules import FromTable, Posting, Rule
from cierre.bookkeeping.takings import sign
from cierre.bookkeeping.vocabulary import SOURCES


def money_accounts(mappings: Iterable[AccountMapping]) -> frozenset[str]:
    """Cash, bank and clearing accounts, as the mappings say by the kinds of their documents.

    Such an account takes the net of a document whose money comes in (as a debit) or goes out (as a credit;
    cierre.bookkeeping.takings). One that takes any other amount too is none: an advance that pays for a sale is a form
    of payment, and a debt to the customer. Nor is one with a cost centre: that is a result.
    """
    money, other = set[str](), set[str]()
    for mapping in mappings:
        for kind, postings in mapping.postings.items():
            for posting in postings:
                for rule in posting.rules:
                    (money if _is_of_money(mapping, kind, posting, rule) else other).update(_accounts(mapping, rule))
        other.update([mapping.rounding.account] if mapping.rounding else [])
    return frozenset(money - other)


def accounts_of_form(mapping: AccountMapping, form: str) -> frozenset[str]:
    """The accounts on which a mapping may put money that comes in by a form of payment."""
    found = set[str]()
    for kind, postings in mapping.postings.items():
        for posting in postings:
            for rule in posting.rules:
                if form in rule.when.get("form", (form,)) and _is_of_money(mapping, kind, posting, rule):
                    found.update(_accounts(mapping, rule, form))
    return frozenset(found)


def _is_of_money(mapping: AccountMapping, kind: Kind, posting: Posting, rule: Rule) -> bool:
    """Whether a rule says where the money of documents goes that came in or went out."""
    shape = SOURCES[mapping.source][kind]

    def can_be(attribute: str) -> Iterable[str | None]:
        return rule.when.get(attribute) or shape.attributes.get(attribute) or (None,)

    signs = {sign(kind, *both) for both in product(can_be("sale_type"), can_be("returned"))}
    side = 1 if posting.side == "debit" else -1
    return posting.amount == "net" and side in signs and rule.cost_centre is None


def _accounts(mapping: AccountMapping, rule: Rule, form: str | None = None) -> Iterator[str]:
    """The accounts that a rule can give, of documents of a form of payment where one is named."""
    if isinstance(rule.account, FromTable):
        table = mapping.tables[rule.account.table]
        for value, account in table.values.items():
            if form is None or table.by != "form" or value == form:
                yield account
    else:
        yield rule.account
