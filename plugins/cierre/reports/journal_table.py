"""The journal that waits for an approval, as tables in Markdown, in the language that is spoken now."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from cierre.bookkeeping.journal import JournalEntry, Side
from cierre.language.say import counted, money, say

SHOWN_LINES = 100
"""Of an entry, in the request; the whole journal stands in the ledger."""


_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#!~&$+=^])")
_ADDRESS = re.compile(r"(https?:|www|@)", re.IGNORECASE)
_WORD_JOINER = "\N{WORD JOINER}"


def escaped(text: str) -> str:
    """A text of the books as Markdown that says it and nothing else: no link, picture, table or HTML can be in it.

    Readers make links of bare addresses even where their signs are escaped, so an invisible sign parts them.
    """
    line = " ".join(text.split()).replace("|", "/")
    return _ADDRESS.sub(rf"\1{_WORD_JOINER}", _MARKUP.sub(r"\\\1", line))


def markdown(entries: Iterable[JournalEntry]) -> str:
    """What would be posted: accounts, cost centres, amounts and histories."""
    return "\n\n".join("\n".join(_table(entry)) for entry in entries) or say("The day has no journal.")


def by_account(before: Iterable[JournalEntry], after: Iterable[JournalEntry]) -> str:
    """What entries come to by account, debits less credits: before, after, and the difference."""
    was, is_now = _balances(before), _balances(after)
    lines = [f"| {say('Account')} | {say('Before')} | {say('After')} | {say('Difference')} |", "|---|---:|---:|---:|"]
    for account in sorted({*was, *is_now}):
        amounts = (was[account], is_now[account], is_now[account] - was[account])
        lines.append(f"| {escaped(account)} | {' | '.join(say('{amount}', amount=amount) for amount in amounts)} |")
    return "\n".join(lines)


def _balances(entries: Iterable[JournalEntry]) -> dict[str, Decimal]:
    balances: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        for line in entry.lines:
            balances[line.account] += line.amount if line.side is Side.DEBIT else -line.amount
    return balances


def _table(entry: JournalEntry) -> Iterator[str]:
    lines = counted(len(entry.lines), "{n} line", "{n} lines")
    yield f"**{escaped(entry.name)}** · {money(entry.debit, entry.currency)} · {lines}\n"
    yield f"| {say('Account')} | {say('Cost centre')} | {say('Debit')} | {say('Credit')} | {say('Text')} |"
    yield "|---|---|---:|---:|---|"
    for line in entry.lines[:SHOWN_LINES]:
        amount = say("{amount}", amount=line.amount)
        debit, credit = (amount, "") if line.side is Side.DEBIT else ("", amount)
        account, cost_centre, history = map(escaped, (line.account, line.cost_centre, line.history))
        yield f"| {account} | {cost_centre} | {debit} | {credit} | {history} |"
    yield say("| | | **{debit}** | **{credit}** | |", debit=entry.debit, credit=entry.credit)
    if (left := len(entry.lines) - SHOWN_LINES) > 0:
        yield "\n" + say("… and {n} more lines, which stand in `ledger.line`.", n=left)
