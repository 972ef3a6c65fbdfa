"""A box's day to take away: its tables as CSV, XLSX and PDF."""

import io
from collections.abc import Callable, Mapping
from typing import Any

from cierre.bookkeeping.read_back import Code
from cierre.bookkeeping.source_row import row_name
from cierre.language.regional import Regional
from cierre.reports import pdf, workbook
from cierre.reports.cells import write_csv
from cierre.reports.tables import Table, money


def tables(about: Mapping[str, Any], _: Regional) -> list[Table]:
    """The day's tables in the order in which the page shows them; ``about`` is what the page is made of."""
    forms, zone, currency = about["forms"], about["box"].zone, about["box"].currency
    sides = {"D": _("debit"), "C": _("credit")}
    return [
        Table(
            _("From source to ERP"),
            [_("Stage"), _("Documents"), _("Money"), _("Agrees")],
            [
                [
                    " ".join(filter(None, [_stage(s.name, about, _), s.currency])), s.rows,
                    money(s.net, s.currency or currency), _("yes") if s.agrees else _("NO"),
                ]
                for s in about["figures"].stages
            ],
        ),
        Table(
            _("Money by form of payment"),
            [_("Kind"), _("Form"), _("Documents"), _("Money")],
            [
                [
                    _(row.kind.replace("_", " ")), _in_other(forms.get(row.form, row.form), row.currency, currency),
                    row.staged.count, money(row.staged.net, row.currency or currency),
                ]
                for row in about["figures"].forms
                if row.staged
            ],
        ),
        Table(
            _("Journal"),
            [_("Entry"), _("Date"), _("Account"), _("Cost centre"), _("Text"), _("Side"), _("Amount")],
            [
                [
                    line.entry_key, line.entry_date, line.account, line.cost_centre, line.history,
                    sides[line.side], money(line.amount, currency),
                ]
                for line in about["lines"]
            ],
        ),
        Table(
            _("In the ERP"),
            [_("Entry"), _("Lot"), _("Sublot"), _("Document"), _("State"), _("Amount"), _("Sent"), _("Read back")],
            [
                [
                    a.entry_key, a.lot, a.sublot, a.document, _(a.state), money(a.total, currency),
                    _.instant(a.claimed_at, zone), _.instant(a.verified_at, zone) if a.verified_at else "",
                ]
                for a in about["attempts"]
            ],
        ),
        Table(
            _("Quarantined rows"),
            [_("Place"), _("Reason"), _("Message"), _("Money")],
            [
                [
                    _in_other(_(row_name(row.place)), row.currency, currency), _(row.reason.replace("_", " ")),
                    _(row.message), money(row.net, row.currency or currency),
                ]
                for row in about["quarantined"]
            ],
        ),
        Table(
            _("Otherwise in the ERP"),
            [_("Document"), _("Account"), _("Text"), _("Posted"), _("In the ERP"), _("Difference"), _("What")],
            [
                [
                    f"{row.lot}/{row.sublot}/{row.document}", row.account or row.booked_account, row.history,
                    money(row.amount, currency), money(row.booked_amount, currency), money(row.size, currency),
                    _(Code(row.code).word),
                ]
                for row in about["line_differences"]
            ],
        ),
    ]  # fmt: skip


def _in_other(name: str, own: str | None, currency: str) -> str:
    """A name, with the currency of its money where that is not the box's."""
    return f"{name} ({own})" if own and own != currency else name


def _stage(name: str, about: Mapping[str, Any], _: Regional) -> str:
    """The name of a stage; the ERP's says on what evidence."""
    return f"{_(name)}, {_(about['evidence'].grade)}" if name == "ERP" and about["evidence"] else _(name)


def _evidence(about: Mapping[str, Any], _: Regional) -> str:
    """On what evidence the ERP is known to hold the day, since when, and what that proves."""
    grade, since = about["evidence"]
    return f"{_('ERP')}: {_(grade)}, {_.instant(since, about['box'].zone)} ({_(grade.meaning)})"


def _title(about: Mapping[str, Any], _: Regional) -> str:
    return f"{about['box'].name} · {_.day(about['day'])}"


def as_csv(about: Mapping[str, Any], _: Regional) -> tuple[bytes, str]:
    """The journal's lines, as spreadsheets of the reader's country open them (separators, byte order mark)."""
    journal = tables(about, _)[2]
    text = io.StringIO()
    write_csv(text, [journal.head, *journal.rows], comma=_.decimal_mark == ",")
    return text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8"


def as_xlsx(about: Mapping[str, Any], _: Regional) -> tuple[bytes, str]:
    """All tables, a sheet each; money as numbers, shown with the decimals of the box's currency."""
    content = io.BytesIO()
    with workbook.Workbook(content) as book:
        for table in tables(about, _):
            book.table(table)
    return content.getvalue(), workbook.MEDIA_TYPE


def as_pdf(about: Mapping[str, Any], _: Regional) -> tuple[bytes, str]:
    """All tables that have rows on A4, with the day's state and a place to sign."""
    paper = pdf.Paper(_title(about, _), _)
    paper.line(f"{about['company']} · {about['box'].currency} · {_(about['state'].word)}")
    if about["evidence"]:
        paper.line(_evidence(about, _))
    for table in tables(about, _):
        paper.table(table)
    paper.place_to_sign()
    return paper.content(), pdf.MEDIA_TYPE


WRITERS: Mapping[str, Callable[[Mapping[str, Any], Regional], tuple[bytes, str]]] = {
    "csv": as_csv,
    "xlsx": as_xlsx,
    "pdf": as_pdf,
}
"""By the file's ending: each returns the content and its media type."""
