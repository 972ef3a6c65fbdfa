import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.alerts.alert import Alert
from cierre.alerts.failure import FailureAlert
from cierre.alerts.new_finding import NewFinding, StillWrong
from cierre.alerts.not_approved import NotApproved
from cierre.alerts.people import tell
from cierre.alerts.watch import WatchAlert
from cierre.ledger import attempts, revisions
from cierre.ports.errors import FatalError, UncertainError
from support.books import freezer

ROOT = Path(__file__).parents[2]


def failed(error: Exception, task: str = "post") -> dict:
    link = "http://127.0.0.1:8080/dags/cash_close__itb_caja_164/runs/x/tasks/post?try_number=4"
    return {
        "exception": error,
        "ti": SimpleNamespace(task_id=task, log_url=link),
        "dag_run": SimpleNamespace(partition_key="2024-09-06"),
        "params": {},
    }


def body(mail) -> str:
    return mail.get_body(("html",)).get_content()


def test_a_companys_people_are_told_what_failed_what_to_do_and_where_to_look(mailbox, people):
    error = AirflowFailException("Caja 164, 2024-09-06: the ERP refused: account 1.1.01.001 is blocked")
    FailureAlert("itb", "Caja 164, ITB")(failed(error))
    (mail,) = mailbox
    assert mail["Subject"] == "Caja 164, ITB, 2024-09-06: post failed"
    assert mail["From"] == "cierre@example.com"
    assert mail["To"] == "ana@example.com, luis@example.com"
    assert "account 1.1.01.001 is blocked" in body(mail)
    assert "safe at any time" in body(mail)
    assert "/runs/x/tasks/post" in body(mail)


def test_no_text_of_a_subject_ends_the_headings_of_a_mail(mailbox, people):
    FailureAlert("itb", "Caja 164,\r\nBcc: eva@example.com\n\n")(failed(AirflowFailException("refused")))
    (mail,) = mailbox
    assert mail["Subject"].startswith("Caja 164, Bcc: eva@example.com")
    assert mail["Bcc"] is None
    assert mail["To"] == "ana@example.com, luis@example.com"


def test_an_uncertain_posting_is_told_as_such_with_what_never_to_do(mailbox, people):
    FailureAlert("itb", "Caja 164, ITB")(failed(UncertainError("no answer within 120 seconds", vendor="Protheus")))
    (mail,) = mailbox
    assert "UNCERTAIN" in mail["Subject"]
    assert "Do not enter the journal by hand" in body(mail)


def test_a_vendors_lockout_is_told_as_such_with_a_warning_not_to_run_it_again(mailbox, people):
    try:
        raise AirflowFailException("Zeta: Zeta refuses VentasV3: “Empresa bloqueada”.") from FatalError(
            "Zeta refuses VentasV3: “Empresa bloqueada”", vendor="Zeta"
        )
    except AirflowFailException as error:
        FailureAlert("itb", "Caja 1, ITB Uruguay")(failed(error, task="land"))
    (mail,) = mailbox
    assert mail["Subject"] == "Caja 1, ITB Uruguay, 2024-09-06: Zeta has LOCKED us OUT"
    assert "Do not run it again" in body(mail)


def test_an_error_that_was_not_written_for_people_is_told_by_its_kind_alone(mailbox, people):
    FailureAlert("itb", "Caja 164, ITB")(failed(ValueError("Ñusta Quishpe, 0912345678"), task="stage"))
    (mail,) = mailbox
    assert "0912345678" not in body(mail)
    assert "ValueError" in body(mail)
    assert "show it to who operates Airflow" in body(mail)


def test_a_mail_can_be_read_as_plain_text_and_lines_to_paste_keep_their_indentation(mailbox, people):
    error = AirflowFailException("Form 9 has no account. Write:\n  forms:\n    9: 1.1.01.009")
    FailureAlert("itb", "Caja 164, ITB")(failed(error, task="derive"))
    (mail,) = mailbox
    plain = mail.get_body(("plain",)).get_content()
    assert "\n    9: 1.1.01.009" in plain.replace("\r\n", "\n")
    assert "What to do: Do what the last sentence says" in plain
    assert "<" not in plain
    assert "<br>&nbsp;&nbsp;&nbsp;&nbsp;9: 1.1.01.009" in body(mail)
    assert mail.get_content_type() == "multipart/alternative"


def test_a_mail_leads_to_the_day_on_the_board(mailbox, monkeypatch, tmp_path):
    shutil.copytree(ROOT / "include" / "mappings", tmp_path / "mappings")
    companies = tmp_path / "mappings" / "companies.yaml"
    companies.write_text("companies:\n  itb: {name: ITB, alerts: [ana@example.com], language: es}\n")
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(tmp_path / "mappings"))
    context = failed(AirflowFailException("rechazado"))
    context["ti"].dag_id = "cash_close__itb_caja_164"
    FailureAlert("itb", "Caja 164, ITB")(context)
    (mail,) = mailbox
    for part in ("plain", "html"):
        assert "/cierre/boxes/itb_caja_164/2024-09-06" in mail.get_body((part,)).get_content()
    assert "Abrir el día en el tablero" in body(mail)


