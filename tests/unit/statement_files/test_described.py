"""Tables of banks and acquirers, by the format that an accountant wrote: taken whole, or refused with every reason."""

import io
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given, strategies as st
from pydantic import ValidationError

from cierre.bookkeeping.money import AmountError
from cierre.bookkeeping.statements.certificate import claims
from cierre.bookkeeping.statements.format import AcquirerFormat, BankFormat, date_pattern, read_date
from cierre.statement_files import sheets, tables
from cierre.statement_files.described import plain_number, read_settlement, read_statement
from cierre.statement_files.faults import StatementFileError

COLUMNS = {"booked": "Fecha", "text": "Concepto", "reference": "Documento", "debit": "Debe", "credit": "Haber"}
BANK = {
    "name": "banco",
    "kind": "bank",
    "account": "22",
    "file": "csv",
    "separator": ";",
    "skip_rows": "1",
    "currency": "USD",
    "decimal_mark": ",",
    "date_format": "dd/mm/yyyy",
    "columns": {**COLUMNS, "balance": "Saldo"},
    "channels": [{"name": "redcard", "contains": "redcard"}],
}
HEAD = "Banco de prueba\nFecha;Concepto;Documento;Debe;Haber;Saldo\n"
ROWS = "03/03/2025;REDCARD LIQ;000123;;1.234,50;2.234,50\n04/03/2025;Comisión;;4,50;;2.230,00\n"


def table(**changed):
    return BankFormat.model_validate({**BANK, **changed})


def refusal(content, of=None):
    with pytest.raises(StatementFileError) as refused:
        read_statement(content if isinstance(content, bytes) else content.encode(), of or table())
    return str(refused.value)


def test_a_statement_with_its_certificate():
    read = read_statement((HEAD + ROWS).encode(), table())
    assert [line.amount for line in read.lines] == [Decimal("1234.50"), Decimal("-4.50")]
    assert (read.opening, read.closing) == (Decimal("1000.00"), Decimal("2230.00"))
    assert (read.first, read.last) == (date(2025, 3, 3), date(2025, 3, 4))
    assert [line.channel for line in read.lines] == ["redcard", ""]
    assert all(claim.holds for claim in claims(read))


def test_a_row_that_is_missing_breaks_the_balance():
    rows = ROWS.splitlines()
    told = refusal(f"{HEAD}{rows[0]}\n05/03/2025;Comisión;;4,50;;2.000,00\n")
    assert told.startswith("row 4: the balance is 2000.00, and the rows come to 2230.00")


@pytest.mark.parametrize("amounts", [{}, {"amount": "Importe"}])
def test_a_row_that_tells_only_the_balance_moves_nothing_where_the_balances_agree(amounts):
    columns = {"booked": "Fecha", "text": "Concepto", "balance": "Saldo"}
    columns |= amounts or {"debit": "Debe", "credit": "Haber"}
    head = HEAD.replace("Debe;Haber", "Importe;Nada") if amounts else HEAD
    start, moved = "03/03/2025;SALDO INICIAL;;;;1.000,00\n", "03/03/2025;x;;-5,00;;995,00\n"
    moved = moved if amounts else moved.replace("-5,00", "5,00")
    read = read_statement((head + start + moved).encode(), table(columns=columns))
    assert [line.amount for line in read.lines] == [Decimal(0), Decimal("-5.00")]
    assert (read.opening, read.closing) == (Decimal("1000.00"), Decimal("995.00"))
    lost = refusal(head + start + moved + "04/03/2025;x;;;;990,00\n", table(columns=columns))
    assert lost.startswith("row 5: the balance is 990.00, and the rows come to 995.00")


def test_all_mistakes_are_told_at_once_with_their_rows():
    told = refusal(HEAD + "31/02/2025;x;;;1,00;1,00\n03/03/2025;x;;;1.5;1,50\n")
    assert told.splitlines() == [
        "row 3: '31/02/2025' (`booked`) is no date as dd/mm/yyyy; correct the row, or `date_format`",
        "row 4: '1.5' (`credit`) is no amount in USD; correct the row, or `decimal_mark`",
    ]


