"""A company's day: consolidated and told once all its boxes are closed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException, TaskDeferred

from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import cash_box
from cierre.alerts.company_day import QUIET_SECONDS
from cierre.alerts.digest import NotSent, digest, send_overdue
from cierre.bookkeeping.identity import Identity
from cierre.closing.company_day import company_day
from cierre.ledger import capabilities, digests, identity, overview, reconciliation, seals
from cierre.ledger.capabilities import Capability
from cierre.reports import heads
from operators.company_day import CompanyDayOperator
from support import closed_day

DAY = date(2024, 9, 6)


def consolidate(key: str | None = str(DAY), run_type: str = "asset_triggered", number: int = 1) -> dict:
    run = SimpleNamespace(partition_key=key, run_type=run_type, run_id=f"{key}__{run_type}__{number}")
    context = {"dag_run": run, "ti": SimpleNamespace(log_url="http://127.0.0.1/run")}
    return CompanyDayOperator(task_id="consolidate", company="itb").execute(context)


@pytest.fixture(autouse=True)
def at_rest(monkeypatch):
    """No test waits until the boxes have closed nothing for minutes."""
    monkeypatch.setenv(QUIET_SECONDS, "0")


def body_of(mail) -> str:
    return mail.get_body(("html",)).get_content()


def close_both(close, *days: date) -> None:
    for day in days:
        close("itb_caja_164", day).all()
        close("itb_caja_165", day).all()


def test_the_digest_has_a_row_for_each_box_the_stages_and_a_chart(close, mailbox, ledger):
    close("itb_caja_164", DAY).all()
    close("itb_caja_165", DAY).all()
    assert consolidate() == {"business_date": "2024-09-06", "boxes": 2, "told": 1}
    (mail,) = mailbox
    days = overview.day(ledger, DAY)
    total = taken_in(ledger)
    assert 0 < total < sum(day.journal_total for day in days)
    assert mail["Subject"] == f"Instituto Tecnológico Bolivariano, 2024-09-06: closed, taken in {total:,} USD"
    body = mail.get_body(("html",)).get_content()
    assert f"{sum(day.documents for day in days)} documents" in body
    assert "agree to the cent" in body
    for day in days:
        assert f"{day.journal_total:,} USD" in body
        assert day.erp_documents[0] in body
    for stage in ("source", "staged", "journal", "ERP"):
        assert body.count(f">{stage}<") == 1
    assert body.count(">agrees<") == 3
    assert "not arrived" not in body
    assert body.count("background:#2f6f9f") == len({form for day in days for form in day.money_by_form})


def test_the_digest_saved_as_text_is_what_an_audit_reads_heads_from(close, mailbox, ledger):
    close_both(close, DAY)
    consolidate()
    saved = mailbox[0].get_body(("plain",)).get_content()
    assert heads.read(saved) == list(seals.heads(ledger, ["itb_caja_164", "itb_caja_165"]))


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
    total = taken_in(ledger)
    (mappings / "cash_boxes" / "itb_caja_165.yaml").unlink()
    assert consolidate() == {"business_date": "2024-09-06", "boxes": 2, "told": 1}
    assert mailbox[0]["Subject"].endswith(f"closed, taken in {total:,} USD")
    assert "Caja 165, ITB (retired)" in mailbox[0].get_body(("html",)).get_content()


def test_days_that_were_booked_in_another_currency_are_summed_apart(close, mailbox, ledger, mappings):
    close("itb_caja_164", DAY).all()
    close("itb_caja_165", DAY).all()
    total = taken_in(ledger)
    file = mappings / "cash_boxes" / "itb_caja_165.yaml"
    file.write_text(file.read_text().replace("currency: USD", "currency: EUR"))
    consolidate()  # the file changed after the day was closed: it was closed in dollars
    assert mailbox[0]["Subject"].endswith(f"closed, taken in {total:,} USD")


def taken_in(ledger) -> Decimal:
    """Of the sandbox's schools: what was paid and received, whatever the journal makes of it."""
    paid = "SELECT sum(net) FROM staging.document WHERE business_date = %s AND kind IN ('payment', 'receipt')"
    return ledger.execute(paid, (DAY,)).fetchone()[0]


