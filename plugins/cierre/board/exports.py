"""A box's day to take away: its tables as CSV, XLSX and PDF."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import xlsxwriter
from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace, TTFFont

from cierre.bookkeeping.money import DECIMALS
from cierre.bookkeeping.read_back import Code
from cierre.language.regional import Regional
from cierre.reports.cells import Cell, text_cell, write_csv
from cierre.reports.one_line import one_line

FONTS = Path(__file__).parent / "fonts"
FONT = "DejaVu Sans Condensed"
"""Of the PDF, in it: Latin, Greek, Cyrillic, Arabic, Hebrew, currencies, arrows, mathematics."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the day: its title, its headings, its rows."""

    title: str
    head: list[str]
    rows: list[list[Cell]]


def tables(about: Mapping[str, Any], _: Regional) -> list[Table]:
    """The day's tables in the order in which the page shows them; ``about`` is what the page is made of."""
    forms, zone = about["forms"], about["box"].zone
    sides = {"D": _("debit"), "C": _("credit")}
    return [
        Table(
            _("From source to ERP"),
            [_("Stage"), _("Documents"), _("Money"), _("Agrees")],
            [
                [_stage(s.name, about, _), s.rows, s.net, _("yes") if s.agrees else _("NO")]
                for s in about["figures"].stages
            ],
        ),
        Table(
            _("Money by form of payment"),
            [_("Kind"), _("Form"), _("Documents"), _("Money")],
            [
                [_(row.kind.replace("_", " ")), forms.get(row.form, row.form), row.staged.count, row.staged.net]
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
                    sides[line.side], line.amount,
                ]
                for line in about["lines"]
            ],
        ),
        Table(
            _("In the ERP"),
            [_("Entry"), _("Lot"), _("Sublot"), _("Document"), _("State"), _("Amount"), _("Sent"), _("Read back")],
            [
                [
                    a.entry_key, a.lot, a.sublot, a.document, _(a.state), a.total, _.instant(a.claimed_at, zone),
                    _.instant(a.verified_at, zone) if a.verified_at else "",
                ]
                for a in about["attempts"]
            ],
        ),
        Table(
            _("Quarantined rows"),
            [_("Place"), _("Reason"), _("Message"), _("Money")],
            [[row.place, _(row.reason.replace("_", " ")), _(row.message), row.net] for row in about["quarantined"]],
        ),
        Table(
            _("Otherwise in the ERP"),
            [_("Document"), _("Account"), _("Text"), _("Posted"), _("In the ERP"), _("Difference"), _("What")],
            [
                [
                    f"{row.lot}/{row.sublot}/{row.document}", row.account or row.booked_account, row.history,
                    row.amount, row.booked_amount, row.size, _(Code(row.code).word),
                ]
                for row in about["line_differences"]
            ],
        ),
    ]  # fmt: skip


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
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        text, day = (
            book.add_format({"num_format": "@", "quote_prefix": True}),
            book.add_format({"num_format": "yyyy-mm-dd"}),
        )
        decimals = DECIMALS[about["box"].currency]
        money = book.add_format({"num_format": "#,##0" + ("." + "0" * decimals if decimals else "")})
        for table in tables(about, _):
            sheet = book.add_worksheet(table.title[:31])
            sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # codes are texts
            sheet.write_row(0, 0, table.head, bold)
            for number, row in enumerate(table.rows, start=1):
                for column, cell in enumerate(row):
                    if isinstance(cell, Decimal):
                        sheet.write_number(number, column, cell, money)
                    elif isinstance(cell, int):
                        sheet.write_number(number, column, cell)
                    elif isinstance(cell, date):
                        sheet.write_datetime(number, column, cell, day)
                    else:
                        sheet.write_string(number, column, text_cell(cell or ""), text)
            sheet.freeze_panes(1, 0)
            sheet.autofit()
    return content.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_pdf(about: Mapping[str, Any], _: Regional) -> tuple[bytes, str]:
    """All tables that have rows on A4, with the day's state and a place to sign."""
    pdf = FPDF(format="A4")
    pdf.add_font(FONT, "", FONTS / "DejaVuSansCondensed.ttf")
    pdf.add_font(FONT, "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
    pdf.set_title(_title(about, _))
    pdf.set_auto_page_break(True, margin=15)
    pdf.add_page()
    _pdf_line(pdf, _title(about, _), "B", 14)
    _pdf_line(pdf, f"{about['company']} · {about['box'].currency} · {_(about['state'].word)}", "", 9)
    if about["evidence"]:
        _pdf_line(pdf, _evidence(about, _), "", 9)
    for table in tables(about, _):
        if table.rows:
            _pdf_table(pdf, table, _, about["box"].currency)
    pdf.ln(14)
    pdf.set_font(FONT, size=9)
    pdf.cell(80, text=_printable(pdf, _("Checked by")), border="T")
    pdf.cell(20)
    pdf.cell(60, text=_printable(pdf, _("Date")), border="T")
    return bytes(pdf.output()), "application/pdf"


def _pdf_line(pdf: FPDF, text: str, style: str, size: int) -> None:
    pdf.set_font(FONT, style, size)
    pdf.multi_cell(0, text=_printable(pdf, text), new_x="LMARGIN", new_y="NEXT")


def _pdf_table(pdf: FPDF, table: Table, _: Regional, currency: str) -> None:
    pdf.ln(5)
    _pdf_line(pdf, table.title, "B", 10)
    pdf.set_font(FONT, size=7)
    texts = [[_printable(pdf, _pdf_text(cell, _, currency)) for cell in row] for row in table.rows]
    widest = [max(map(len, column)) for column in zip(table.head, *texts, strict=True)]
    right = [isinstance(cell, Decimal | int) for cell in table.rows[0]]
    with pdf.table(
        col_widths=[min(max(width, 6), 42) for width in widest],
        text_align=tuple("RIGHT" if number else "LEFT" for number in right),
        borders_layout=TableBordersLayout.SINGLE_TOP_LINE,
        headings_style=FontFace(emphasis="BOLD"),
        line_height=4,
    ) as drawn:
        for row in [table.head, *texts]:
            drawn.row(row)


def _pdf_text(cell: Cell, _: Regional, currency: str) -> str:
    return _.money(cell, currency) if isinstance(cell, Decimal) else "" if cell is None else str(cell)


def _printable(pdf: FPDF, text: str) -> str:
    """A text on one line in which each character that the font has not (Chinese, emoji) is told by its number."""
    # Of a font that is embedded, as the only one here is.
    known = cast(TTFFont, pdf.current_font).cmap
    return "".join(one if ord(one) in known else f"[U+{ord(one):04X}]" for one in one_line(text))


WRITERS: Mapping[str, Callable[[Mapping[str, Any], Regional], tuple[bytes, str]]] = {
    "csv": as_csv,
    "xlsx": as_xlsx,
    "pdf": as_pdf,
}
"""By the file's ending: each returns the content and its media type."""
