"""The journal as Beancount reads it, and through it Fava and bean-query. Pure.

An entry in the ERP is flagged ``*``, one on its way there ``!``. Links lead to entries (``^itb_caja_164-20240906-1-1``)
and ERP documents (``^erp-20240906-008964-001-000001``), a tag to the box; metadata names the documents behind a line.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.ledger.journal import SourceRow, StandingEntry
from cierre.reports.accounts import AccountNames
from cierre.reports.dimensions import dimensions
from cierre.reports.one_line import one_line


def journal(entries: Iterable[StandingEntry], names: AccountNames, *, title: str, first: date) -> Iterator[str]:
    """The lines of a Beancount file: entries as a stream, then the accounts they use, opened on ``first``."""
    yield f'option "title" {_quoted(title)}'
    currencies: set[str] = set()
    for standing in entries:
        if standing.entry.currency not in currencies:
            currencies.add(standing.entry.currency)
            yield f'option "operating_currency" "{standing.entry.currency}"'
        yield ""
        yield from _transaction(standing, names)
    yield ""
    for code, name in names.used.items():
        yield f"{first} open {name}"
        yield f"  code: {_quoted(code)}"
        yield f"  name: {_quoted(names.title(code))}"


def _transaction(standing: StandingEntry, names: AccountNames) -> Iterator[str]:
    entry = standing.entry
    what = f"Reversal of {standing.reverses}" if standing.reverses else f"Cash day {entry.business_date}"
    flag = "*" if standing.erp_document else "!"
    tag_and_links = " ".join([f"#{_plain(entry.box)}", *_links(standing)])
    yield f"{standing.entry_date} {flag} {_quoted(entry.box)} {_quoted(what)} {tag_and_links}"
    yield f"  entry_key: {_quoted(standing.key)}"
    yield f"  business_date: {entry.business_date}"
    yield f"  revision: {standing.revision}"
    yield f"  erp_document: {_quoted(standing.erp_document)}"
    yield f"  snapshot: {_quoted(standing.sha256)}"
    for line in entry.lines:
        yield from _posting(line, entry, standing.rows, names)


def _links(standing: StandingEntry) -> Iterator[str]:
    yield f"^{_plain(standing.key)}"
    if standing.reverses:
        yield f"^{_plain(standing.reverses)}"
    if standing.erp_document:
        yield f"^erp-{standing.entry_date:%Y%m%d}-{_plain(standing.erp_document)}"


def _posting(line: Line, entry: JournalEntry, rows: Mapping[str, SourceRow], names: AccountNames) -> Iterator[str]:
    amount = line.amount if line.side is Side.DEBIT else -line.amount
    yield f"  {names[line.account]}  {amount:f} {entry.currency}"
    yield f"    history: {_quoted(line.history)}"
    for name, code in dimensions(line).items():
        yield f"    {name}: {_quoted(code)}"
    if line.foreign:
        yield f"    foreign: {line.foreign.amount:f} {line.foreign.currency}"
    for number, source in enumerate(line.sources, start=1):
        place, reference = rows[source.document_key]
        yield f"    row{number}: {_quoted(f'{place} {reference} {source.component} {source.amount:f}')}"


def _plain(key: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "-", key)


def _quoted(text: str) -> str:
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
