"""The journal that waits for an approval, as tables in Markdown, in the language that is spoken now."""

from collections.abc import Iterable, Iterator

from cierre.bookkeeping.journal import JournalEntry, Side
from cierre.language.say import counted, money, say

SHOWN_LINES = 100
"""Of an entry, in the request; the whole journal stands in the ledger."""


def markdown(entries: Iterable[JournalEntry]) -> str:
    """What would be posted: accounts, cost centres, amounts and histories."""
    return "\n\n".join("\n".join(_table(entry)) for entry in entries) or say("The day has no journal.")


def _table(entry: JournalEntry) -> Iterator[str]:
    lines = counted(len(entry.lines), "{n} line", "{n} lines")
    yield f"**{entry.name}** · {money(entry.debit, entry.currency)} · {lines}\n"
    yield f"| {say('Account')} | {say('Cost centre')} | {say('Debit')} | {say('Credit')} | {say('Text')} |"
    yield "|---|---|---:|---:|---|"
    for line in entry.lines[:SHOWN_LINES]:
        amount = say("{amount}", amount=line.amount)
        debit, credit = (amount, "") if line.side is Side.DEBIT else ("", amount)
        yield f"| {line.account} | {line.cost_centre} | {debit} | {credit} | {line.history.replace('|', '/')} |"
    yield say("| | | **{debit}** | **{credit}** | |", debit=entry.debit, credit=entry.credit)
    if (left := len(entry.lines) - SHOWN_LINES) > 0:
        yield "\n" + say("… and {n} more lines, which stand in `ledger.line`.", n=left)
