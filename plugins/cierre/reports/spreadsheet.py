"""The journal as a spreadsheet: XLSX with lines, documents and balances; CSV with the lines.

A line names its entry and the ERP's document; a document's row names the line it stands behind.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from cierre.bookkeeping.journal import Line, Side
from cierre.ledger.journal import StandingEntry
from cierre.reports import cells
from cierre.reports.accounts import AccountNames
from cierre.reports.cells import Cell
from cierre.reports.workbook import Workbook

LINES = ("entry_date", "business_date", "box", "entry", "erp_document", "reverses", "line", "account", "account_name",
         "cost_centre", "item", "value_class", "entities", "debit", "credit", "currency", "foreign_amount",
         "foreign_currency", "history", "documents")  # fmt: skip
DOCUMENTS = ("entry", "line", "document", "reference", "component", "amount", "currency", "place", "snapshot")
BALANCES = ("account", "account_name", "currency", "debit", "credit", "balance")


def write_csv(path: Path, entries: Iterable[StandingEntry], names: AccountNames, *, comma: bool) -> None:
    """The lines of all entries, UTF-8 with a byte order mark (so that spreadsheets see it), for people who write a
    decimal ``comma`` or a point."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        cells.write_csv(file, [LINES], comma)
        for standing in entries:
            cells.write_csv(file, _lines(standing, names), comma)


def write_xlsx(path: Path, entries: Iterable[StandingEntry], names: AccountNames) -> None:
    """Three sheets: lines, the documents behind them, and each account's balance. Raises ValueError, with a sentence,
    where there are more documents than a sheet holds."""
    balances: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    with Workbook(path) as workbook:
        lines, documents = workbook.sheet("Lines", LINES), workbook.sheet("Documents", DOCUMENTS)
        for standing in entries:
            lines.add(_lines(standing, names))
            documents.add(_documents(standing))
            for line in standing.entry.lines:
                balances[line.account, standing.entry.currency][line.side is Side.CREDIT] += line.amount
        workbook.sheet("Balances", BALANCES).add(
            (account, names.title(account), currency, debit, credit, debit - credit)
            for (account, currency), (debit, credit) in sorted(balances.items())
        )


def _lines(standing: StandingEntry, names: AccountNames) -> Iterator[tuple[Cell, ...]]:
    entry = standing.entry
    above = (
        standing.entry_date,
        entry.business_date,
        entry.box,
        standing.key,
        standing.erp_document,
        standing.reverses,
    )
    for number, line in enumerate(entry.lines, start=1):
        yield (*above, number, line.account, names.title(line.account), *_codes(line), *_sides(line), entry.currency,
               *reversed(line.foreign or (None, None)), line.history, len(line.sources))  # fmt: skip


def _codes(line: Line) -> tuple[str, ...]:
    return line.cost_centre, line.item, line.value_class, " ".join(f"{number}={code}" for number, code in line.entities)


def _sides(line: Line) -> tuple[Decimal | None, Decimal | None]:
    return (line.amount, None) if line.side is Side.DEBIT else (None, line.amount)


def _documents(standing: StandingEntry) -> Iterator[tuple[Cell, ...]]:
    for number, line in enumerate(standing.entry.lines, start=1):
        for source in line.sources:
            place, reference = standing.rows[source.document_key]
            yield (standing.key, number, source.document_key, reference, source.component, source.amount,
                   standing.entry.currency, place, standing.sha256)  # fmt: skip
