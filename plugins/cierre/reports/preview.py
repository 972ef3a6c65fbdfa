"""Preview: the journal that a day would make, as tables for people. Pure.

Documents are named by their place in the snapshot and their reference (an invoice's number); never by people's names.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.markup import escape

from cierre.accounting_files.snippet import snippet
from cierre.bookkeeping.chart import Chart
from cierre.bookkeeping.counts import counted
from cierre.bookkeeping.derive import Derivation
from cierre.bookkeeping.documents import Document, totals
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.problems import Problem
from cierre.reports.dimensions import dimensions
from cierre.reports.whole import WholeTable, as_it_stands, print_whole

WIDTH = 150
"""Characters of a table where nobody looks on: a task's log, a file."""


def journal_table(
    derivation: Derivation,
    documents: Sequence[Document],
    mapping: AccountMapping,
    chart: Chart,
    *,
    rows: bool = False,
) -> RenderableType:
    """What ``documents`` make by ``mapping``: each entry's lines with the documents behind them, then the totals by
    form of payment; or, where there are problems, what is wrong and the lines that mend the mapping.

    ``rows`` lists every document behind each line, not just how many. Made for a console and, through ``as_text``,
    for a task's log.
    """
    if derivation.problems:
        return problem_table(derivation.problems, mapping)
    by_key = {document.key: document for document in documents}
    parts: list[RenderableType] = [_entry_table(entry, by_key, chart, rows=rows) for entry in derivation.entries]
    return Group(*(parts or ["No document has money, so there is nothing to book."]), _form_table(documents, mapping))


def problem_table(problems: Sequence[Problem], mapping: AccountMapping) -> RenderableType:
    """Why a day cannot be booked, a row for each reason, and below it the lines that mend the mapping."""
    title = f"Not booked: what mapping {escape(mapping.name)} cannot place"
    shown = WholeTable(title)
    shown.add_column("Posting")
    shown.add_column("Documents", justify="right")
    shown.add_column("Money", justify="right")
    shown.add_column("What is wrong")
    for problem in problems:
        amount = f"{problem.amount:,} {problem.currency}"
        shown.add_row(escape(problem.posting), f"{problem.count:,}", amount, escape(str(problem)))
    return Group(shown, as_it_stands(snippet(mapping, problems)))


def as_text(renderable: RenderableType, width: int = WIDTH) -> str:
    """A table as plain text, of ``width`` characters a line where all of it has room in them."""
    page = StringIO()
    print_whole(Console(file=page, width=width, highlight=False, color_system=None, force_terminal=True), renderable)
    return page.getvalue().rstrip("\n")


def _entry_table(entry: JournalEntry, documents: Mapping[str, Document], chart: Chart, *, rows: bool) -> WholeTable:
    title = f"{entry.name}: {entry.debit:,} {entry.currency} in {counted(len(entry.lines), 'line')}"
    shown = WholeTable(title, show_footer=True)
    shown.add_column("Line", justify="right")
    shown.add_column("Account", no_wrap=True)
    shown.add_column("Name", footer="in all")
    shown.add_column("Cost centre")
    shown.add_column("Debit", justify="right", no_wrap=True, footer=f"{entry.debit:,}")
    shown.add_column("Credit", justify="right", no_wrap=True, footer=f"{entry.credit:,}")
    shown.add_column("History")
    shown.add_column("Documents")
    for number, line in enumerate(entry.lines, start=1):
        account = (chart.accounts or {}).get(line.account)
        name, history = escape(account.name if account else ""), escape(line.history)
        sides = _sides(line, line.amount)
        shown.add_row(str(number), line.account, name, _codes(line), *sides, history, _counts(line, documents))
        for source in line.sources if rows else ():
            document = documents[source.document_key]
            reference = escape(document.reference or "(no number)")
            own = _sides(line, source.amount)
            shown.add_row("", escape(document.place), reference, "", *own, source.component, document.kind, style="dim")
    return shown


def _sides(line: Line, amount: Decimal) -> tuple[str, str]:
    return (f"{amount:,}", "") if line.side is Side.DEBIT else ("", f"{amount:,}")


def _codes(line: Line) -> str:
    """The cost centre, then whatever else the line carries, by name."""
    codes = dimensions(line)
    own = [codes.pop("cost_centre")] if "cost_centre" in codes else []
    return " ".join([*own, *(f"{name.replace('_', ' ')} {code}" for name, code in codes.items())])


def _counts(line: Line, documents: Mapping[str, Document]) -> str:
    counts = Counter(documents[source.document_key].kind for source in line.sources)
    return ", ".join(counted(count, kind.replace("_", " ")) for kind, count in counts.items())


def _form_table(documents: Sequence[Document], mapping: AccountMapping) -> WholeTable:
    shown = WholeTable("By form of payment", show_footer=True)
    sums: dict[str, Decimal] = {}
    for document in documents:
        sums[document.currency] = sums.get(document.currency, Decimal(0)) + document.net
    shown.add_column("Kind", footer="in all")
    shown.add_column("Form")
    shown.add_column("Documents", justify="right", footer=f"{len(documents):,}")
    shown.add_column(
        "Net", justify="right", footer="\n".join(f"{total:,} {code}" for code, total in sorted(sums.items()))
    )
    by_currency = {code: [one for one in documents if one.currency == code] for code in sorted(sums)}
    for code, own in by_currency.items():
        for total in sorted(totals(own), key=lambda one: (one.kind, len(one.form), one.form)):
            kind, form = total.kind.replace("_", " "), mapping.form_name(total.form)
            shown.add_row(kind, escape(form), f"{total.count:,}", f"{total.net:,} {code}")
    return shown
