"""A month to take away: two boxes, two currencies, a correction, an approval and a row in quarantine, to the cent."""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import psycopg
import pytest
from hypothesis import given, strategies as st
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from cierre.accounting_files.arrivals import arrivals_of
from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.answers import Answer
from cierre.bookkeeping.approvals import Reason
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.chart import Chart
from cierre.bookkeeping.identity import Identity
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.month_checklist import Item, Mark
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.lines import Statement, StatementLine
from cierre.bookkeeping.tie_out import AccountTotal, Code, ErpDocument, Finding, TieOut
from cierre.closing.arrivals import match_by_person
from cierre.language.regional import speaking
from cierre.ledger import approvals, arrivals, identity, month_facts, sign_offs, tie_outs
from cierre.ledger.journal import StandingEntry
from cierre.reports.export import Format, export, export_month
from cierre.reports.month.checklist import MonthChecklist
from cierre.reports.month.journal import Journal
from cierre.reports.month.scope import Box, Scope, file_name
from cierre.reports.month.writers import write
from cierre.reports.ranges import Range, month_of
from support import closed_day

SEPTEMBER = date(2024, 9, 1)
DOLLARS = cash_boxes()["itb_caja_164"]
PESOS = cash_boxes()["itb_caja_165"].model_copy(update={"currency": "CLP"})
"""As a box was before it changed its currency."""

_ = speaking("es-EC")


@pytest.fixture
def september(ledger) -> None:
    """Box 164 took 50.00 USD on the 2nd and 100.10 on the 3rd, which a correction made 112.10 after Berta approved of
    it; box 165 took 7,000 CLP on the 3rd. One row of each day is in quarantine. October is not September."""
    closed_day.close(ledger, DOLLARS, date(2024, 9, 2), ("20.00", "1"), ("30.00", "6"))
    third = date(2024, 9, 3)
    closed_day.close(ledger, DOLLARS, third, ("100.10", "1"))
    closed_day.close(ledger, PESOS, third, ("7000", "1"))
    after = closed_day.book(
        ledger, DOLLARS, third, closed_day.stage(ledger, DOLLARS, third, ("100.10", "1"), ("12.00", "6"))
    )
    approvals.ask(ledger, after, {Reason.CORRECTION: Sentence("The day is posted; correct it?")}, "run 7")
    assert approvals.decide(
        ledger, after, "run 7", Answer("berta", True, datetime.now(UTC), comment="The receipt came late")
    )
    closed_day.post(ledger, after)
    closed_day.close(ledger, DOLLARS, date(2024, 10, 1), ("999.99", "1"))


@pytest.fixture
def taken(ledger, reader_dsn, september, tmp_path) -> Callable[[str], Path]:
    """``taken("xlsx")``: September of both boxes, read by the role that reads."""

    def take(form: str) -> Path:
        scope = Scope("itb", (DOLLARS, PESOS), SEPTEMBER, "ana", datetime(2024, 10, 5, 15, 30, tzinfo=UTC))
        path = tmp_path / file_name(scope.name, scope.first, form)
        with psycopg.connect(reader_dsn, autocommit=True) as reader:
            assert write(reader, scope, _, form, path) == 5
        return path

    return take


def sheets(path: Path) -> dict[str, list[list]]:
    workbook = CalamineWorkbook.from_path(path)
    return {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}


def records(rows: list[list]) -> list[dict]:
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_the_workbooks_journal_comes_to_the_cent_in_each_currency(taken):
    book = sheets(taken("xlsx"))
    assert [row[10:] for row in book["Asiento"][-2:]] == [["CLP", 7000, 7000], ["USD", 362.3, 362.3]]
    assert {type(row[0]) for row in book["Asiento"][1:-2]} == {date}
    totals = {row[1]: row[4:] for row in book["Totales"] if row[0] == "Total"}
    assert totals == {"CLP": [7000, 7000], "USD": [362.3, 362.3]}
    by_box = {(row[0], row[1]): row[2:] for row in book["Totales"][1:] if row[0] != "Total"}
    assert by_box == {
        ("itb_caja_164", "USD"): [4, 4, 362.3, 362.3],  # 50.00 + 100.10 + 100.10 taken back + 112.10
        ("itb_caja_165", "CLP"): [1, 1, 7000, 7000],
    }
    cash = {row["Moneda"]: row for row in records(book["Saldos por cuenta"]) if row["Cuenta"] == "1.1.01.001"}
    assert cash["USD"]["Nombre de la cuenta"] == "Caja general"
    assert (cash["USD"]["Debe"], cash["USD"]["Haber"], cash["USD"]["Saldo"]) == (262.2, 100.1, 162.1)
    assert cash["CLP"]["Saldo"] == 7000


