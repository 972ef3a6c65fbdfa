"""The journal in other tools: Beancount and hledger read it without a complaint, and come to the ledger's own sums."""

import csv
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Open, Transaction
from python_calamine import CalamineWorkbook

from cierre.accounting_files import mappings_folder
from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.identity import Identity
from cierre.bookkeeping.mapping import AccountMapping
from cierre.ledger import attempts, identity, revisions
from cierre.reports.accounts import AccountNames
from cierre.reports.export import Format, export
from cierre.reports.ranges import Range, range_of

BOX = "itb_caja_164"
WRITTEN = (Format.BEANCOUNT, Format.HLEDGER, Format.XLSX, Format.CSV)
SIXTH = date(2024, 9, 6)
SEPTEMBER = Range(BOX, (BOX,), date(2024, 9, 1), date(2024, 9, 30))


@pytest.fixture
def confirm(ledger) -> Callable[[revisions.FrozenEntry], attempts.Attempt]:
    """Posts an entry; the ERP calls it 000001."""

    def confirmed(entry):
        attempt = attempts.claim(ledger, entry, worker="w", lease_seconds=60)
        attempts.confirm(ledger, attempt, "000001")
        return attempt

    return confirmed


@pytest.fixture
def exported(ledger, tmp_path) -> Callable[[Format], Path]:
    """The file of September's journal."""
    return lambda form: export(ledger, SEPTEMBER, tmp_path, form)[0]


def checked(path: Path) -> list:
    """What Beancount makes of a file, which it must not object to."""
    entries, errors, _ = loader.load_file(str(path))
    assert errors == []
    return entries


def transactions(path: Path) -> list[Transaction]:
    return [entry for entry in checked(path) if isinstance(entry, Transaction)]


def balances(path: Path) -> dict[str, Decimal]:
    """Each account's balance by Beancount, by the chart's code."""
    entries = checked(path)
    codes = {entry.account: entry.meta["code"] for entry in entries if isinstance(entry, Open)}
    sums: dict[str, Decimal] = {}
    for entry in entries:
        for posting in entry.postings if isinstance(entry, Transaction) else ():
            sums[codes[posting.account]] = sums.get(codes[posting.account], Decimal(0)) + posting.units.number
    return sums


def test_beancount_comes_to_the_same_balances(book, exported, payment):
    book(SIXTH, payment(1), payment(2, net="64.70", form="6"), payment(3, scholarship="4.00", programme="2"))
    assert balances(exported(Format.BEANCOUNT)) == {
        "1.1.01.001": Decimal("70.60"),
        "1.1.02.001": Decimal("64.70"),
        "4.1.01.002": Decimal("-139.30"),
        "4.2.01.001": Decimal("4.00"),
    }


def test_an_entry_is_marked_confirmed_or_pending_and_linked_to_the_erps_document(
    ledger, book, exported, confirm, payment
):
    revision = book(SIXTH, payment(1))
    book(SIXTH + timedelta(1), payment(2, on=SIXTH + timedelta(1)))
    confirm(revisions.bookings(ledger, revision)[0])
    confirmed, pending = transactions(exported(Format.BEANCOUNT))
    assert (confirmed.flag, pending.flag) == ("*", "!")
    assert confirmed.links == {"itb_caja_164-20240906-1-1", "erp-20240906-008964-001-000001"}
    assert confirmed.meta["erp_document"] == "008964/001/000001"


def test_each_posting_names_the_documents_behind_it(book, exported, payment):
    book(SIXTH, payment(1), payment(2))
    cash = transactions(exported(Format.BEANCOUNT))[0].postings[0]
    assert cash.meta["row1"] == "0/PAGOS/1 001-002-000000001 net 35.30"
    assert cash.meta["row2"] == "0/PAGOS/2 001-002-000000002 net 35.30"


def test_a_correction_by_reversal_shows_all_three_entries_and_comes_to_the_newest(
    ledger, book, exported, confirm, payment
):
    (first,) = revisions.bookings(ledger, book(SIXTH, payment(1)))
    confirm(first)
    newer = book(SIXTH, payment(1), payment(2))
    confirm(revisions.reversal(ledger, first, newer))
    confirm(revisions.bookings(ledger, newer)[0])
    path = exported(Format.BEANCOUNT)
    assert [one.narration for one in transactions(path)].count("Reversal of itb_caja_164|20240906|1|1") == 1
    assert len(transactions(path)) == 3
    assert balances(path)["1.1.01.001"] == Decimal("70.60")


def test_what_was_withdrawn_or_never_posted_and_replaced_is_not_in_the_journal(
    ledger, book, exported, confirm, payment
):
    (first,) = revisions.bookings(ledger, book(SIXTH, payment(1)))
    attempts.withdraw(ledger, confirm(first), "newer books replace it")
    book(SIXTH, payment(1), payment(2))
    book(SIXTH, payment(1), payment(2), payment(3))
    (standing,) = transactions(exported(Format.BEANCOUNT))
    assert standing.meta["entry_key"] == "itb_caja_164|20240906|3|1"


