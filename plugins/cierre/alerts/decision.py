"""What a person decides on as mails show it: by account and by document, in the language that is spoken now."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from cierre.alerts.figures import CELL, RIGHT, Cell, table_of
from cierre.bookkeeping.facts import AccountFact, DocumentFact, Facts
from cierre.language.say import counted, money, say


def figures(facts: Facts) -> str:
    """The tables of a request for approval, as HTML."""
    if not facts.replaces:
        return table_of((say("Account"), say("Name"), say("Debit"), say("Credit")), _first_books(facts))
    accounts = (say("Account"), say("Name"), say("Before"), say("After"), say("Difference"))
    documents = (say("Document"), say("Before"), say("After"), say("Difference"), say("Why"))
    return table_of(accounts, _changes(facts)) + table_of(documents, _documents(facts))


def _changes(facts: Facts) -> Iterator[Iterable[Cell]]:
    yield from map(_account, facts.changed)
    if same := len(facts.unchanged):
        yield [(CELL, counted(same, "{n} account comes to the same.", "{n} accounts come to the same."))]


def _first_books(facts: Facts) -> Iterator[Iterable[Cell]]:
    for one in facts.accounts:
        yield [(CELL, one.account), (CELL, one.name), *(_amount(amount or None, one.currency) for amount in one.after)]
    for currency, total in facts.totals.items():
        yield [(CELL, ""), (CELL, ""), *(_amount(amount, currency) for amount in total)]


def _account(one: AccountFact) -> Iterable[Cell]:
    amounts = (one.before.net, one.after.net, one.difference)
    return [(CELL, one.account), (CELL, one.name), *(_amount(amount, one.currency) for amount in amounts)]


def _documents(facts: Facts) -> Iterator[Iterable[Cell]]:
    yield from map(_document, facts.documents)
    if facts.more_documents:
        yield [(CELL, say("… and {n} more documents that move less money.", n=facts.more_documents))]


def _document(fact: DocumentFact) -> Iterable[Cell]:
    one = fact.change
    kind = say(one.kind.replace("_", " "))
    what = say("{what}: {kind} {number}", what=one.code.word, kind=kind, number=one.reference or one.document_key)
    amounts = (_amount(amount, one.currency) for amount in (one.before, one.after, one.difference))
    return [(CELL, what), *amounts, (CELL, say(fact.why.word))]


def _amount(amount: Decimal | None, currency: str) -> Cell:
    return (RIGHT, "" if amount is None else money(amount, currency))