def test_the_workbook_has_all_that_belongs_to_the_month(taken):
    book = sheets(taken("xlsx"))
    assert ["Empresa", "Instituto Tecnológico Bolivariano"] in book["Contenido"]
    assert ["Obtenido por", "ana"] in book["Contenido"]
    assert ["Obtenido el", "2024-10-05 10:30:00 America/Guayaquil"] in book["Contenido"]
    assert [[row[0], row[5], row[6]] for row in book["Días"][1:]] == [
        ["itb_caja_164", 50, "USD"], ["itb_caja_164", 112.1, "USD"], ["itb_caja_165", 7000, "CLP"]
    ]  # fmt: skip
    (correction,) = records(book["Correcciones"])
    assert (correction["Antes"], correction["Ahora"], correction["Diferencia"]) == (100.1, 112.1, 12)
    (approval,) = records(book["Aprobaciones"])
    assert (approval["Por"], approval["Respuesta"], approval["Comentario"]) == (
        "berta",
        "aprobado",
        "The receipt came late",
    )
    assert isinstance(approval["Respondido"], datetime)
    assert [(row["Motivo"], row["Dinero"], row["Moneda"]) for row in records(book["Filas en cuarentena"])] == [
        ("sin efectivo", 5, "USD"), ("sin efectivo", 5, "USD"), ("sin efectivo", 5, "CLP")
    ]  # fmt: skip
    documents = records(book["Documentos del ERP"])
    assert [(row["Sublote"], row["Documento"], row["Importe"], row["Evidencia"]) for row in documents] == [
        ("001", "000001", 50, "con acuse"),
        ("001", "000001", 100.1, "con acuse"),
        ("002", "000001", 112.1, "con acuse"),
        ("003", "000001", 100.1, "con acuse"),
        ("001", "000001", 7000, "con acuse"),
    ]
    answers = records(book["Fuentes y certificados"])
    assert [(row["Certificado"], len(row["SHA-256"])) for row in answers] == [("se cumple", 64)] * 4
    assert [row[0] for row in book["Cabezas de las cadenas"][1:]] == ["itb_caja_164", "itb_caja_165"]


def test_money_by_form_stands_in_its_own_currency_and_is_never_added_up(taken):
    rows = records(sheets(taken("xlsx"))["Dinero por forma de pago"])
    assert [(row["Caja"], row["Forma"], row["Dinero"], row["Moneda"]) for row in rows] == [
        ("itb_caja_164", "Efectivo", 120.1, "USD"),
        ("itb_caja_164", "Transferencia", 42, "USD"),
        ("itb_caja_165", "Efectivo", 7000, "CLP"),
    ]


def test_deposits_to_clear_are_by_account_and_form_and_say_what_is_not_seen(taken, ledger):
    book = sheets(taken("xlsx"))
    assert [[row[0], *row[2:]] for row in book["Depósitos por compensar"][1:]] == [
        ["1.1.01.001", "Efectivo", "CLP", 7000, 0, 7000],
        ["1.1.01.001", "otros lotes en el ERP: sin leer", "CLP", "", "", ""],
        ["1.1.01.001", "Efectivo", "USD", 220.2, 100.1, 120.1],
        ["1.1.01.001", "Transferencia", "USD", 42, 0, 42],
        ["1.1.01.001", "otros lotes en el ERP: sin leer", "USD", "", "", ""],
        ["1.1.01.001", "Total", "CLP", 7000, 0, 7000],
        ["1.1.01.001", "Total", "USD", 262.2, 100.1, 162.1],
    ]
    (meaning,) = [row[1] for row in book["Contenido"] if row[0] == "Depósitos por compensar"]
    assert "no se da un saldo final" in meaning