def test_hledger_reads_it_strictly_and_comes_to_zero(book, exported, payment, hledger_reads):
    book(SIXTH, payment(1), payment(2, form="6", scholarship="4.00"))
    path = exported(Format.HLEDGER)
    hledger_reads(path, "check", "--strict", "ordereddates")
    assert "35.30 USD" in hledger_reads(path, "balance", "Caja")


@pytest.mark.parametrize("reference", ["F[2024/13/45]", "F[9/12]", "F-1\nF-2", "date:9/12"])
def test_an_invoice_number_neither_breaks_a_journal_nor_moves_money(book, exported, payment, hledger_reads, reference):
    book(SIXTH, payment(1)._replace(reference=reference))
    assert balances(exported(Format.BEANCOUNT)) == {"1.1.01.001": Decimal("35.30"), "4.1.01.002": Decimal("-35.30")}
    path = exported(Format.HLEDGER)
    hledger_reads(path, "check", "--strict", "ordereddates")
    lines = hledger_reads(path, "register", "-O", "csv").splitlines()[1:]
    assert [line.split(",")[1] for line in lines] == ['"2024-09-06"'] * 2


def test_the_spreadsheet_has_lines_documents_and_balances(book, exported, payment):
    book(SIXTH, payment(1), payment(2))
    workbook = CalamineWorkbook.from_path(exported(Format.XLSX))
    lines, documents, sums = (workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names)
    (cash,) = [dict(zip(lines[0], row, strict=True)) for row in lines[1:] if row[7] == "1.1.01.001"]
    assert (cash["debit"], cash["credit"], cash["entry_date"], cash["documents"]) == (70.6, "", SIXTH, 2)
    assert {row[3] for row in documents[1:]} == {"001-002-000000001", "001-002-000000002"}
    assert ["1.1.01.001", "Caja general", "USD", 70.6, 0, 70.6] in sums


def rows_of(path: Path, separator: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=separator))


def test_the_csv_has_a_row_a_line_with_its_account_by_name(book, exported, payment):
    book(SIXTH, payment(1))
    debit, credit = rows_of(exported(Format.CSV), ";")
    assert (debit["account_name"], debit["debit"], debit["credit"]) == ("Caja general", "35,30", "")
    assert (credit["account"], credit["credit"], credit["cost_centre"]) == ("4.1.01.002", "35,30", "'0101")
    assert credit["entry_date"] == "2024-09-06"


def test_a_box_that_has_no_file_any_more_is_exported_in_every_format(ledger, tmp_path):
    box = Identity.of(cash_boxes()[BOX], source_site="http://sga.example", erp_site="http://erp.example")
    identity.note(ledger, replace(box, id="itb_caja_vieja", file="itb_caja_vieja", lot="008999"))
    wanted = range_of("itb_caja_vieja", "", SIXTH, SIXTH, ledger)
    assert {form: export(ledger, wanted, tmp_path, form)[1] for form in WRITTEN} == dict.fromkeys(WRITTEN, 0)


def test_the_csv_of_an_english_company_has_commas_and_points(book, exported, payment, monkeypatch):
    monkeypatch.setattr("cierre.reports.export.language_of", {"itb": "en"}.__getitem__)
    book(SIXTH, payment(1))
    assert [row["debit"] for row in rows_of(exported(Format.CSV), ",")] == ["35.30", ""]


def test_a_text_of_a_source_is_no_formula_in_a_csv_and_none_in_a_workbook(book, exported, payment, mapping, ledger):
    histories = mapping.model_dump(mode="json")
    histories["postings"]["payment"][0]["history"] = "=1+1"
    book(SIXTH, payment(1), mapping=AccountMapping.model_validate(histories))
    assert {row["history"] for row in rows_of(exported(Format.CSV), ";")} >= {"'=1+1"}
    with zipfile.ZipFile(exported(Format.XLSX)) as workbook:
        sheets = [workbook.read(name).decode() for name in workbook.namelist() if "worksheets/sheet" in name]
    assert len(sheets) == 3
    assert not [sheet for sheet in sheets if "<f>" in sheet]


def test_an_account_stands_under_its_root_and_the_headings_above_it():
    names = AccountNames(read_chart(mappings_folder())[0])
    assert names["1.1.01.001"].split(":")[0] == "Assets"
    assert names["1.1.01.001"].split(":")[-1] == "1-1-01-001-Caja-general"
    assert names["2.1.01.002"].startswith("Liabilities:")
    assert names["3.9"] == "Equity:3-9"
    with pytest.raises(ValueError, match=r"account 9\.1 has no place"):
        names["9.1"]


def test_a_company_is_all_of_its_boxes():
    assert range_of("", "itb", SIXTH, SIXTH).boxes == ("itb_caja_164", "itb_caja_165")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("", "", SIXTH, SIXTH), "Name a box or a company"),
        ((BOX, "itb", SIXTH, SIXTH), "Name a box or a company"),
        (("", "nobody", SIXTH, SIXTH), "known are .*conduce_ecuador"),
        ((BOX, "", SIXTH, SIXTH - timedelta(1)), "is after 2024-09-05"),
    ],
)
def test_a_range_that_makes_no_sense_is_refused_in_a_sentence(asked, said):
    with pytest.raises(ValueError, match=said):
        range_of(*asked)
