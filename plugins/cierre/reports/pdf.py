"""PDF files on A4 with the project's own font, numbered pages and tables."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import cast

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue
from fpdf.fonts import TTFFont

from cierre.language.language import Language
from cierre.reports.cells import Cell
from cierre.reports.one_line import one_line
from cierre.reports.tables import Table

MEDIA_TYPE = "application/pdf"

FONTS = Path(__file__).parent / "fonts"
FONT = "DejaVu Sans Condensed"
"""In the PDF itself: Latin, Greek, Cyrillic, Arabic, Hebrew, currencies, arrows, mathematics."""

_SMALL = 7
_LINE, _BETWEEN, _WIDEST = 4, 3, 60
"""Of a table, in millimetres: a line's height, the space beside a column's text, the widest text in one line."""
_MOST_LINES = 12
"""Of a cell: what a text has beyond them is left out, and marked so."""


class Paper:
    """A printed report; ``foot`` stands at the bottom of each page, beside its number."""

    def __init__(self, title: str, language: Language, foot: str = "", *, landscape: bool = False) -> None:
        self._pdf, self._language = _Numbered(foot, landscape=landscape), language
        self._pdf.set_title(title)
        self._pdf.add_page()
        self.line(title, bold=True, size=14)

    def line(self, text: str, *, bold: bool = False, size: int = 9) -> None:
        """A paragraph."""
        self._pdf.set_font(FONT, "B" if bold else "", size)
        self._pdf.multi_cell(0, text=printable(self._pdf, text), new_x="LMARGIN", new_y="NEXT")

    def table(self, table: Table) -> None:
        """A table with its title and totals; nothing where it has no rows."""
        if not (rows := list(table.rows)):
            return
        foot = list(table.foot)
        self._pdf.ln(5)
        self.line(table.title, bold=True, size=10)
        body, totals = ([list(map(self._text, row)) for row in some] for some in (rows, foot))
        _Drawn(self._pdf, table.head, [*body, *totals], _sides(rows)).draw(len(totals))

    def place_to_sign(self) -> None:
        """A line for a name and a line for a date."""
        _ = self._language
        self._pdf.ln(14)
        self._pdf.set_font(FONT, size=9)
        self._pdf.cell(80, text=printable(self._pdf, _("Checked by")), border="T")
        self._pdf.cell(20)
        self._pdf.cell(60, text=printable(self._pdf, _("Date")), border="T")

    def content(self) -> bytes:
        """The file."""
        return bytes(self._pdf.output())

    def _text(self, cell: Cell) -> str:
        if isinstance(cell, Decimal):
            return self._language("{amount}", amount=cell)
        if isinstance(cell, datetime):
            return f"{cell:%Y-%m-%d %H:%M}"
        return "" if cell is None else printable(self._pdf, str(cell))


class _Drawn:
    """A table as it is drawn. fpdf2's own takes ten times as long, which a month of lines has no time for."""

    def __init__(self, pdf: FPDF, head: Sequence[str], rows: Sequence[Sequence[str]], sides: Sequence[Align]) -> None:
        self._pdf, self._head, self._rows, self._sides = pdf, head, rows, sides
        pdf.set_font(FONT, "B", _SMALL)  # the wider of both, so that totals fit, too
        widest = [
            min(max(map(pdf.get_string_width, (heading, max(column, key=len)))), _WIDEST) + _BETWEEN
            for heading, column in zip(head, zip(*rows, strict=True), strict=True)
        ]
        self._widths = [width * pdf.epw / sum(widest) for width in widest]

    def draw(self, totals: int) -> None:
        """The headings, the rows, and the last so many of them heavy."""
        self._row(self._head, heavy=True)
        for number, row in enumerate(self._rows, start=1):
            self._row(row, heavy=number > len(self._rows) - totals)

    def _row(self, row: Sequence[str], *, heavy: bool) -> None:
        pdf = self._pdf
        pdf.set_font(FONT, "B" if heavy else "", _SMALL)
        cells = [self._lines(text, width) for text, width in zip(row, self._widths, strict=True)]
        height = _LINE * max(1, *map(len, cells))
        if pdf.get_y() + height > pdf.page_break_trigger:
            pdf.add_page()
            if row is not self._head:
                self._row(self._head, heavy=True)
                pdf.set_font(FONT, "B" if heavy else "", _SMALL)
        left, top = pdf.l_margin, pdf.get_y()
        pdf.line(left, top, left + pdf.epw, top)
        for lines, width, side in zip(cells, self._widths, self._sides, strict=True):
            for number, text in enumerate(lines):
                pdf.set_xy(left, top + number * _LINE)
                pdf.cell(width, _LINE, text, align=side)
            left += width
        pdf.set_xy(pdf.l_margin, top + height)

    def _lines(self, text: str, width: float) -> list[str]:
        if self._pdf.get_string_width(text) + _BETWEEN <= width:
            return [text] if text else []
        lines = cast(list[str], self._pdf.multi_cell(width, _LINE, text, dry_run=True, output=MethodReturnValue.LINES))
        return lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], "…"]


class _Numbered(FPDF):
    """A file of A4 pages whose feet have a text and the page's number."""

    def __init__(self, foot: str, *, landscape: bool) -> None:
        super().__init__(format="A4", orientation="L" if landscape else "P")
        self._foot = foot
        self.add_font(FONT, "", FONTS / "DejaVuSansCondensed.ttf")
        self.add_font(FONT, "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
        self.set_auto_page_break(True, margin=15)

    def footer(self) -> None:
        """What fpdf2 puts on each page."""
        self.set_y(-10)
        self.set_font(FONT, size=7)
        number = f"{self.page_no()} / {{nb}}"
        self.cell(self.epw - 20, text=printable(self, self._foot))
        self.cell(20, text=number, align="R")


def printable(pdf: FPDF, text: str) -> str:
    """A text on one line in which each character that the font has not (Chinese, emoji) is told by its number."""
    # Of a font that is embedded, as the only one here is.
    known = cast(TTFFont, pdf.current_font).cmap
    return "".join(one if ord(one) in known else f"[U+{ord(one):04X}]" for one in one_line(text))


def _sides(rows: Sequence[Sequence[Cell]]) -> list[Align]:
    """Numbers stand to the right."""
    return [
        Align.R if any(isinstance(cell, Decimal | int) for cell in column) else Align.L
        for column in zip(*rows, strict=True)
    ]
