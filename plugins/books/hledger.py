"""The journal as hledger reads it. Pure.

An entry in the ERP is marked ``*`` and has the ERP's document as its code, one on its way there ``!``.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from bookkeeping.journal import Side
from bookkeeping.money import DECIMALS
from books.accounts import AccountNames
from books.dimensions import dimensions
from store.journal import StandingEntry


def journal(entries: Iterable[StandingEntry], names: AccountNames, *, title: str, first: date) -> Iterator[str]:
    """The lines of an hledger file: entries from ``first`` on as a stream, then the accounts and currencies used."""
    yield f"; {title}, from {first}"
    currencies: set[str] = set()
    for standing in entries:
        currencies.add(standing.entry.currency)
        yield ""
        yield from _transaction(standing, names)
    yield ""
    yield from (f"commodity 1000.{'0' * DECIMALS[currency]} {currency}" for currency in sorted(currencies))
    yield from (f"account {name}  ; code:{code}" for code, name in names.used.items())


def _transaction(standing: StandingEntry, names: AccountNames) -> Iterator[str]:
    entry = standing.entry
    state = f"* ({standing.erp_document})" if standing.erp_document else "!"
    what = f"Reversal of {standing.reverses}" if standing.reverses else f"Cash day {entry.business_date}"
    yield f"{standing.entry_date} {state} {what.replace(';', ' ')}  ; box:{entry.box}, entry:{standing.key}"
    yield f"    ; business_date:{entry.business_date}, revision:{standing.revision}, snapshot:{standing.sha256}"
    for line in entry.lines:
        amount = line.amount if line.side is Side.DEBIT else -line.amount
        tags = "".join(f", {name}:{code}" for name, code in dimensions(line).items())
        yield f"    {names[line.account]}  {amount} {entry.currency}  ; {line.history.replace(',', ' ')}{tags}"
        for source in line.sources:
            place, reference = standing.rows[source.document_key]
            yield f"    ; {place} {reference} {source.component} {source.amount}"