def test_a_column_that_is_not_there_is_told_with_those_that_are():
    told = refusal(HEAD.replace("Haber", "Habér") + ROWS)
    assert "there is no column 'Haber' (for `credit`)" in told
    assert "Fecha, Concepto" in told


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["ddmmyyyy", "yyyymmdd", "ddmmyy", "yymmdd"]))
def test_a_date_without_separators_is_that_date_or_none_if_a_digit_is_lost(day, written):
    text = written.replace("yyyy", f"{day:%Y}").replace("yy", f"{day:%y}")
    text = text.replace("mm", f"{day:%m}").replace("dd", f"{day:%d}")
    assert read_date(text, date_pattern(written)) == day
    assert all(read_date(text[:at] + text[at + 1 :], date_pattern(written)) is None for at in range(len(text)))


def test_of_a_row_that_is_no_heading_nothing_is_repeated():
    told = refusal("x\n03/03/2025;TRANSF DE MARIA PEREZ;0912345678;;5,00;5,00\n")
    assert told == (
        "row 2: here should be the headings Fecha, Haber, Debe, Saldo, Documento, Concepto, and 0 of them are; "
        "correct `skip_rows`, or `columns`"
    )


def test_two_columns_of_one_name_are_refused_where_the_format_names_them():
    rows = "03/03/2025;x;1;;1,00;1,00;7\n"
    assert "there is more than one column 'Haber'" in refusal(HEAD.replace("Saldo", "Saldo;HABER") + rows)
    assert read_statement((HEAD.replace("Saldo", "Saldo;Otro;Otro") + rows).encode(), table()).lines


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        (";", "the row has no amount"),
        ("-4,50;", "-4.50 (`debit`) has a minus"),
        ("(4,50);", "-4.50 (`debit`) has a minus"),
        ("4,50;4,50", "the row has two amounts"),
        (";1,500", "'1,500' (`credit`) is no amount in USD"),
        (";0.50", "'0.50' (`credit`) is no amount in USD"),
    ],
)
def test_a_row_that_does_not_say_one_amount_is_refused(amounts, said):
    told = refusal(f"{HEAD}03/03/2025;x;;1,00;;\n03/03/2025;x;;{amounts};\n", table(columns=COLUMNS))
    assert told.startswith(f"row 4: {said}")


@pytest.mark.parametrize(
    ("amounts", "moved"),
    [("4,50;0,00", "-4.50"), ("0,00;4,50", "4.50"), ("0,00;0,00", "0"), ("-0,00;4,50", "4.50"), (";-4,50", "-4.50")],
)
def test_a_zero_beside_an_amount_is_none(amounts, moved):
    (line,) = read_statement(f"{HEAD}03/03/2025;x;;{amounts};\n".encode(), table(columns=COLUMNS)).lines
    assert line.amount == Decimal(moved)


def test_thousands_by_the_other_mark_are_no_amount():
    pesos = table(currency="CLP", decimal_mark=".", columns=COLUMNS)
    assert "'25.000' (`credit`) is no amount in CLP; correct the row, or `decimal_mark`" in refusal(
        f"{HEAD}03/03/2025;x;;;25.000;\n", pesos
    )
    assert read_statement(f"{HEAD}03/03/2025;x;;;25,000;\n".encode(), pesos).lines[0].amount == 25_000


@given(st.sampled_from(["USD", "CLP", "EUR", "UYU"]), st.sampled_from(".,"), st.integers(1, 999_999))
def test_whole_thousands_are_read_as_thousands_or_refused(currency, mark, thousands):
    for text in (f"{thousands}{sep}000" for sep in ".,"):
        try:
            read = read_statement(
                f"{HEAD}03/03/2025|x|||{text}|\n".replace(";", "|").encode(),
                table(currency=currency, decimal_mark=mark, separator="|", columns=COLUMNS),
            )
        except StatementFileError:
            continue
        assert thousands > 999 or read.lines[0].amount == thousands * 1000


