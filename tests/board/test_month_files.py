"""A month to take away from the board: for whoever may see all of its boxes, by the role that only reads."""

import io
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from cierre.accounting_files.loader import cash_boxes
from cierre.board import access, month_files
from cierre.bookkeeping.identity import Identity
from cierre.ledger import identity
from support import closed_day

BOX, OTHER = cash_boxes()["itb_caja_164"], cash_boxes()["itb_caja_165"]
DAY = date(2024, 9, 6)
PAGE = "/months/2024-09/companies/itb"
FORMS = ("csv", "xlsx", "pdf", "zip")


@pytest.fixture(autouse=True)
def closed(ledger) -> None:
    closed_day.close(ledger, BOX, DAY, ("20.00", "1"), ("30.00", "1"))
    closed_day.close(ledger, OTHER, DAY, ("7.77", "1"))


@pytest.fixture
def one_box_only(monkeypatch) -> None:
    """Whoever is logged in may see one of the company's two boxes."""
    monkeypatch.setattr(access.Viewer, "_allowed", {access.PREFIX + BOX.file})


def sheet(content: bytes, name: str) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(name).to_python()


def test_two_clicks_lead_from_the_month_to_a_companys_files(login):
    grid = login().get("/", params={"month": "2024-09"}).text
    assert f'href="{PAGE.lstrip("/")}"' in grid
    page = login().get(PAGE).text
    for form in FORMS:
        assert f'href="/cierre{PAGE}/books.{form}"' in page
        assert f'href="/cierre/months/2024-09/boxes/{BOX.id}/books.{form}"' in page


@pytest.mark.parametrize(
    ("place", "debit"), [("companies/itb", 57.77), (f"boxes/{BOX.id}", 50), (f"boxes/{OTHER.id}", 7.77)]
)
def test_a_month_has_the_boxes_that_were_asked_for_and_no_others(login, place, debit):
    answer = login().get(f"/months/2024-09/{place}/books.xlsx")
    (total,) = [row for row in sheet(answer.content, "Totales") if row[0] == "Total"]
    assert (total[1], total[4], total[5]) == ("USD", debit, debit)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_comes_whole_with_a_plain_name_and_into_no_cache(login, form):
    answer = login().get(f"{PAGE}/books.{form}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="itb_2024-09.{form}"'
    assert int(answer.headers["content-length"]) == len(answer.content) > 0
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == month_files.MEDIA_TYPES[form]


def test_it_says_who_took_it_and_in_the_readers_language(login):
    with zipfile.ZipFile(io.BytesIO(login().get(f"{PAGE}/books.zip").content)) as package:
        readme = package.read("README.txt").decode()
        assert "Obtenido por: all" in readme
        assert "csv/journal.csv: Asiento" in readme
        assert "20,00" not in package.read("csv/journal.csv").decode("utf-8-sig")
        assert "50,00" in package.read("csv/journal.csv").decode("utf-8-sig")


def test_who_may_not_see_a_company_learns_nothing_of_it(login):
    stranger = login("conduce_ecuador")
    for address in (PAGE, f"{PAGE}/books.csv", f"/months/2024-09/boxes/{BOX.id}/books.zip"):
        assert stranger.get(address).status_code == 404
    assert PAGE.lstrip("/") not in stranger.get("/", params={"month": "2024-09"}).text
    assert stranger.get("/months/2024-09/companies/nobody").status_code == 404


def test_who_sees_one_box_of_a_company_gets_its_files_and_not_the_companys(login, one_box_only):
    page = login().get(PAGE).text
    assert f"boxes/{BOX.id}/books.csv" in page
    assert f"boxes/{OTHER.id}/books" not in page
    assert "companies/itb/books" not in page
    assert login().get(f"{PAGE}/books.csv").status_code == 404
    assert login().get(f"/months/2024-09/boxes/{OTHER.id}/books.csv").status_code == 404
    assert login().get(f"/months/2024-09/boxes/{BOX.id}/books.csv").status_code == 200


def test_a_box_without_a_file_any_more_is_in_its_companys_month(login, ledger):
    old = BOX.model_copy(update={"id": "itb_caja_9", "name": "Caja 9", "key": "9"})
    identity.note(ledger, Identity.of(old, source_site="http://sga", erp_site="http://erp"))
    closed_day.close(ledger, old, DAY, ("100.00", "1"))
    (total,) = [row for row in sheet(login().get(f"{PAGE}/books.xlsx").content, "Totales") if row[0] == "Total"]
    assert total[4] == 157.77
    assert "boxes/itb_caja_9/books.csv" in login().get(PAGE).text


def test_whoever_is_not_logged_in_gets_nothing(client):
    assert client.get(f"{PAGE}/books.csv").status_code in (401, 403)


@pytest.mark.parametrize("address", ["2024-13", "1999-12", "2024-9", "x"])
def test_a_month_that_cannot_be_is_no_fault_of_the_server(login, address):
    assert login().get(f"/months/{address}/companies/itb").status_code in (404, 422)
    assert login().get(f"/months/{address}/companies/itb/books.csv").status_code in (404, 422)


def test_a_file_of_another_kind_is_not_there(login):
    assert login().get(f"{PAGE}/books.exe").status_code == 404


def test_where_others_are_being_written_one_is_asked_to_come_again(login, monkeypatch):
    monkeypatch.setattr(month_files, "_AT_ONCE", month_files.BoundedSemaphore(1))
    with month_files._turn():
        answer = login().get(f"{PAGE}/books.csv")
    assert answer.status_code == 503
    assert login().get(f"{PAGE}/books.csv").status_code == 200


def test_nothing_of_it_stays_on_the_disk(login, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert login().get(f"{PAGE}/books.zip").status_code == 200
    assert list(tmp_path.iterdir()) == []