@pytest.fixture
def month_with_arrivals(ledger, reader_dsn, tmp_path):
    """``month_with_arrivals("xlsx")``: March of a company: cards of the 2nd came less a cent, the cash did not."""
    box, second = cash_boxes()["educacion_continua_caja_7"], date(2026, 3, 2)
    rules = arrivals_of(box.company)
    closed_day.close(ledger, box, second, ("20.00", "1"), ("100.00", "4"))
    movements = (
        StatementLine(1, date(2026, 3, 4), date(2026, 3, 4), Decimal("93.96"), channel="redcard"),
        StatementLine(2, date(2026, 3, 5), date(2026, 3, 5), Decimal("5.00"), channel="transfer"),
    )
    hash = hashlib.sha256(b"x").hexdigest()
    came = Statement("2200011", "USD", second, date(2026, 3, 5), None, None, movements, hash)
    arrivals.land(ledger, box.company, "banco_sandbox", came, b"x", "ana")
    cards = f"{box.id}|{second}|USD|4"
    (card, _other) = arrivals.lines(ledger, box.company, second)
    decided = match_by_person(ledger, box.company, [box.id], rules, [cards], [card.id], by="ana", comment="un centavo",
                              difference="-0.01")  # fmt: skip
    assert decided is None
    arrivals.name_owner(ledger, box.company, [f"{box.id}|{second}|USD|1"], owner="Rosa", reason="en bóveda", by="ana")

    def take(form: str, name: str = box.company) -> Path:
        scope = Scope(name, (box,), date(2026, 3, 1), "ana", datetime(2026, 4, 5, tzinfo=UTC))
        path = tmp_path / f"march.{form}"
        with psycopg.connect(reader_dsn, autocommit=True) as reader:
            write(reader, scope, _, form, path)
        return path

    return take


def test_what_arrived_is_in_a_companys_month_with_differences_owners_and_reasons(month_with_arrivals):
    book = sheets(month_with_arrivals("xlsx"))
    cash, cards = (row[2:] for row in book["Llegado y en camino"][1:])
    assert cash == ["Efectivo", 20, 20, "USD", "en tránsito", "", "", "", "Rosa", "en bóveda"]
    assert cards[:5] == ["Tarjeta de crédito", 100, 93.97, "USD", "llegó"]
    assert [cards[5], *cards[7:]] == [date(2026, 3, 4), -0.01, "ana", "un centavo"]
    assert [row[:6] for row in book["Cuentas por compensar"][1:]] == [
        ["deposit", "USD", 0, 20, 0, 20], ["redcard", "USD", 0, 93.97, 93.97, 0]
    ]  # fmt: skip
    assert [row[3:6] for row in book["Cuentas por compensar en el ERP"][1:]] == [["", "", ""]] * 3  # Nobody read it.
    assert [row[4:7] for row in book["Llegado, de nadie conocido"][1:]] == [[5, "USD", "de origen desconocido"]]


def test_clearing_accounts_stand_beside_what_the_erp_holds_where_all_months_were_read(month_with_arrivals, ledger):
    box = cash_boxes()["educacion_continua_caja_7"]
    identity.note(ledger, Identity.of(box, source_site="http://sga", erp_site="http://erp"))
    cash = AccountTotal("1.1.01.001", "USD", Decimal(20), Decimal(20), Decimal("-3.00"))
    for month in (1, 2, 3):
        found = TieOut((cash,) if month == 3 else (), ())
        tie_outs.keep(ledger, tie_outs.Month("http://erp", box.erp.tenant, date(2026, month, 1)), tie_outs.now(ledger),
                      found)  # fmt: skip
    rows = sheets(month_with_arrivals("xlsx"))["Cuentas por compensar en el ERP"]
    assert [row[:7] for row in rows[1:]] == [
        ["1.1.01.001", "USD", 20, 20, -3, 17, -3],
        ["1.1.03.001", "USD", 0, 0, 0, 0, 0],
        ["1.1.03.002", "USD", 0, 0, 0, 0, 0],
    ]


def test_the_month_of_one_box_has_no_arrivals_since_money_is_matched_across_boxes(month_with_arrivals):
    assert "Llegado y en camino" not in sheets(month_with_arrivals("xlsx", "educacion_continua_caja_7"))