@pytest.mark.parametrize(
    ("row", "is_total"),
    [
        ("Total;;;4,50;5,00;", True),
        ("TOTAL:;;;4,50;5,00;", True),
        ("Total general;;;4,50;5,00;", True),
        (";Total;;4,50;5,00;", True),
        (";;Total;4,50;5,00;", True),
        ("03/03/2025;TOTALENERGIES TRANSF;;;5,00;", False),
        ("03/03/2025;Total;;;5,00;", False),
        ("03/03/2025;x;Total;;5,00;", False),
    ],
)
def test_a_row_of_totals_begins_with_the_word_and_has_no_date(row, is_total):
    own = table(total_word="Total", columns=COLUMNS)
    read = read_statement(f"{HEAD}03/03/2025;x;;;1,00;\n{row}\n".encode(), own)
    assert len(read.lines) == (1 if is_total else 2)


@pytest.mark.parametrize("row", ["Totales;;;;5,00;", ";TOTAL ENERGIES SA;;;5,00;", ";TOTALENERGIES;;;5,00;"])
def test_a_row_without_a_date_that_only_resembles_a_total_is_refused(row):
    own = table(total_word="Total", columns=COLUMNS)
    assert "row 4: " in refusal(f"{HEAD}03/03/2025;x;;;1,00;\n{row}\n", own)


def test_the_word_of_a_channel_is_found_however_far_behind_it_stands():
    text = "PAGO DE " + "X" * 200 + " REDCARD"
    assert read_statement(f"{HEAD}03/03/2025;{text};;;1,00;1,00\n".encode(), table()).lines[0].channel == "redcard"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file has no rows"),
        (HEAD.encode(), "there is no movement below the headings"),
        (b"\xff\xfe\x00", "row 1: is not utf-8 text"),
        (b"a;b\n\0", "the file is no text"),
        ((HEAD + '"03/03/2025;x').encode(), "row 3: the quotes of this row do not close"),
        (b"x" * 20_000_001, "more than 20000000 bytes"),
        (("a;" * 300 + "\n").encode() * 3, "more than 200 columns"),
    ],
)
def test_what_is_no_such_table_is_refused(content, said):
    assert said in refusal(content)


def test_a_row_beyond_the_bound_is_refused(monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    assert "more than 3 rows" in refusal(HEAD + ROWS)


def test_newest_first():
    rows = "".join(f"{row}\n" for row in reversed(ROWS.splitlines()))
    assert read_statement((HEAD + rows).encode(), table(newest_first="true")).opening == Decimal("1000.00")
    assert "newest_first" in refusal(HEAD + rows)


def spreadsheet(rows):
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2025, 3, 5)})  # else the clock's: other bytes each second
        sheet = book.add_worksheet("Movimientos")
        dates = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, cell, dates)
                else:
                    sheet.write(number, place, cell)
    return held.getvalue()


def test_a_spreadsheet_is_read_as_what_people_see_in_it():
    rows = [
        ["Banco"],
        ["Fecha", "Concepto", "Documento", "Debe", "Haber", "Saldo"],
        [date(2025, 3, 3), "REDCARD", 123, "", 1234.1, 1334.2],
        [date(2025, 3, 4), "x", "", 0.1, "", 1334.1],
    ]
    read = read_statement(spreadsheet(rows), table(file="xlsx"))
    assert [line.amount for line in read.lines] == [Decimal("1234.10"), Decimal("-0.10")]
    assert read.lines[0].reference == "123"
    assert read.opening == Decimal("100.10")
    assert "there is no sheet" in refusal(spreadsheet(rows), table(file="xlsx", sheet="Hoja9"))


HEADINGS = ["Fecha", "Concepto", "Documento", "Debe", "Haber", "Saldo"]


