"""What is found at night is told each company once, whatever found it, and whatever goes wrong between keeping it and
sending the mail."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from cierre.alerts.master_data import tell_news
from cierre.closing import master_data
from operators.second_look import SecondLookOperator
from operators.tie_out import TieOutOperator

BOX, DAY, TENANT, LOT = "itb_caja_164", date(2024, 9, 6), "T1,D MG 01", "008964"
CASH = "1.1.01.001"
ITB, ONLINE = "contabilidad.itb@example.com", "en.linea@example.com"
KINDS = ("look", "master data", "tie-out")

Night = Callable[[], None]


@pytest.fixture(params=KINDS)
def night(request, close, sandbox, ledger, mappings) -> Night:
    """``night()``: a run of the task that finds, on its first, what was changed after the day was closed."""
    file = mappings / "companies.yaml"  # two companies of one tenant, each with an address of its own
    itb_online = "    name: ITB Online\n    alerts: ["
    assert itb_online + ITB in file.read_text()
    file.write_text(file.read_text().replace(itb_online + ITB, itb_online + ONLINE))
    close(BOX, DAY).all()
    return {"look": _look, "master data": _master_data, "tie-out": _tie_out}[request.param](sandbox, ledger)


def _look(sandbox, ledger) -> Night:
    query = "SELECT reference FROM staging.document WHERE kind = 'payment' AND net <> 0 LIMIT 1"
    sandbox.change_payment("itb", ledger.execute(query).fetchone()[0], remove=True)
    operator = SecondLookOperator(task_id="look", until=time(9), every=timedelta(minutes=15))
    return lambda: operator.execute(_context(**{"from": str(DAY)}))


def _master_data(sandbox, ledger) -> Night:
    sandbox.change_master("CT1", CASH, TENANT, CT1_BLOQ="1")

    def night() -> None:
        # Not by its operator, whose clock may find that a month of today ends soon.
        master_data.read_all(ledger, datetime(2024, 9, 20, 3, 20, tzinfo=UTC))
        tell_news(ledger, "https://airflow.example/log")

    return night


def _tie_out(sandbox, _ledger) -> Night:
    (document,) = sandbox.protheus_ledger(live=True, day=DAY, lot=LOT)
    sandbox.edit_document(document, 1, CT2_VALOR=str(Decimal(document.lines[0]["CT2_VALOR"]) - Decimal("0.01")))
    return lambda: TieOutOperator(task_id="tie_out").execute(_context(**{"from": "2024-09", "company": "itb"}))


def _context(**params: str) -> dict:
    run = SimpleNamespace(conf=params)
    return {"params": params, "dag_run": run, "ti": SimpleNamespace(log_url="https://airflow.example/log")}


def to(mails, address: str) -> list[str]:
    return [mail["Subject"] for mail in mails if mail["To"] == address]


def test_news_are_told_once(night, mailbox):
    for _ in range(3):
        night()
    assert len(to(mailbox, ITB)) == 1


def test_a_task_that_dies_after_keeping_leaves_the_mail_to_the_next_run(night, mailbox, monkeypatch):
    def dies(_alert) -> None:
        raise MemoryError("the worker dies")

    with monkeypatch.context() as now:
        now.setattr("cierre.alerts.news.deliver", dies)
        with pytest.raises(MemoryError):
            night()
    assert mailbox == []
    for _ in range(2):
        night()
    assert len(to(mailbox, ITB)) == 1


def test_a_mail_server_that_refuses_is_tried_again_by_the_next_run(night, mail_server, mailbox):
    mail_server.refuses = {ITB}
    for _ in range(2):
        night()
    assert to(mailbox, ITB) == []
    mail_server.refuses = set()
    for _ in range(2):
        night()
    assert len(to(mailbox, ITB)) == 1


@pytest.mark.parametrize("night", ["master data"], indirect=True)
def test_a_company_whose_mail_went_out_is_not_told_again_because_anothers_did_not(night, mail_server, mailbox):
    mail_server.refuses = {ITB}
    night()
    assert (len(to(mailbox, ITB)), len(to(mailbox, ONLINE))) == (0, 1)
    mail_server.refuses = set()
    for _ in range(2):
        night()
    assert (len(to(mailbox, ITB)), len(to(mailbox, ONLINE))) == (1, 1)


@pytest.mark.parametrize("night", ["master data"], indirect=True)
def test_what_was_put_right_before_anybody_could_be_told_is_not_told(night, sandbox, mail_server, mailbox):
    mail_server.refuses = {ITB, ONLINE}
    night()
    sandbox.change_master("CT1", CASH, TENANT, CT1_BLOQ="2")
    mail_server.refuses = set()
    for _ in range(2):
        night()
    assert mailbox == []


@pytest.mark.parametrize("night", ["tie-out"], indirect=True)
def test_of_a_month_that_could_not_be_told_what_still_differs_is_told_together(night, sandbox, mail_server, mailbox):
    mail_server.refuses = {ITB}
    night()
    (document,) = sandbox.protheus_ledger(live=True, day=DAY, lot=LOT)
    last = len(document.lines)
    sandbox.edit_document(document, last, CT2_VALOR=str(Decimal(document.lines[-1]["CT2_VALOR"]) - Decimal("0.02")))
    night()
    mail_server.refuses = set()
    night()
    (mail,) = [one for one in mailbox if one["To"] == ITB]
    assert mail.get_body(("html",)).get_content().count("another amount") == 2


@pytest.mark.parametrize("night", ["tie-out"], indirect=True)
def test_a_month_that_ties_out_again_before_anybody_could_be_told_is_told_as_tied_out(
    night, sandbox, mail_server, mailbox
):
    mail_server.refuses = {ITB}
    night()
    (document,) = sandbox.protheus_ledger(live=True, day=DAY, lot=LOT)
    sandbox.edit_document(document, 1, CT2_VALOR=str(Decimal(document.lines[0]["CT2_VALOR"]) + Decimal("0.01")))
    night()
    mail_server.refuses = set()
    for _ in range(2):
        night()
    (subject,) = to(mailbox, ITB)
    assert subject.endswith("2024-09: tied out again")


@pytest.mark.parametrize("wrong", ["companies: [\n", "companies:\n  itb:\n    name: ITB\n    alerts: [ana]\n"])
def test_news_wait_while_the_file_that_says_whom_to_tell_names_nobody_because_it_is_wrong(
    night, mailbox, mappings, wrong
):
    file = mappings / "companies.yaml"
    sound = file.read_text()
    file.write_text(wrong)
    night()
    file.write_text(sound)
    night()
    assert len(to(mailbox, ITB)) == 1


def test_news_of_a_company_wait_while_one_of_its_boxes_files_is_wrong_and_are_then_told(night, mailbox, mappings):
    own, others = (mappings / "cash_boxes" / f"{name}.yaml" for name in ("itb_caja_165", "austral_oficina_1"))
    sound = own.read_text()
    others.write_text("name: wrong\n")
    own.write_text(sound.replace("currency: USD", "currency: USDD"))
    night()
    assert to(mailbox, ITB) == []
    own.write_text(sound)
    night()
    assert len(to(mailbox, ITB)) == 1
