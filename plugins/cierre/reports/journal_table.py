"""The journal that waits for an approval, as tables in Markdown, in the language that is spoken now."""

import re
from collections.abc import Iterable, Iterator

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


def _table(entry: JournalEntry) -> Iterator[str]:
    lines = counted(len(entry.lines), "{n} line", "{n} lines")
    yield f"**{escaped(say(entry.name))}** · {money(entry.debit, entry.currency)} · {lines}\n"
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
