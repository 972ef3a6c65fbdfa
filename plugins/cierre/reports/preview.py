"""Preview: the journal that a day would make, as tables for people. Pure.

Documents are named by their place in the snapshot and their reference (an invoice's number); never by people's names.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from io import StringIO

from rich.console import Group, RenderableType

from cierre.accounting_files.snippet import snippet
from cierre.bookkeeping.chart import Chart
from cierre.bookkeeping.derive import Derivation
from cierre.bookkeeping.documents import Document, totals
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.problems import Problem
from cierre.bookkeeping.source_row import row_name
from cierre.language.say import amount_of, count, counted, money, say
from cierre.reports.dimensions import dimensions
from cierre.reports.plain_console import PlainConsole
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
    return Group(
        *(parts or [say("No document has money, so there is nothing to book.")]), _form_table(documents, mapping)
    )


def problem_table(problems: Sequence[Problem], mapping: AccountMapping) -> RenderableType:
    """Why a day cannot be booked, a row for each reason, and below it the lines that mend the mapping."""
    shown = WholeTable(say("Not booked: what mapping {mapping} cannot place", mapping=mapping.name))
    shown.add_column(say("Posting"))
    shown.add_column(say("Documents"), justify="right")
    shown.add_column(say("Money"), justify="right")
    shown.add_column(say("What is wrong"))
    for problem in problems:
        amount = money(problem.amount, problem.currency)
        shown.add_row(problem.posting, count(problem.count), amount, say(problem))
    return Group(shown, as_it_stands(snippet(mapping, problems)))


def as_text(renderable: RenderableType, width: int = WIDTH) -> str:
    """A table as plain text, of ``width`` characters a line where all of it has room in them."""
    page = StringIO()
    print_whole(PlainConsole(file=page, width=width, color_system=None, force_terminal=True), renderable)
    return page.getvalue().rstrip("\n")


def _entry_table(entry: JournalEntry, documents: Mapping[str, Document], chart: Chart, *, rows: bool) -> WholeTable:
    lines = counted(len(entry.lines), "{n} line", "{n} lines")
    title = say("{entry}: {total} in {lines}", entry=entry.name, total=money(entry.debit, entry.currency), lines=lines)
    shown = WholeTable(title, show_footer=True)
    shown.add_column(say("Line"), justify="right")
    shown.add_column(say("Account"), no_wrap=True)
    shown.add_column(say("Name"), footer=say("in all"))
    shown.add_column(say("Cost centre"))
    shown.add_column(say("Debit"), justify="right", no_wrap=True, footer=amount_of(entry.debit))
    shown.add_column(say("Credit"), justify="right", no_wrap=True, footer=amount_of(entry.credit))
    shown.add_column(say("Text"))
    shown.add_column(say("Documents"))
    for number, line in enumerate(entry.lines, start=1):
        account = (chart.accounts or {}).get(line.account)
        name = account.name if account else ""
        sides = _sides(line, line.amount)
        shown.add_row(str(number), line.account, name, _codes(line), *sides, line.history, _counts(line, documents))
        for source in line.sources if rows else ():
            document = documents[source.document_key]
            reference = document.reference or say("(no number)")
            own = _sides(line, source.amount)
            place, part = say(row_name(document.place)), say(source.component.replace("_", " "))
            shown.add_row("", place, reference, "", *own, part, say(document.kind.replace("_", " ")), style="dim")
    return shown


def _sides(line: Line, amount: Decimal) -> tuple[str, str]:
    said = amount_of(amount)
    return (said, "") if line.side is Side.DEBIT else ("", said)


def _codes(line: Line) -> str:
    """The cost centre, then whatever else the line carries, by name."""
    codes = dimensions(line)
    own = [codes.pop("cost_centre")] if "cost_centre" in codes else []
    return " ".join([*own, *(f"{say(name.replace('_', ' '))} {code}" for name, code in codes.items())])


def _counts(line: Line, documents: Mapping[str, Document]) -> str:
    counts = Counter(documents[source.document_key].kind for source in line.sources)
    return ", ".join(counted(number, *kind.texts) for kind, number in counts.items())


def _form_table(documents: Sequence[Document], mapping: AccountMapping) -> WholeTable:
    shown = WholeTable(say("By form of payment"), show_footer=True)
    sums: dict[str, Decimal] = {}
    for document in documents:
        sums[document.currency] = sums.get(document.currency, Decimal(0)) + document.net
    shown.add_column(say("Kind"), footer=say("in all"))
    shown.add_column(say("Form"))
    shown.add_column(say("Documents"), justify="right", footer=count(len(documents)))
    shown.add_column(
        say("Net"), justify="right", footer="\n".join(money(total, code) for code, total in sorted(sums.items()))
    )
    by_currency = {code: [one for one in documents if one.currency == code] for code in sorted(sums)}
    for code, own in by_currency.items():
        for total in sorted(totals(own), key=lambda one: (one.kind, len(one.form), one.form)):
            kind, form = say(total.kind.replace("_", " ")), mapping.form_name(total.form)
            shown.add_row(kind, form, count(total.count), money(total.net, code))
    return shown