def test_days_that_are_closed_one_after_the_other_are_told_in_one_mail_in_their_order(
    close, mailbox, ledger, monkeypatch
):
    days = [date(2024, 9, number) for number in (4, 5, 6)]
    close_both(close, *days)
    monkeypatch.setenv(QUIET_SECONDS, "300")
    with pytest.raises(TaskDeferred) as waiting:
        consolidate(str(days[2]))
    assert waiting.value.method_name == "resume"
    assert consolidate(str(days[0]))["told"] == consolidate(str(days[1]))["told"] == 0
    assert mailbox == []

    monkeypatch.setenv(QUIET_SECONDS, "0")
    assert consolidate(str(days[2]))["told"] == 3
    (mail,) = mailbox
    assert mail["Subject"].startswith("Instituto Tecnológico Bolivariano, 2024-09-04 to 2024-09-06: 3 days closed, ")
    body = body_of(mail)
    assert [body.index(f">{day}<") for day in days] == sorted(body.index(f">{day}<") for day in days)
    assert body.count(">journal<") == 1
    assert consolidate(str(days[2]))["told"] == 0  # cleared
    assert len(mailbox) == 1


def test_days_that_are_asked_for_one_after_the_other_are_waited_for_however_long_ago_they_were_closed(ledger):
    minutes, closed_of_late = timedelta(minutes=5), []
    assert digests.active_until(ledger, "itb", closed_of_late, minutes) is None
    digests.ask(ledger, "conduce_ecuador", DAY, "a run")
    assert digests.active_until(ledger, "itb", closed_of_late, minutes) is None
    digests.ask(ledger, "itb", DAY, "a run")
    assert digests.active_until(ledger, "itb", closed_of_late, minutes) > datetime.now(UTC)
    digests.told(ledger, "itb", [DAY])
    assert digests.active_until(ledger, "itb", closed_of_late, minutes) is None


def test_yesterday_is_told_at_once_alone_while_older_days_are_being_closed(close, mailbox, ledger, monkeypatch):
    box, now = cash_box("itb_caja_164"), datetime.now(UTC)
    yesterday = next(day for day in (now.date() - timedelta(days=ago) for ago in range(3)) if box.is_over(day, now))
    close_both(close, DAY, yesterday)
    monkeypatch.setenv(QUIET_SECONDS, "300")
    with pytest.raises(TaskDeferred):
        consolidate()
    assert consolidate(str(yesterday))["told"] == 1
    assert f", {yesterday}: closed, taken in " in mailbox[0]["Subject"]
    assert list(digests.owed(ledger, "itb")) == [DAY]


def test_a_digest_that_is_asked_for_by_hand_is_sent_at_once_alone_and_again(close, mailbox, monkeypatch):
    close_both(close, DAY)
    monkeypatch.setenv(QUIET_SECONDS, "300")
    assert consolidate(run_type="manual", number=1)["told"] == 1
    assert consolidate(run_type="manual", number=2)["told"] == 1
    assert len(mailbox) == 2


def test_a_digest_that_was_perhaps_sent_is_sent_again_and_says_so(close, mailbox, ledger):
    close_both(close, DAY)
    digests.ask(ledger, "itb", DAY, f"{DAY}__asset_triggered__1")
    digests.begin(ledger, "itb", [DAY])  # and its process was killed
    assert consolidate()["told"] == 1
    assert mailbox[0]["Subject"].endswith("(perhaps repeated)")
    assert "may have been sent before" in body_of(mailbox[0])


def test_a_digest_that_cannot_be_sent_stays_owed(close, ledger, unused_port, monkeypatch):
    close_both(close, DAY)
    monkeypatch.setenv("AIRFLOW_CONN_ALERTS_SMTP", f"smtp://127.0.0.1:{unused_port}?disable_ssl=true&disable_tls=true")
    with pytest.raises(NotSent, match="could not be sent"):
        consolidate()
    assert digests.owed(ledger, "itb") == {DAY: False}