def written_sheet(write, last=5):
    """A workbook with a movement of 5.00, into whose sheet a test writes something."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Movimientos")
        for place, heading in enumerate(HEADINGS):
            sheet.write(1, place, heading)
        for place, cell in enumerate(["03/03/2025", "x", "", "", 5, 5]):
            if place <= last:
                sheet.write(2, place, cell)
        write(sheet, book)
    return held.getvalue()


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda sheet, _: sheet.write_formula(2, 4, "=1/0", None, "#DIV/0!"), "row 3: `credit` has an error"),
        (lambda sheet, _: sheet.write_formula(2, 3, "=1+1", None, ""), "row 3: `debit` has an error, or a formula"),
        (lambda sheet, _: sheet.write_formula(2, 2, "=A9", None, "#N/A"), "row 3: `reference` has an error"),
        (lambda sheet, _: sheet.write_formula(3, 0, "=A1", None, ""), "row 4: the row has no amount"),
        (lambda sheet, _: sheet.write_formula(3, 4, "=A1", None, ""), "row 4: `credit` has an error"),
        (lambda sheet, _: sheet.write(1_048_575, 16_383, "x"), "the file has more than 200000 rows"),
        (lambda sheet, _: sheet.write(9, 16_383, "x"), "there are more than 200 columns"),
        (lambda sheet, _: sheet.write(199_999, 199, "x"), "the table has more than 5000000 cells"),
    ],
)
def test_a_cell_that_says_nothing_or_stands_far_away_is_refused(write, said):
    assert said in refusal(written_sheet(write), table(file="xlsx", columns=COLUMNS))


@pytest.mark.parametrize(
    "write",
    [
        lambda sheet, _: None,
        lambda sheet, _: sheet.write_formula(2, 4, "=2+3", None, 5),
        lambda sheet, _: sheet.write_formula(2, 9, "=1/0", None, "#DIV/0!"),
        lambda sheet, _: sheet.write_formula(2, 9, "=1+1", None, ""),
        lambda sheet, book: sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True})),
        lambda sheet, book: book.add_worksheet("Otra").write(1_048_575, 16_383, "x"),
        lambda sheet, book: book.add_chartsheet("Dibujo"),
    ],
)
def test_what_does_not_concern_the_table_is_let_be(write):
    (line,) = read_statement(written_sheet(write), table(file="xlsx", columns=COLUMNS)).lines
    assert line.amount == 5


def test_a_cell_that_a_spreadsheet_calls_a_date_is_no_amount():
    rows = [["Banco"], HEADINGS, [date(2025, 3, 3), "x", "", "", date(1900, 1, 5)]]
    own = table(file="xlsx", columns=COLUMNS, date_format="ddmmyyyy")
    assert refusal(spreadsheet(rows), own).startswith("row 3: ")
    (line,) = read_statement(spreadsheet([*rows[:2], [*rows[2][:4], 5]]), own).lines
    assert (line.booked, line.amount) == (date(2025, 3, 3), 5)


def test_a_cell_may_leave_out_where_it_stands():
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written_sheet(lambda *_: None))) as whole, zipfile.ZipFile(held, "w") as changed:
        for part in whole.infolist():
            inner = whole.read(part)
            if part.filename.endswith("sheet1.xml"):
                inner = re.sub(rb'(<c) r="[A-Z]+\d+"', rb"\1", inner).replace(b'<row r="3"', b'<row r="1048576"')
            changed.writestr(part.filename, inner)
    assert "more than 200000 rows" in refusal(held.getvalue(), table(file="xlsx", columns=COLUMNS))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"])
def test_a_spreadsheet_that_declares_entities_is_refused(part):
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written_sheet(lambda *_: None))) as whole, zipfile.ZipFile(held, "w") as changed:
        for one in whole.infolist():
            inner = whole.read(one)
            if one.filename == part:
                inner = inner.replace(b"?>", b'?><!DOCTYPE d [<!ENTITY a "x">]>', 1)
            changed.writestr(one.filename, inner)
    assert "the file is no XLSX" in refusal(held.getvalue(), table(file="xlsx", columns=COLUMNS))


def test_a_file_that_unpacks_to_more_than_it_says_is_refused(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 100_000)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * 1_000_000)
    assert "holds more than 100000 bytes" in refusal(held.getvalue(), table(file="xlsx"))


@given(st.binary(max_size=400))
def test_whatever_is_sent_as_a_spreadsheet_is_read_or_refused(content):
    for start in (b"", b"PK\x03\x04"):
        refusal(start + content, table(file="xlsx"))


@given(st.data())
def test_a_damaged_spreadsheet_is_read_or_refused(data):
    whole = bytearray(spreadsheet([["Banco"], ["Fecha", "Concepto", "Documento", "Debe", "Haber", "Saldo"]]))
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert refusal(bytes(whole), table(file="xlsx"))


@given(st.text(max_size=300))
def test_whatever_is_sent_as_text_is_read_or_refused(text):
    try:
        read = read_statement((HEAD + text).encode("utf-8", "surrogatepass"), table())
    except StatementFileError:
        return  # and no other error
    assert read.lines


@given(st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=20))
def test_amounts_come_back_to_the_cent_and_the_certificate_holds(amounts):
    rows, balance = "", Decimal("10.00")
    for money in amounts:
        balance += money
        debit, credit = (written(-money), "") if money < 0 else ("", written(money))
        rows += f"03/03/2025;x;;{debit};{credit};{written(balance)}\n"
    read = read_statement((HEAD + rows).encode(), table())
    assert [line.amount for line in read.lines] == amounts
    assert all(claim.holds for claim in claims(read))


def written(money):
    return f"{money:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")


@pytest.mark.parametrize(
    ("raw", "mark", "plain"),
    [
        ("1.234,50", ",", "1234.50"),
        ("(12,00)", ",", "-12.00"),
        ("12.00-", ".", "-12.00"),
        ("$ 1,234.50", ".", "1234.50"),
        ("1234", ",", "1234"),
        ("12,00 UYU", ",", "12.00"),
        ("1 234 567,50", ",", "1234567.50"),
        ("- 1\u00a0234.50", ".", "-1234.50"),
        ("( 12,00 )", ",", "-12.00"),
        ("$ 5,00 -", ",", "-5.00"),
    ],
)
def test_amounts_as_people_write_them(raw, mark, plain):
    assert plain_number(raw, mark) == plain


@pytest.mark.parametrize(
    "raw",
    [
        "1.5",
        "1.23,4",
        "1,2,3",
        "--1",
        "-(1)",
        "(-1)",
        "-1-",
        "1e3",
        "NaN",
        "",
        "١٢",
        "1 2 3,0 0",
        "1 23",
        "1 234.567",
        "1 ,5",
    ],
)
def test_amounts_that_may_mean_something_else_are_refused(raw):
    with pytest.raises(AmountError):
        plain_number(raw, ",")


def test_dates_by_what_people_write():
    assert read_date("3/3/25", date_pattern("dd/mm/yy")) == date(2025, 3, 3)
    assert read_date("2025-02-30", date_pattern("yyyy-mm-dd")) is None
    assert read_date("03032025", date_pattern("ddmmyyyy")) == date(2025, 3, 3)
    for short in ("3032025", "1112025", "3/3/2025"):
        assert read_date(short, date_pattern("ddmmyyyy")) is None
    assert read_date("111/2025", date_pattern("ddmm/yyyy")) is None
    for wrong in ("dd/mm", "dd/dd/yyyy", "", "%d"):
        with pytest.raises(ValueError, match="must have a dd"):
            date_pattern(wrong)


@pytest.mark.parametrize(
    "columns",
    [{"booked": "F"}, {"booked": "F", "credit": "C"}, {"booked": "F", "amount": "A", "credit": "C", "debit": "D"}],
)
def test_a_format_says_where_amounts_stand_in_one_way(columns):
    with pytest.raises(ValidationError, match="name either the column amount, or both credit and debit"):
        table(columns=columns)


CARDS = AcquirerFormat.model_validate(
    {
        "name": "red",
        "kind": "acquirer",
        "acquirer": "red",
        "file": "csv",
        "currency": "USD",
        "columns": {
            "sold": "V",
            "paid": "P",
            "gross": "B",
            "fee": "C",
            "withheld": ["R1", "R2"],
            "net": "N",
            "payment": "Nro",
        },
    }
)


def test_a_settlement_report_with_two_withholdings():
    rows = "V,P,B,C,R1,R2,N,Nro\n2025-03-03,2025-03-05,100.00,4.00,1.00,0.50,94.50,77\n"
    rows += "2025-03-03,2025-03-05,-10.00,-0.40,,,-9.60,77\n"
    read = read_settlement(rows.encode(), CARDS)
    assert all(line.adds_up for line in read.lines)
    assert read.payments == {"77": Decimal("84.90")}