def test_chats_are_told_the_same_each_company_in_its_own(mailbox, people, chats):
    error = AirflowFailException("Caja 164, 2024-09-06: the ERP refused: account 1.1.01.001 is blocked")
    FailureAlert("itb", "Caja 164, ITB")(failed(error))
    (chat,) = chats("itb")
    assert chat["title"] == "Caja 164, ITB, 2024-09-06: post failed"
    assert "account 1.1.01.001 is blocked" in chat["message"]
    assert "What to do: Do what the last sentence says" in chat["message"]
    assert "/runs/x/tasks/post" in chat["message"]
    assert chats("quiet") == []


@pytest.mark.parametrize("company", ["quiet", "unknown"])
def test_with_nobody_to_tell_the_log_says_so(mailbox, people, company, caplog):
    assert not tell(Alert(company, "subject", "happened", "to do", boxes=[]))
    assert mailbox == []
    assert "Nobody was told: subject" in caplog.text


def test_without_a_mail_connection_the_log_says_so(people, monkeypatch, caplog):
    monkeypatch.delenv("AIRFLOW_CONN_ALERTS_SMTP", raising=False)
    assert not tell(Alert("itb", "subject", "happened", "to do", boxes=[]))
    assert "there is no connection alerts_smtp" in caplog.text


def test_a_mail_server_that_is_down_changes_nothing_else(people, monkeypatch, unused_port, chats):
    monkeypatch.setenv("AIRFLOW_CONN_ALERTS_SMTP", f"smtp://127.0.0.1:{unused_port}?disable_ssl=true&disable_tls=true")
    FailureAlert("itb", "Caja 164, ITB")(failed(AirflowFailException("x")))
    assert [chat["title"] for chat in chats("itb")] == ["Caja 164, ITB, 2024-09-06: post failed"]


def test_a_company_that_speaks_spanish_is_told_in_spanish(mailbox, people, chats):
    companies = people / "companies.yaml"
    companies.write_text(companies.read_text().replace("language: en", "language: es"))
    FailureAlert("itb", "Caja 164, ITB")(failed(UncertainError("no answer within 120 seconds", vendor="Protheus")))
    (mail,), (chat,) = mailbox, chats("itb")
    assert mail["Subject"] == chat["title"] == "Caja 164, ITB, 2024-09-06: envío INCIERTO"
    for told in (body(mail), chat["message"]):
        assert "Puede que allí se haya ejecutado o no" in told
        assert "Qué hacer:" in told
        assert "No ingrese el asiento a mano" in told


@pytest.fixture
def ended_from_outside(people, ledger_dsn, monkeypatch):
    """``ended_from_outside(task)``: the context of a task that Airflow itself has failed; it has no error in it."""
    shutil.copytree(ROOT / "include" / "mappings" / "cash_boxes", people / "cash_boxes")
    monkeypatch.setenv("AIRFLOW_CONN_LEDGER_DB", ledger_dsn.replace("postgresql://", "postgres://"))

    def context(task: str) -> dict:
        made = failed(None, task)
        made["ti"].dag_id = "cash_close__itb_caja_164"
        del made["exception"]
        return made

    return context


def test_a_task_that_was_killed_is_told_with_what_the_ledger_knows_of_the_day(mailbox, people, ended_from_outside):
    FailureAlert("itb", "Caja 164, ITB")(ended_from_outside("land"))
    (mail,) = mailbox
    assert mail["Subject"] == "Caja 164, ITB, 2024-09-06: land failed"
    assert "NoneType" not in body(mail)
    assert "was ended from outside" in body(mail)
    assert "Nothing had been read or posted" in body(mail)


def test_a_task_that_was_killed_while_it_posted_is_told_as_uncertain(mailbox, people, ended_from_outside, ledger):
    (entry,) = revisions.bookings(ledger, freezer(ledger)("35.30"))
    attempts.claim(ledger, entry, worker="killed", lease_seconds=60)
    FailureAlert("itb", "Caja 164, ITB")(ended_from_outside("post"))
    (mail,) = mailbox
    assert mail["Subject"] == "Caja 164, ITB, 2024-09-06: posting UNCERTAIN"
    assert "its outcome is not known" in body(mail)
    assert "Do not enter the journal by hand" in body(mail)