def test_what_other_lots_booked_is_taken_off_where_the_tie_out_read_it(taken, ledger):
    for box in (DOLLARS, PESOS):
        identity.note(ledger, Identity.of(box, source_site="http://sga", erp_site="http://erp"))
    cash = AccountTotal("1.1.01.001", "USD", Decimal("162.10"), Decimal("162.10"), Decimal("-150.00"))
    month = tie_outs.Month("http://erp", DOLLARS.erp.tenant, SEPTEMBER)
    tie_outs.keep(ledger, month, tie_outs.now(ledger), TieOut((cash,), ()))
    rows = sheets(taken("xlsx"))["Depósitos por compensar"]
    assert [row[4:] for row in rows if row[2:4] == ["otros lotes en el ERP", "USD"]] == [[0, 150, -150]]
    assert [row[4:] for row in rows if row[2:4] == ["Total", "USD"]] == [[262.2, 250.1, 12.1]]


def test_an_account_of_money_that_only_other_lots_booked_on_is_among_the_deposits_to_clear(taken, ledger):
    for box in (DOLLARS, PESOS):
        identity.note(ledger, Identity.of(box, source_site="http://sga", erp_site="http://erp"))
    bank = AccountTotal("1.1.02.001", "USD", Decimal(0), Decimal(0), Decimal("777.00"))
    income = AccountTotal("4.1.01.001", "USD", Decimal(0), Decimal(0), Decimal("777.00"))
    month = tie_outs.Month("http://erp", DOLLARS.erp.tenant, SEPTEMBER)
    tie_outs.keep(ledger, month, tie_outs.now(ledger), TieOut((bank, income), ()))
    rows = sheets(taken("xlsx"))["Depósitos por compensar"]
    assert [row[2:] for row in rows if row[0] == "1.1.02.001"] == [
        ["otros lotes en el ERP", "USD", 777, 0, 777],
        ["Total", "USD", 777, 0, 777],
    ]
    assert "4.1.01.001" not in {row[0] for row in rows}


def test_the_checklist_names_what_is_missing_and_the_signatures_are_in_the_files(taken, ledger):
    days = month_facts.MonthFacts(ledger, [DOLLARS.id], SEPTEMBER, SEPTEMBER.replace(day=2)).days()
    signed = sign_offs.sign(
        ledger, "itb", SEPTEMBER, by="berta", ran_by=[], comment="Visto", lines=[], days=days, heads=[]
    )
    book = sheets(taken("xlsx"))
    checklist = {row[0]: row[1:] for row in book["Lista de control"][1:]}
    assert list(checklist) == [_(item.word) for item in Item]
    # The correction was never reconciled; all other days of September were never read.
    assert checklist["Todos los días que corresponden están cerrados"][:2] == ["falta", "2 de 60 días cerrados"]
    assert "… +48" in checklist["Todos los días que corresponden están cerrados"][2]
    assert checklist["Ningún día cambió desde su cierre"][2] == "Caja 164, ITB 2024-09-03"
    assert [row[0] for row in book["Firmas"][1:]] == ["berta"]
    since = [[row[0], row[2], row[4]] for row in book["Cambios desde la firma"][1:]]
    assert since == [["itb_caja_164", "", 2], ["itb_caja_165", "", 1]]  # only the 2nd was signed
    assert sign_offs.revoke(ledger, signed, by="eva", reason="Aún no")
    assert [[*row[0:1], row[3], row[5]] for row in sheets(taken("xlsx"))["Firmas"][1:]] == [["berta", "eva", "Aún no"]]


