"""What a person decides on, as tables in Markdown, in the language that is spoken now."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from cierre.bookkeeping.facts import DocumentFact, Facts
from cierre.language.say import counted, say
from cierre.reports.journal_table import escaped


def by_account(facts: Facts) -> str:
    """What would be posted, account by account; where it replaces other books, before, after and difference."""
    return "\n".join(_changes(facts) if facts.replaces else _first_books(facts))


def by_document(facts: Facts) -> str:
    """The documents that make the difference, each with why it is booked otherwise."""
    titles = (say("Document"), say("Before"), say("After"), say("Difference"), say("Why"))
    rows = [_row(titles), "|---|---:|---:|---:|---|", *map(_document, facts.documents)]
    if facts.more_documents:
        rows.append("\n" + say("… and {n} more documents that move less money.", n=facts.more_documents))
    return "\n".join(rows)


def _changes(facts: Facts) -> Iterator[str]:
    yield _row((say("Account"), say("Name"), say("Before"), say("After"), say("Difference"), say("Currency")))
    yield "|---|---|---:|---:|---:|---|"
    for one in facts.changed:
        amounts = map(_amount, (one.before.net, one.after.net, one.difference))
        yield f"| {escaped(one.account)} | {escaped(one.name)} | {' | '.join(amounts)} | {one.currency} |"
    if same := len(facts.unchanged):
        yield "\n" + counted(same, "{n} account comes to the same.", "{n} accounts come to the same.")


def _first_books(facts: Facts) -> Iterator[str]:
    yield _row((say("Account"), say("Name"), say("Debit"), say("Credit"), say("Currency")))
    yield "|---|---|---:|---:|---|"
    for one in facts.accounts:
        amounts = (_amount(amount) if amount else "" for amount in one.after)
        yield f"| {escaped(one.account)} | {escaped(one.name)} | {' | '.join(amounts)} | {one.currency} |"
    for currency, total in facts.totals.items():
        yield f"| | | **{_amount(total.debit)}** | **{_amount(total.credit)}** | {currency} |"


def _document(fact: DocumentFact) -> str:
    one = fact.change
    what = escaped(say("{what}: {kind} {number}", what=one.code.word, kind=say(one.kind.replace("_", " ")),
                       number=one.reference or one.document_key))  # fmt: skip
    amounts = ("" if amount is None else _amount(amount) for amount in (one.before, one.after, one.difference))
    return f"| {what} | {' | '.join(amounts)} | {escaped(say(fact.why.word))} |"


def _row(titles: Iterable[str]) -> str:
    return f"| {' | '.join(titles)} |"


def _amount(amount: Decimal) -> str:
    return say("{amount}", amount=amount)