def test_a_digest_whose_run_is_gone_is_sent_by_the_hourly_watch(close, mailbox, ledger):
    close_both(close, DAY)
    digests.ask(ledger, "itb", DAY, "a run that was deleted")
    send_overdue(ledger, "itb", "")
    assert mailbox == []  # it may still be at work
    digests.wait(ledger, "itb", DAY, datetime(2024, 9, 7, tzinfo=UTC))
    send_overdue(ledger, "itb", "")
    assert len(mailbox) == 1
    assert digests.owed(ledger, "itb") == {}


def test_a_wrong_file_of_another_company_does_not_stop_the_companys_day(close, mailbox, mappings):
    close_both(close, DAY)
    spoil(mappings, "austral_oficina_1", "currency: CLP", "currency: CLPP")
    assert consolidate()["told"] == 1


@pytest.mark.parametrize("wrong", ["currency: USDD", "currency: [USD"])
def test_while_a_file_of_its_own_is_wrong_the_companys_day_waits(close, mailbox, mappings, ledger, wrong):
    close_both(close, DAY)
    spoil(mappings, "itb_caja_165", "currency: USD", wrong)
    with pytest.raises(MappingError, match=r"cash_boxes/itb_caja_165\.yaml"):
        consolidate()
    assert mailbox == []


def test_a_retired_box_whose_day_is_not_closed_keeps_the_companys_day_open(close, mailbox, ledger, mappings):
    close_both(close, DAY)
    run = close("itb_caja_165", DAY)
    run.step("land")
    run.step("stage")  # read anew, and its books not looked at again
    (mappings / "cash_boxes" / "itb_caja_165.yaml").unlink()
    with pytest.raises(AirflowFailException, match=r"Caja 165, ITB: open; the box has no file any more: put the file"):
        consolidate()
    assert mailbox == []


def test_books_of_what_arrived_are_no_box_of_the_companys_day(close, mailbox, ledger):
    close_both(close, DAY)
    box = cash_box("itb_caja_164")
    of_bank = box.model_copy(update={"id": "banco_itb", "file": "banco_itb", "source": "arrivals"})
    identity.note(ledger, Identity.of(of_bank, source_site="ledger", erp_site="http://erp"))
    closed_day.stage(ledger, box.model_copy(update={"id": "banco_itb"}), DAY, ("5.00", "1"))
    assert consolidate()["boxes"] == 2


def test_accepted_differences_of_two_boxes_that_cancel_out_are_told_as_differences(ledger, mappings):
    for name, off in (("itb_caja_164", "0.50"), ("itb_caja_165", "-0.50")):
        revision = closed_day.close(ledger, cash_box(name), DAY, ("50.00", "1"))
        rows = [
            replace(row, left_net=row.left_net + Decimal(off)) if row.left == "landed" else row
            for row in reconciliation.compare_day(ledger, revision)
        ]
        reconciliation.keep(ledger, revision, "reconciled", rows)
    day = company_day(ledger, "itb", DAY)
    told = digest("itb", [day, replace(day, day=DAY + timedelta(days=1))], "")
    assert not day.agrees
    assert "Small differences were accepted by a person." in told.happened
    assert told.figures.count(">DIFFERS<") == 3  # each of the two days, and the stage that differs


def test_one_box_and_one_document_are_told_as_one(ledger, mappings):
    box = cash_box("educacion_continua_caja_7")
    days = [DAY, DAY + timedelta(days=1)]
    for day in days:
        closed_day.close(ledger, box, day, ("50.00", "1"))
    one, other = (company_day(ledger, box.company, day) for day in days)
    alone, both = digest(box.company, [one], ""), digest(box.company, [one, other], "")
    assert "is closed (1 cash box): 1 document, taken in 50.00 USD." in alone.happened
    assert "The ERP, by cash boxes: acknowledged: 1." in alone.happened
    assert "The ERP, by days of cash boxes: acknowledged: 2." in both.happened


def spoil(mappings, box: str, old: str, new: str) -> None:
    file = mappings / "cash_boxes" / f"{box}.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