class TestBranchThatABoxHasLeft:
    """Box 164 posted 50.00 USD to branch 09 on the 2nd, where the ERP does not hold it any more; to 01 on the 3rd."""

    ALONE = DOLLARS.model_copy(update={"erp": DOLLARS.erp.model_copy(update={"tenant": "T1,D MG 09 "})})

    @pytest.fixture(autouse=True)
    def _moved(self, ledger) -> None:
        for box, day in ((self.ALONE, date(2024, 9, 2)), (DOLLARS, date(2024, 9, 3))):
            identity.note(ledger, Identity.of(box, source_site="http://sga", erp_site="http://erp"))
            closed_day.close(ledger, box, day, ("50.00", "1"))
        self.keep(ledger, DOLLARS)

    def keep(self, ledger, box: CashBox, *found: Finding) -> None:
        month = tie_outs.Month("http://erp", box.erp.tenant, SEPTEMBER)
        cash = AccountTotal("1.1.01.001", "USD", Decimal(50), Decimal(50) if not found else Decimal(0), Decimal(0))
        tie_outs.keep(ledger, month, tie_outs.now(ledger), TieOut((cash,), found))

    def said(self, ledger, box: Box) -> tuple[Mark, str]:
        lines = MonthChecklist(ledger, Scope("itb", (box,), SEPTEMBER, "ana", datetime(2024, 10, 5, tzinfo=UTC))).lines
        return next((line.mark, str(line.figures)) for line in lines if line.item is Item.TIED_OUT)

    def test_it_is_missing_until_it_was_read(self, ledger):
        assert self.said(ledger, DOLLARS) == (Mark.MISSING, "T1,D MG 01: tied out; T1,D MG 09: never read")

    def test_it_is_missing_where_the_erp_holds_something_else_and_stands_in_the_months_files(self, ledger, tmp_path):
        document = ErpDocument(date(2024, 9, 2), DOLLARS.erp.lot, "001", "000001")
        self.keep(ledger, self.ALONE, Finding(Code.GONE, document, "1.1.01.001", "USD", Decimal(50), Decimal(0)))
        assert self.said(ledger, DOLLARS) == (Mark.MISSING, "T1,D MG 01: tied out; T1,D MG 09: does not tie out")
        path = tmp_path / "month.xlsx"
        write(ledger, Scope("itb", (DOLLARS,), SEPTEMBER, "ana", datetime(2024, 10, 5, tzinfo=UTC)), _, "xlsx", path)
        tenants = [row[0] for row in CalamineWorkbook.from_path(path).get_sheet_by_name(_("Tie-out")).to_python()]
        assert {"T1,D MG 01", "T1,D MG 09"} < set(tenants)

    def test_it_is_missing_for_a_box_that_has_no_file_any_more(self, ledger):
        (retired,) = identity.retired(ledger, [DOLLARS.id]).values()
        assert self.said(ledger, retired) == (Mark.MISSING, "T1,D MG 01: tied out; T1,D MG 09: never read")

    def test_months_into_which_it_posted_nothing_there_are_not_its_own(self, ledger):
        october = tie_outs.Month("http://erp", self.ALONE.erp.tenant, date(2024, 10, 1))
        tie_outs.keep(ledger, october, tie_outs.now(ledger), TieOut((), ()))
        assert tie_outs.newest(ledger, october.first, october.first)[october].boxes == ()


def test_every_sheet_prints_on_a4_across_with_its_headings_and_keeps_them_in_sight(taken):
    with ZipFile(taken("xlsx")) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
        assert len(sheets) == 17
        for sheet in sheets:
            assert '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>' in sheet
            assert '<pageSetUpPr fitToPage="1"/>' in sheet
            assert '<pane ySplit="1"' in sheet
        assert book.read("xl/workbook.xml").decode().count("_xlnm.Print_Titles") == 17
        styles = book.read("xl/styles.xml").decode()
    assert all(f'formatCode="{form}"' in styles for form in ("#,##0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"))


def test_the_csv_is_the_journal_with_a_decimal_comma_and_no_totals_to_be_added_twice(taken):
    with taken("csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        for side in ("Debe", "Haber"):
            sums[row["Moneda"], side] += Decimal(row[side].replace(",", ".") or 0)
    assert dict(sums) == {
        ("USD", "Debe"): Decimal("362.30"), ("USD", "Haber"): Decimal("362.30"),
        ("CLP", "Debe"): Decimal(7000), ("CLP", "Haber"): Decimal(7000),
    }  # fmt: skip
    assert len(rows) == 10
    assert {row["Debe"] for row in rows if row["Moneda"] == "CLP"} == {"7000", ""}
    assert [row["Revierte"] for row in rows if row["Revierte"]] == ["itb_caja_164|20240903|1|1"] * 2


def test_the_pdf_numbers_its_pages_and_says_who_printed_it_when(taken):
    pages = [page.extract_text() for page in PdfReader(taken("pdf")).pages]
    for number, text in enumerate(pages, start=1):
        assert f"{number} / {len(pages)}" in text
        assert "Impreso por ana, 5 oct 2024" in text
    everything = " ".join(" ".join(pages).split())
    for words in ("Instituto Tecnológico Bolivariano", "362,30", "7.000", "berta", "008964", "Caja general"):
        assert words in everything


def test_a_pdf_of_more_rows_than_anybody_reads_says_where_they_are(taken, monkeypatch):
    monkeypatch.setattr("cierre.reports.month.files.PRINTED_ROWS", 3)
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(taken("pdf")).pages).split())
    assert "Asiento: más de 3 filas, que están en los archivos XLSX y CSV." in text
    assert "362,30" in text  # of the totals, which count every line


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "@x", "-2"])
def test_a_text_of_a_source_is_no_formula_in_any_file(ledger, tmp_path, text):
    closed_day.close(ledger, DOLLARS, SEPTEMBER, ("1.00", "1"), history=text)
    scope = Scope("itb", (DOLLARS,), SEPTEMBER, text, datetime(2024, 10, 5, tzinfo=UTC))
    for form in ("csv", "xlsx", "pdf"):
        write(ledger, scope, _, form, tmp_path / form)
    assert f";'{text};" in (tmp_path / "csv").read_text(encoding="utf-8-sig")
    with ZipFile(tmp_path / "xlsx") as book:
        assert not [name for name in book.namelist() if b"<f>" in book.read(name)]


