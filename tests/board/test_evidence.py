"""The board says on what evidence a day is closed, and shows the lines that the ERP holds otherwise."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from cierre.accounting_files.loader import cash_boxes
from cierre.board.evidence import grades
from cierre.bookkeeping.read_back import BookedLine
from cierre.ledger import capabilities, read_back, revisions
from cierre.ledger.capabilities import Capability
from cierre.posting.verification import reconcile
from support import closed_day

BOX = cash_boxes()["itb_caja_164"]
DAY = datetime.now(UTC).date() - timedelta(days=4)
HERE = f"/boxes/{BOX.id}/{DAY}"

Change = Callable[[BookedLine], BookedLine | None]


class Books:
    """An ERP that holds the box's day as it was posted, but for what ``change`` makes of each line."""

    def __init__(self, ledger, change: Change) -> None:
        self.ledger, self.change = ledger, change

    def read_back(self, tenant, entry_date, lot) -> list[BookedLine]:
        lines = []
        for entry in read_back.posted(self.ledger, BOX.id, DAY):
            for number, line in enumerate(revisions.journal_entry(self.ledger, entry).lines, start=1):
                booked = BookedLine("001", "000001", f"{number:03d}", line.side, line.account, line.amount, "USD",
                                    line.history, entry.entry_key)  # fmt: skip
                lines += [changed] if (changed := self.change(booked)) else []
        return lines


@pytest.fixture
def read_back_day(ledger):
    """Closes a day of two forms in one line, and reads it back as ``change`` says."""

    def read(change: Change = lambda line: line, *amounts: tuple[str, str]) -> None:
        capabilities.save(ledger, "protheus", BOX.erp.tenant, [Capability("read_back", True, "seen by a test")])
        revision = closed_day.close(ledger, BOX, DAY, *amounts or [("6491.55", "1")])
        reconcile(ledger, Books(ledger, change), BOX, DAY, revision)

    return read


def cent_less(line: BookedLine) -> BookedLine:
    return replace(line, amount=line.amount - Decimal("0.01")) if line.line == "001" else line


def test_a_day_that_was_read_back_says_so_with_the_hour_on_page_and_grid(login, ledger, read_back_day):
    read_back_day()
    client = login()
    page = client.get(HERE).text
    assert "releído · " in page
    assert "El ERP: releído (se leyeron las líneas del ERP y son las que se registraron)." in page
    board = client.get("/", params={"month": f"{DAY:%Y-%m}"}).text
    assert 'title="cerrado, releído · 6.491,55"' in board
    assert "releído <b>1</b>" in board


def test_a_day_that_was_only_acknowledged_says_no_more(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("6491.55", "1"))
    client = login()
    assert "con acuse · " in client.get(HERE).text
    assert "releído" not in client.get(HERE).text.replace("dio su acuse o fue releído", "")
    board = client.get("/", params={"month": f"{DAY:%Y-%m}"}).text
    assert "con acuse <b>1</b>" in board
    assert f"class=acknowledged href=boxes/{BOX.id}/{DAY}" in board


def test_a_reading_that_is_long_ago_is_stale(login, ledger, read_back_day):
    read_back_day()
    ledger.execute("UPDATE erp.attempt SET verified_at = verified_at - interval '8 days'")
    client = login()
    assert "relectura vencida · " in client.get(HERE).text
    board = client.get("/", params={"month": f"{DAY:%Y-%m}"}).text
    assert 'title="cerrado, relectura vencida · 6.491,55"' in board
    assert f"class=stale href=boxes/{BOX.id}/{DAY}" in board


def test_a_changed_cent_shows_both_amounts_the_difference_its_form_and_the_erps_figures(login, ledger, read_back_day):
    read_back_day(cent_less)
    page = login().get(HERE).text
    assert '<td class="n">6.491,55</td><td class="n">6.491,54</td><td class="n strong">0,01</td>' in page
    assert "otro importe" in page
    assert page.count("primera diferencia") == 1
    assert "<b>6.491,54</b>" in page  # the stage ERP, as it was read
    assert '<td class="n">6.491,55</td><td class="n">6.491,54</td></tr>' in page  # journal and ERP of the form
    assert ">0,00<" not in page[page.index("Qué difiere") : page.index("Dinero por forma")]


def test_where_a_line_sums_two_forms_no_form_is_said_to_be_off(login, ledger, read_back_day):
    read_back_day(cent_less, ("10.00", "1"), ("5.00", "6"))
    page = login().get(HERE).text
    assert '<td class="n">15,00</td><td class="n">14,99</td><td class="n strong">0,01</td>' in page
    assert '<td class="n">10,00</td><td class="n">9,99</td>' not in page


def test_a_pre_entry_is_shown_as_not_booked_with_its_type(login, ledger, read_back_day):
    read_back_day(lambda line: replace(line, outside="9"))
    page = login().get(HERE).text
    assert "fuera de los saldos: no está registrado (tipo 9)" in page
    assert "<b>0,00</b>" in page


def test_a_document_that_is_gone_takes_its_money_from_stage_and_forms(login, ledger, read_back_day):
    read_back_day(lambda line: None)
    page = login().get(HERE).text
    assert "el documento ya no está en el ERP" in page
    assert "<b>0,00</b>" in page


def test_the_files_of_a_day_say_the_grade_and_the_lines_that_differ(login, ledger, read_back_day):
    read_back_day(cent_less)
    with zipfile.ZipFile(io.BytesIO(login().get(f"{HERE}/close.xlsx").content)) as book:
        assert "Distinto en el ERP" in book.read("xl/workbook.xml").decode()
        assert "6491.54" in book.read("xl/worksheets/sheet6.xml").decode()
    assert login().get(f"{HERE}/close.pdf").content.startswith(b"%PDF-")


def test_the_stage_of_a_file_has_the_grade(login, ledger, read_back_day):
    read_back_day()
    book = CalamineWorkbook.from_filelike(io.BytesIO(login().get(f"{HERE}/close.xlsx").content))
    assert "ERP, releído" in [row[0] for row in book.get_sheet_by_index(0).to_python()]


def test_a_day_whose_books_are_newer_than_its_reading_shows_no_line_of_old(login, ledger, read_back_day):
    read_back_day(cent_less)
    documents = closed_day.stage(ledger, BOX, DAY, ("6491.55", "1"), ("1.00", "1"))
    closed_day.book(ledger, BOX, DAY, documents)
    assert "otro importe" not in login().get(HERE).text


def test_grades_fall_on_their_days_and_go_by_the_hour():
    rows = [
        type(
            "Row",
            (),
            {"box": "b", "month": DAY.replace(day=1), "read_back": "{NULL,-1,6000,5999," + "NULL," * 26 + "NULL}"},
        )
    ]
    days = [DAY.replace(day=day) for day in (2, 3, 4, 5)]
    assert grades(rows, days, {"b": timedelta(hours=100)}, 200) == {"b": "abs "}
    assert grades(rows, days, {}, 200) == {}
