"""History is never shown by today's files: boxes without a file, days in the currency in which they were booked."""

import shutil
from datetime import date, timedelta

import pytest

from cierre.accounting_files.loader import cash_boxes, mappings_folder
from cierre.bookkeeping.identity import Identity
from cierre.ledger import identity
from support import closed_day

BOXES = cash_boxes()
BOX = BOXES["itb_caja_164"]
DAY = date.today() - timedelta(days=2)  # over in every time zone
OLD = BOX.model_copy(update={"id": "itb_vieja", "file": "itb_vieja", "name": "Caja vieja", "key": "99"})


def is_known(ledger, box) -> None:
    identity.note(ledger, Identity.of(box, source_site="http://sga", erp_site="http://erp"))


@pytest.fixture
def retired(ledger):
    """A box of ITB that closed a day and has no file any more, beside one that has."""
    is_known(ledger, OLD)
    closed_day.close(ledger, OLD, DAY, ("1234.56", "1"))
    closed_day.close(ledger, BOX, DAY, ("1000.00", "1"))


def month(client) -> str:
    return client.get(f"/?month={DAY:%Y-%m}").text


def test_a_box_without_a_file_stays_on_the_board_as_retired_and_in_the_sums(login, retired):
    page = month(login("itb"))
    assert "Caja vieja (retirada)" in page
    assert page.count("2.234,56") >= 2  # the company's day and month
    assert "href=boxes/itb_vieja/" in page


def test_its_days_have_their_pages_their_rows_and_their_files_and_no_button_to_close_them(login, retired, ledger):
    client = login("itb")
    page = client.get(f"/boxes/itb_vieja/{DAY}")
    assert page.status_code == 200
    assert "Caja vieja" in page.text
    assert "1.234,56" in page.text
    assert "no tiene archivo" in page.text
    assert "dagRuns" not in page.text
    (snapshot,) = ledger.execute("SELECT min(snapshot_id) FROM landing.snapshot").fetchone()
    for address in (f"rows/{snapshot}/0/PAGOS/0", "documents?kind=payment&form=1", "close.csv", "close.pdf"):
        assert client.get(f"/boxes/itb_vieja/{DAY}/{address}").status_code == 200, address
    assert "1.234,56" in client.get("/trends?box=itb_vieja").text


def test_only_who_may_see_every_box_of_its_company_sees_it(login, retired):
    assert login("conduce_ecuador").get(f"/boxes/itb_vieja/{DAY}").status_code == 404
    assert "Caja vieja" not in month(login("conduce_ecuador"))
    assert login("itb").get(f"/boxes/itb_vieja/{DAY}").status_code == 200


def test_one_that_nobody_wrote_down_is_seen_by_who_may_see_every_box(login, ledger):
    closed_day.close(ledger, OLD, DAY, ("1234.56", "1"))
    assert "itb_vieja (retirada)" in month(login("all"))
    assert "itb_vieja" not in month(login("itb"))
    assert login("itb").get(f"/boxes/itb_vieja/{DAY}").status_code == 404


def test_personal_data_of_a_retired_box_is_shown_to_who_may_edit_all_of_its_company(login, retired, ledger):
    (snapshot,) = ledger.execute("SELECT min(snapshot_id) FROM landing.snapshot").fetchone()
    address = f"/boxes/itb_vieja/{DAY}/rows/{snapshot}/0/PAGOS/0"
    assert closed_day.PERSON not in login("itb", role="VIEWER").get(address).text
    assert closed_day.PERSON in login("itb", role="USER").get(address).text


def test_an_uncertain_posting_of_a_retired_box_stays_in_the_list_of_work(login, ledger):
    is_known(ledger, OLD)
    closed_day._uncertain(ledger, OLD, DAY, [("55.55", "1")])
    page = login("itb").get("/work").text
    assert "Caja vieja" in page
    assert "55,55" in page


def test_days_of_two_currencies_are_shown_and_summed_each_in_its_own(login, ledger):
    first = DAY - timedelta(days=1)
    euros = BOX.model_copy(update={"currency": "EUR"})
    closed_day.close(ledger, euros, first, ("700.00", "1"))
    closed_day.close(ledger, BOX, DAY, ("1000.00", "1"))
    client = login("itb")
    pages = "".join(client.get(f"/?month={shown}").text for shown in {f"{first:%Y-%m}", f"{DAY:%Y-%m}"})
    assert "1.700,00" not in pages
    assert "<small>EUR</small>" in pages
    assert "700,00" in pages
    page = client.get(f"/boxes/{BOX.id}/{first}").text
    assert "EUR" in page
    assert "USD" not in page
    assert "700,00" in client.get("/trends?box=itb_caja_164&currency=EUR").text
    assert "700,00" not in client.get("/trends?box=itb_caja_164&currency=USD").text


def test_both_names_of_a_renamed_box_lead_to_its_pages(login, ledger, tmp_path, monkeypatch):
    copy = shutil.copytree(mappings_folder(), tmp_path / "mappings")
    file = (copy / "cash_boxes" / "itb_caja_165.yaml").rename(copy / "cash_boxes" / "itb_sur.yaml")
    file.write_text(f"{file.read_text()}\nformerly: itb_caja_165\n")
    closed_day.close(ledger, BOXES["itb_caja_165"], DAY, ("10.00", "1"))
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(copy))
    monkeypatch.setattr("cierre.board.boxes.TRUSTED", 1e-9)
    client = login("all")
    stems = {stem.stem for stem in (copy / "cash_boxes").glob("*.yaml")}
    monkeypatch.setattr("cierre.board.access.Viewer._allowed", {f"cash_close__{stem}" for stem in stems})
    monkeypatch.setattr("cierre.board.access.Viewer._may", lambda self, method, ids, entity: set(ids))
    for name in ("itb_sur", "itb_caja_165"):
        answer = client.get(f"/boxes/{name}/{DAY}")
        assert answer.status_code == 200
        assert "cash_close__itb_sur" in answer.text
        assert "cash_close__itb_caja_165" not in answer.text
