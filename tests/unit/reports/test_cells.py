"""Cells: what a spreadsheet makes of a text is that text."""

import csv
import io
import re
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given, strategies as st
from python_calamine import CalamineWorkbook

from cierre.reports.cells import LONGEST, csv_cell, text_cell, write_csv


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "\u202e=1", "＝1+1", "-", "=",
        "0101", "000123", "1", "536200106", "12345678901234567890", "3E5", "1e10", "1,5", "1.234", "1.234,50",
        "(5)", "(1.234,50)", "9/2024", "12-2024", "9 PM", "10:30 PM", "1/2/24 3 PM",
        "5 %", "$ 5", "9/12", "06-09-2024", "2024-09-06", "1.1.01", "10:30", "mar-24", "3 ene", "ENE 2024", "TRUE",
        "verdadero",
    ],
)  # fmt: skip
@pytest.mark.parametrize("comma", [True, False])
def test_a_text_that_a_spreadsheet_takes_for_something_else_gets_an_apostrophe(text, comma):
    assert csv_cell(text, comma) == f"'{text_cell(text)}"


@pytest.mark.parametrize(
    "text",
    [
        "Caja", "Caja 164 06/09/2024 Efectivo", "1.1.01.001", "001-002-000000001", "008964/001/000001", "12 cajas",
        "ñ – €", "itb_caja_164|20240906|1|1", "CC-0101", "05=0101 06=2", "a, -5", "",
    ],
)  # fmt: skip
def test_any_other_text_stays_as_it_is(text):
    assert csv_cell(text, comma=True) == text


def test_amounts_are_numbers_in_the_readers_way_and_dates_are_dates():
    assert csv_cell(Decimal("-1234.50"), comma=True) == "-1234,50"
    assert csv_cell(Decimal("-1234.50"), comma=False) == "-1234.50"
    assert csv_cell(Decimal("1E+3"), comma=True) == "1000"
    assert csv_cell(date(2024, 9, 6), comma=True) == "2024-09-06"
    assert (csv_cell(7, comma=True), csv_cell(None, comma=True)) == ("7", "")


def test_a_text_is_no_formula_either_where_the_file_is_opened_with_another_separator():
    assert csv_cell("a;=1+1", comma=False) == "a;'=1+1"
    assert csv_cell("a,@x|-1", comma=True) == "a,'@x|'-1"


@given(st.lists(st.lists(st.text(), min_size=1, max_size=4), min_size=1, max_size=4), st.booleans())
def test_every_text_comes_back_in_its_own_cell_and_none_begins_like_a_formula(rows, comma):
    file = io.StringIO(newline="")
    write_csv(file, rows, comma)
    read = list(csv.reader(io.StringIO(file.getvalue(), newline=""), delimiter=";" if comma else ","))
    assert [[re.sub("(^|(?<=[,;|]))'", "", cell) for cell in row] for row in read] == [
        [re.sub("(^|(?<=[,;|]))'", "", text_cell(text)) for text in row] for row in rows
    ]
    assert not [cell for row in read for cell in row if re.match(r"\s*[=+\-@]", cell)]


@given(st.lists(st.text(), max_size=5))
def test_a_workbook_can_hold_every_text(texts):
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, text in enumerate(texts):
            assert sheet.write_string(row, 0, f"_{text_cell(text)}") == 0
    content.seek(0)
    read = CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()
    assert [row[0] for row in read] == [f"_{text_cell(text)}" for text in texts]


def test_a_text_longer_than_a_cell_ends_visibly():
    assert text_cell("x" * 40_000) == "x" * (LONGEST - 1) + "…"
    assert len(csv_cell("=" * 40_000, comma=True)) == LONGEST
