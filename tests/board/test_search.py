"""Search leads from a number, a text, an amount or a name to the day, the line and the row, for who may see it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cierre.accounting_files.loader import cash_boxes
from support import closed_day

BOX = cash_boxes()["itb_caja_164"]
TODAY = datetime.now(UTC).date()
DAY = TODAY - timedelta(days=4)


@pytest.fixture
def closed(ledger):
    """A closed day: 378,64 in cash and 1.234,50 by card, of one person; gives the number of its only snapshot."""
    closed_day.close(ledger, BOX, DAY, ("378.64", "1"), ("1234.50", "2"), history="Caja de la mañana")
    (snapshot,) = ledger.execute("SELECT snapshot_id FROM landing.snapshot").fetchone()
    return snapshot


def found(client, q: str, **days: date) -> str:
    answer = client.post("/search", data={"q": q} | {name: str(day) for name, day in days.items()})
    assert answer.status_code == 200
    return answer.text


def section(page: str, name: str) -> str:
    return page.partition(f'aria-labelledby="{name}"')[2].partition("</section>")[0]


@pytest.mark.parametrize("asked", ["000001", "{lot}/001/000001", "{lot}/001"])
def test_a_document_of_the_erp_leads_to_its_lines(login, closed, asked):
    sent = section(found(login(), asked.format(lot=BOX.erp.lot.strip())), "sent")
    assert f"/cierre/boxes/{BOX.id}/{DAY}/lines/" in sent
    assert "1.613,14" in sent
    assert "Caja de la mañana" in sent


def test_a_number_of_the_source_leads_to_its_row(login, closed):
    documents = section(found(login(), "002-000000001"), "documents")
    assert f'href="/cierre/boxes/{BOX.id}/{DAY}/rows/{closed}/0/PAGOS/1"' in documents
    assert "1.234,50" in documents
    assert "378,64" not in documents


@pytest.mark.parametrize("typed", ["1234.50", "1.234,50", "1,234.5", "1234,5"])
def test_an_amount_is_found_however_it_is_written(login, closed, typed):
    assert "1.234,50" in section(found(login(), typed), "documents")


def test_an_amount_finds_lines_and_rows_that_are_not_booked(login, closed):
    assert "1.613,14" in section(found(login(), "1613,14"), "lines")
    assert f"/rows/{closed}/0/RC/0" in section(found(login(), "5.00"), "held-back")


def test_a_part_of_a_lines_text_and_an_account_lead_to_the_line(login, closed):
    for asked in ("DE LA MAÑANA", "la manana", "1.1.01.001"):
        assert "Caja de la mañana" in section(found(login(), asked), "lines")


@pytest.mark.parametrize("name", [closed_day.PERSON, "ana maría", "0912345678"])
def test_a_person_is_found_by_who_may_see_names(login, closed, name):
    rows = section(found(login(), name), "naming")
    assert f"/rows/{closed}/0/PAGOS/0" in rows
    assert f"/rows/{closed}/0/PAGOS/1" in rows


def test_a_person_is_not_found_by_who_may_only_look_and_the_page_says_so(login, closed):
    page = found(login("itb", role="VIEWER"), closed_day.PERSON)
    assert "/rows/" not in page
    assert "no se buscaron nombres" in page.lower()


def test_nobody_finds_what_is_of_others(login, closed):
    client = login("conduce_ecuador")
    for asked in ("000001", "002-000000001", "1234.50", "Caja de la mañana", closed_day.PERSON):
        page = found(client, asked)
        assert "No se encontró nada" in page
        assert BOX.id not in page


def test_what_was_typed_is_in_no_address_and_comes_back_escaped(login, closed):
    hostile = "<b>'; DROP TABLE x; --%_"
    page = found(login(), hostile)
    assert "<b>'" not in page
    assert "&lt;b&gt;" in page
    assert 'method="post"' in page


@pytest.mark.parametrize("pattern", ["%%%", "___", "\\\\\\"])
def test_signs_of_patterns_are_signs(login, closed, pattern):
    assert "No se encontró nada" in found(login(), pattern)


def test_days_outside_of_the_range_are_not_found(login, closed):
    page = found(login(), "1234.50", first=DAY + timedelta(days=1), last=TODAY)
    assert "No se encontró nada" in page


@pytest.mark.parametrize("wrong", [{"q": "x" * 101}, {"q": "abcd", "first": "9999-99-99"}, {"q": "ab\0cd"}])
def test_what_cannot_be_searched_gets_a_page(login, wrong):
    assert login().post("/search", data=wrong).status_code in (200, 404, 422)


def test_two_characters_are_too_few(login, closed):
    assert "tres caracteres" in found(login(), "00")
