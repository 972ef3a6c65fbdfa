"""The journal as hledger reads it. Pure.

An entry in the ERP is marked ``*`` and has the ERP's document as its code, one on its way there ``!``.

What sources say stands only in comments, where hledger still reads ``name:value`` as a tag, ``date:`` and a date in
brackets as the posting's own date: a colon gets a blank before it there, and brackets become round ones.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from cierre.bookkeeping.journal import Side
from cierre.bookkeeping.money import DECIMALS
from cierre.ledger.journal import StandingEntry
from cierre.reports.accounts import AccountNames
from cierre.reports.dimensions import dimensions
from cierre.reports.one_line import one_line


def journal(entries: Iterable[StandingEntry], names: AccountNames, *, title: str, first: date) -> Iterator[str]:
    """The lines of an hledger file: entries from ``first`` on as a stream, then the accounts and currencies used."""
    yield f"; {_remark(title)}, from {first}"
    currencies: set[str] = set()
    for standing in entries:
        currencies.add(standing.entry.currency)
        yield ""
        yield from _transaction(standing, names)
    yield ""
    yield from (f"commodity 1000.{'0' * DECIMALS[currency]} {currency}" for currency in sorted(currencies))
    yield from (f"account {name}  ; {_tag('code', code)}" for code, name in names.used.items())


def _transaction(standing: StandingEntry, names: AccountNames) -> Iterator[str]:
    entry = standing.entry
    state = f"* ({_code(standing.erp_document)})" if standing.erp_document else "!"
    what = f"Reversal of {standing.reverses}" if standing.reverses else f"Cash day {entry.business_date}"
    tags = f"{_tag('box', entry.box)}, {_tag('entry', standing.key)}"
    more = f"business_date:{entry.business_date}, revision:{standing.revision}, {_tag('snapshot', standing.sha256)}"
    yield f"{standing.entry_date} {state} {_description(what)}  ; {tags}"
    yield f"    ; {more}"
    for line in entry.lines:
        amount = line.amount if line.side is Side.DEBIT else -line.amount
        said = ", ".join([_remark(line.history), *(_tag(name, code) for name, code in dimensions(line).items())])
        yield f"    {names[line.account]}  {amount:f} {entry.currency}  ; {said}"
        for source in line.sources:
            place, reference = standing.rows[source.document_key]
            yield f"    ; {_remark(f'{place} {reference} {source.component} {source.amount:f}')}"


def _remark(text: str) -> str:
    """A text for a comment in which hledger finds neither a tag nor a date."""
    return one_line(text).replace("[", "(").replace("]", ")").replace(":", " :")


def _tag(name: str, value: str) -> str:
    """A tag; a comma would end its value."""
    return f"{name}:{_remark(value).replace(',', ' ')}"


def _description(text: str) -> str:
    """A text for a transaction's first line: what follows a semicolon is a comment, what precedes a bar the payee."""
    return one_line(text).replace(";", " ").replace("|", "-")


def _code(text: str) -> str:
    return one_line(text).replace("(", "-").replace(")", "-")
