"""Days that nobody closed are told once, whether or not Airflow ever made a run for them."""

import json
import os
from datetime import UTC, date, datetime, timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.approvals import Reason
from cierre.closing.unclosed import due, spans
from cierre.ledger import approvals, outages, revisions
from cierre.ledger.outages import Wait
from cierre.ports.errors import RetriableError
from operators.unclosed import UnclosedDaysOperator
from support.days import last_working_day, working_day
from support.mailbox import MailServer

BOX = "itb_caja_164"
LATEST = working_day(3)
"""A day with documents whose deadline has passed in every zone."""


@pytest.fixture
def only_box(mappings):
    """One box alone, which began three days before ``LATEST``."""
    for file in (mappings / "cash_boxes").iterdir():
        if file.stem == BOX:
            began = LATEST - timedelta(days=3)
            file.write_text(file.read_text().replace("start_date: 2024-01-01", f"start_date: {began}"))
        else:
            file.unlink()


def look() -> dict:
    return UnclosedDaysOperator(task_id="look").execute({"ti": SimpleNamespace(log_url="http://127.0.0.1/run")})


def test_skipped_days_are_told_once_and_closed_ones_never(close, only_box, mailbox, ledger):
    close(BOX, LATEST - timedelta(days=2)).all()
    missed = look()["itb"]
    (mail,) = mailbox
    assert mail["Subject"] == f"Instituto Tecnológico Bolivariano: {missed} days are NOT closed"
    body = mail.get_body(("html",)).get_content()
    assert f"Caja 164, ITB: {LATEST - timedelta(days=3)}, {LATEST - timedelta(days=1)} to " in body
    assert look() == {}
    assert len(mailbox) == 1


def test_a_day_that_could_not_be_read_is_told_with_the_reason(close, only_box, mailbox, unused_port, monkeypatch):
    gone = {"conn_type": "sga", "host": f"http://127.0.0.1:{unused_port}/sga/itb", "extra": {"retries": 0}}
    monkeypatch.setenv("AIRFLOW_CONN_SGA_ITB", json.dumps(gone))
    with pytest.raises(RetriableError):
        close(BOX, LATEST).step("land")
    look()
    body = mailbox[0].get_body(("html",)).get_content()
    assert f"{LATEST}: SGA: " in body
    assert body.count("SGA: ") == 1


def test_a_day_that_was_read_and_not_closed_is_told_with_what_stopped_it(close, only_box, mailbox, two_forms_unmapped):
    run = close(BOX, LATEST)
    run.step("land")
    run.step("stage")
    with pytest.raises(AirflowFailException):
        run.step("derive")
    look()
    body = unescape(mailbox[0].get_body(("html",)).get_content())
    assert f"{LATEST}: " in body
    assert "which table account_of_form does not list" in body
    assert "log says" not in body


def test_days_of_which_nobody_could_be_told_are_told_as_soon_as_it_works(close, only_box, unused_port, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_ALERTS_SMTP", raising=False)
    missed = look()
    with MailServer(unused_port) as server:
        monkeypatch.setenv("AIRFLOW_CONN_ALERTS_SMTP", server.connection)
        assert look() == missed
        assert len(server.mails) == 1


def test_a_day_is_due_when_the_box_could_have_closed_it_by_then():
    box = cash_box(BOX)  # Guayaquil, from midnight on
    until = datetime(2024, 9, 7, 5, tzinfo=UTC)
    assert list(due(box, date(2024, 9, 5), until)) == [date(2024, 9, 5), date(2024, 9, 6)]
    assert list(due(box, date(2024, 9, 5), until - timedelta(seconds=1))) == [date(2024, 9, 5)]
    assert next(due(box, date(2020, 1, 1), until)) == box.start_date


def test_days_in_a_row_are_told_as_a_range():
    days = [date(2024, 9, day) for day in (9, 2, 3, 4)]
    assert spans(days) == "2024-09-02 to 2024-09-04, 2024-09-09"


def body_of(mail) -> str:
    return unescape(mail.get_body(("html",)).get_content())


def test_a_day_that_waits_for_a_person_or_a_vendor_is_told_so(close, only_box, mailbox, mappings, ledger):
    box = mappings / "cash_boxes" / f"{BOX}.yaml"
    box.write_text(f"{box.read_text()}approvals:\n  first_day: true\n")
    run = close(BOX, LATEST)
    run.step("land")
    run.step("stage")
    run.step("derive")
    approvals.ask(ledger, revisions.current(ledger, BOX, LATEST), {Reason.FIRST_DAY: "the first"}, "0191")
    before = LATEST - timedelta(days=1)
    close(BOX, before).step("land")
    in_an_hour = datetime.now(UTC) + timedelta(hours=1)
    wait = Wait(BOX, before, "stage", "itb", "Caja 164, ITB", "sga_itb", "SGA", in_an_hour, in_an_hour)
    outages.note(ledger, wait, first=True)
    look()
    body = body_of(mailbox[-1])
    assert f"{LATEST}: its books wait for a person's approval" in body
    assert f"{before}: it waits for SGA, and goes on by itself" in body


def test_a_day_that_changed_since_its_close_or_was_closed_at_another_site_is_told_so(
    close, only_box, mailbox, ledger, monkeypatch
):
    changed, elsewhere = LATEST, last_working_day(LATEST - timedelta(days=1))
    close(BOX, elsewhere).all()
    erp = json.loads(os.environ["AIRFLOW_CONN_PROTHEUS"])
    monkeypatch.setenv(
        "AIRFLOW_CONN_PROTHEUS", json.dumps(erp | {"host": erp["host"].replace("127.0.0.1", "localhost")})
    )
    run = close(BOX, changed)
    run.all()
    run.step("land")
    run.step("stage")
    look()
    body = body_of(mailbox[-1])
    assert f"{changed}: it was closed, and changed since" in body
    assert f"{elsewhere}: it was closed at another site of the ERP" in body


@pytest.mark.parametrize("name", ["austral_oficina_1.yaml", "borrador.yml"])
def test_a_wrong_file_of_another_box_fails_the_watch_only_after_all_late_days_are_told(
    close, only_box, mailbox, mappings, name
):
    (mappings / "cash_boxes" / name).write_text("company: comercial_austral\n")
    companies = mappings / "companies.yaml"
    companies.write_text(companies.read_text().replace("[contabilidad.chile@example.com]", "nobody"))
    with pytest.raises(AirflowFailException, match=f"cash_boxes/{name}"):
        look()
    assert [mail["To"] for mail in mailbox] == ["contabilidad.itb@example.com"]
