"""A company's day: consolidated and told once all its boxes are closed."""

from datetime import date
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException

from operators.company_day import CompanyDayOperator
from store import capabilities, overview
from store.capabilities import Capability

DAY = date(2024, 9, 6)


def consolidate(key: str | None = str(DAY)) -> dict:
    context = {"dag_run": SimpleNamespace(partition_key=key), "ti": SimpleNamespace(log_url="http://127.0.0.1/run")}
    return CompanyDayOperator(task_id="consolidate", company="itb").execute(context)


def test_the_digest_has_a_row_for_each_box_the_stations_and_a_chart(close, mailbox, ledger):
    close("itb_caja_164", DAY).all()
    close("itb_caja_165", DAY).all()
    assert consolidate() == {"business_date": "2024-09-06", "boxes": 2}
    (mail,) = mailbox
    days = overview.day(ledger, DAY)
    total = sum(day.journal_total for day in days)
    assert mail["Subject"] == f"Instituto Tecnológico Bolivariano, 2024-09-06: closed, {total:,} USD"
    body = mail.get_body(("html",)).get_content()
    assert f"{sum(day.documents for day in days)} documents" in body
    assert "agree to the cent" in body
    for day in days:
        assert f"{day.journal_total:,} USD" in body
        assert day.erp_documents[0] in body
    assert "staged / journal" in body
    assert body.count("background:#2f6f9f") == len({form for day in days for form in day.money_by_form})


def test_a_box_that_is_not_closed_is_named_and_nobody_is_told_that_the_day_is_closed(close, mailbox):
    close("itb_caja_164", DAY).all()
    with pytest.raises(AirflowFailException, match=r"Caja 165, ITB: not read yet"):
        consolidate()
    assert mailbox == []


def test_without_a_day_it_says_how_to_give_one(close):
    with pytest.raises(AirflowFailException, match="Give the day as the run's partition key"):
        consolidate(None)


def test_the_digest_of_boxes_that_were_read_back_says_so(close, mailbox, ledger):
    capabilities.save(ledger, "protheus", "T1,D MG 01 ", [Capability("read_back", True, "seen by a test")])
    close("itb_caja_164", DAY).all()
    close("itb_caja_165", DAY).all()
    consolidate()
    body = mailbox[0].get_body(("html",)).get_content()
    assert "Source, journal and ERP agree to the cent: the ERP was read back." in body
    assert body.count("reconciled, read back") == 2


def test_the_digest_says_no_more_of_an_erp_that_only_answered(close, mailbox):
    close("itb_caja_164", DAY).all()
    close("itb_caja_165", DAY).all()
    consolidate()
    body = mailbox[0].get_body(("html",)).get_content()
    assert "Source and journal agree to the cent. The ERP, by cash boxes: acknowledged: 2." in body
    assert "reconciled, acknowledged" in body


def test_a_box_whose_file_is_gone_stays_in_the_sums_of_the_days_that_it_closed(close, mailbox, ledger, mappings):
    close("itb_caja_164", DAY).all()
    close("itb_caja_165", DAY).all()
    total = sum(day.journal_total for day in overview.day(ledger, DAY))
    (mappings / "cash_boxes" / "itb_caja_165.yaml").unlink()
    assert consolidate() == {"business_date": "2024-09-06", "boxes": 2}
    assert mailbox[0]["Subject"].endswith(f"closed, {total:,} USD")
    assert "Caja 165, ITB (retired)" in mailbox[0].get_body(("html",)).get_content()


def test_days_that_were_booked_in_another_currency_are_summed_apart(close, mailbox, ledger, mappings):
    close("itb_caja_164", DAY).all()
    close("itb_caja_165", DAY).all()
    first, second = (day.journal_total for day in overview.day(ledger, DAY))
    file = mappings / "cash_boxes" / "itb_caja_165.yaml"
    file.write_text(file.read_text().replace("currency: USD", "currency: EUR"))
    consolidate()  # the file changed after the day was closed: it was closed in dollars
    assert mailbox[0]["Subject"].endswith(f"closed, {first + second:,} USD")