def test_where_the_ledger_cannot_be_asked_the_alert_says_so_and_warns(mailbox, people, ended_from_outside, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_LEDGER_DB", "postgres://nobody:x@127.0.0.1:1/none")
    FailureAlert("itb", "Caja 164, ITB")(ended_from_outside("post"))
    (mail,) = mailbox
    assert "could not be asked" in body(mail)
    assert "Do not enter the journal by hand" in body(mail)


def test_who_rejects_is_named_with_what_stays_and_what_comes_next(mailbox, people):
    error = NotApproved("revision 2 is not approved: Ana rejected it", decision="rejected", who="Ana", in_the_erp=[],
                        comment="Recibo <b>12</b> falta")  # fmt: skip
    FailureAlert("itb", "Caja 164, ITB")(failed(error, task="approve"))
    error = NotApproved("not approved", decision="timed out", who=None, in_the_erp=["008964/001/000001"])
    FailureAlert("itb", "Caja 164, ITB")(failed(error, task="approve"))
    rejected, unanswered = mailbox
    assert rejected["Subject"] == "Caja 164, ITB, 2024-09-06: REJECTED by Ana, not posted"
    assert "The ERP holds nothing of the day." in body(rejected)
    assert "Ana says to it: Recibo &lt;b&gt;12&lt;/b&gt; falta" in rejected.get_body(("html",)).get_content()
    assert "Nobody is asked again by itself" in body(rejected)
    assert unanswered["Subject"] == "Caja 164, ITB, 2024-09-06: nobody approved it in time, not posted"
    assert "stays there as it is: 008964/001/000001" in body(unanswered)


@pytest.fixture
def watch(people, ledger_dsn, monkeypatch):
    """``watch(error, day)``: what a DAG that looks after the closes tells when it has failed for good."""
    companies = people / "companies.yaml"
    keepers = "  cierre:\n    name: Cierre\n    alerts: [ops@example.com]\n    language: en\n"
    companies.write_text(companies.read_text() + keepers)
    monkeypatch.setenv("AIRFLOW_CONN_LEDGER_DB", ledger_dsn.replace("postgresql://", "postgres://"))

    def tell_of(error: Exception | None, day: str | None = None) -> None:
        context = failed(error, "look")
        context["ti"].dag_id, context["ti"].try_number = "company_day__itb", 7
        context["dag_run"].partition_key = day
        WatchAlert("itb", "company_day itb")(context)

    return tell_of


def test_that_airflow_lost_a_watchs_task_is_told_those_who_look_after_it_and_once_a_day(mailbox, watch):
    watch(None)
    watch(None)
    (mail,) = mailbox
    assert (mail["To"], mail["Subject"]) == ("ops@example.com", "company_day itb: its task was lost")
    assert "at each of 7 tries" in body(mail)


def test_an_error_of_airflows_own_is_told_those_who_look_after_it(mailbox, watch):
    watch(ConnectionError("no answer from the API server"))
    (mail,) = mailbox
    assert mail["To"] == "ops@example.com"
    assert "ConnectionError" in body(mail)


def test_what_a_watch_found_itself_is_told_its_people_once_for_each_day(mailbox, watch):
    for day in ("2024-09-06", "2024-09-06", "2024-09-07"):
        watch(AirflowFailException("ITB: the company's day is not closed"), day)
    assert [mail["To"] for mail in mailbox] == ["ana@example.com, luis@example.com"] * 2


def test_what_a_watch_finds_besides_is_told_though_it_had_failed_before_that_day(mailbox, watch):
    """The audit first has no answer of the database, then finds what is not as it was sealed."""
    for error in (ConnectionError("1.2 s"), ConnectionError("1.3 s"), AirflowFailException("the books are not"), None):
        watch(error, "2024-09-06")
        watch(error, "2024-09-06")
    assert len(mailbox) == 3


def test_what_stays_wrong_is_told_once_a_day_however_it_is_worded_and_another_subject_at_once(mailbox, watch):
    """The reaper runs every five minutes; the ERP gives another reason, with another number, each time."""
    for why in ("timeout after 30.1 s", "timeout after 29.7 s", "HTTP 503, request 8812"):
        watch(StillWrong(f"T1 008964/001: {why}", ["itb_caja_164 T1 008964/001"]), "2024-09-06")
    assert len(mailbox) == 1
    both = ["itb_caja_164 T1 008964/001", "itb_caja_165 T1 008965/001"]
    watch(StillWrong("two addresses: timeout", both), "2024-09-06")
    assert len(mailbox) == 2


def test_what_a_task_says_to_be_new_is_told_each_time_and_settled_once_a_mail_went_out(mailbox, watch, monkeypatch):
    settled = []
    with monkeypatch.context() as down:
        down.setattr("cierre.alerts.mail.send", lambda alert: 1 / 0)
        watch(NewFinding("a.csv is refused", lambda: settled.append("no")), "2024-09-06")
    for _again in range(2):
        watch(NewFinding("a.csv is refused", lambda: settled.append("yes")), "2024-09-06")
    assert (len(mailbox), settled) == (2, ["yes", "yes"])


def test_a_watch_whose_ledger_does_not_answer_tells_it_all_the_same(mailbox, watch, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_LEDGER_DB", "postgres://nobody:x@127.0.0.1:1/none")
    watch(AirflowFailException("the ledger does not answer"), "2024-09-06")
    assert len(mailbox) == 1