def test_nothing_personal_is_in_it(taken):
    text = " ".join(page.extract_text() for page in PdfReader(taken("pdf")).pages)
    with ZipFile(taken("xlsx")) as book:
        text += "".join(book.read(name).decode() for name in book.namelist())
    for personal in (closed_day.PERSON, "0912345678"):
        assert personal not in text


def test_a_companys_tax_number_is_told_where_its_file_has_one(ledger, tmp_path):
    box = cash_boxes()["austral_oficina_1"]
    write(ledger, Scope(box.id, (box,), SEPTEMBER, "ana", datetime.now(UTC)), _, "xlsx", tmp_path / "m.xlsx")
    assert ["RUC / RUT / NIF", "76.543.210-3"] in sheets(tmp_path / "m.xlsx")["Contenido"]


def test_make_export_writes_the_same_month_and_for_other_tools_its_journal(ledger, september, tmp_path):
    month = month_of("", "itb", SEPTEMBER, ledger)
    path, entries = export_month(ledger, month, tmp_path, Format.XLSX, "ana")
    assert (path.name, entries) == ("itb_2024-09.xlsx", 5)
    path, entries = export_month(ledger, month, tmp_path, Format.BEANCOUNT, "ana")
    assert (path.name, entries) == ("itb_2024-09-01_to_2024-09-30.beancount", 5)


def test_a_range_that_is_no_month_has_no_printed_form(ledger, tmp_path):
    with pytest.raises(ValueError, match="say MONTH=2024-09"):
        export(ledger, Range("itb", (DOLLARS.id,), SEPTEMBER, SEPTEMBER), tmp_path, Format.PDF)


@pytest.mark.parametrize("name", ["caja ñandú", "a/../b", "x\r\ny", "caja.164"])
def test_a_files_name_is_plain_ascii(name):
    assert file_name(name, SEPTEMBER, "zip").isascii()
    assert not {"/", "\n", "\r", " "} & set(file_name(name, SEPTEMBER, "zip"))


amounts = st.lists(st.integers(1, 10**12), min_size=1, max_size=6)


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["USD", "CLP"]), amounts), max_size=20))
def test_debits_credits_and_what_was_booked_come_to_the_same_in_each_box_and_currency(month):
    entries, booked = [], defaultdict(Decimal)
    for number, (box, currency, cents) in enumerate(month):
        places = Decimal(1).scaleb(-2 if currency == "USD" else 0)
        lines = [Line(Side.DEBIT, f"1.{one % 7}", one * places, "x") for one in cents]
        lines.append(Line(Side.CREDIT, "4.1", sum(cents) * places, "x"))
        entry = JournalEntry(box, SEPTEMBER, 1, currency, tuple(lines))
        entries.append(StandingEntry(f"{number}", entry, SEPTEMBER, 1, "", "", "", {}))
        booked[box, currency] += entry.debit
    journal = Journal(entries, Chart(None), _)
    assert sum(1 for row in journal.lines().rows) == sum(len(entry.entry.lines) for entry in entries)
    totals = {(row[0], row[1]): row[4:] for row in journal.totals().rows}
    assert totals == {place: [amount, amount] for place, amount in booked.items()}
    for currency in {currency for box, currency in booked}:
        accounts = [row for row in journal.accounts().rows if row[2] == currency]
        assert sum(row[5] for row in accounts) == 0
        assert sum(row[3] for row in accounts) == sum(
            amount for (box, one), amount in booked.items() if one == currency
        )
