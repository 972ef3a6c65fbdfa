"""A month's checklist on the board, and who may sign it: by another person than who closed it, and guarded since."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from airflow.models.dagrun import DagRun
from airflow.models.log import Log
from playwright.sync_api import expect

from cierre.accounting_files.loader import cash_boxes
from cierre.board import access, month_files
from cierre.board.boxes import dag_of
from cierre.bookkeeping.answers import Answer
from cierre.bookkeeping.approvals import Reason
from cierre.bookkeeping.cash_box import Approvals
from cierre.bookkeeping.identity import Identity
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.tie_out import AccountTotal, TieOut
from cierre.ledger import approvals, identity, month_facts, sign_offs, tie_outs
from cierre.ledger.tie_outs import Month
from support import closed_day

MONTH = date(2024, 9, 1)
LAST = date(2024, 9, 30)
BOX = cash_boxes()["itb_caja_164"].model_copy(update={"start_date": date(2024, 9, 28)})
DAYS = [BOX.start_date + timedelta(days=number) for number in range(3)]
SITE = "http://erp"
PAGE = "/months/2024-09/companies/itb"
SAME = {"sec-fetch-site": "same-origin", "origin": "http://testserver"}


@pytest.fixture(autouse=True)
def one_box(monkeypatch) -> None:
    """The company has one box, which began three days before the month ended."""
    others = {name: box for name, box in cash_boxes().items() if box.company != "itb"}
    for module in (access, month_files):
        monkeypatch.setattr(module, "all_boxes", lambda: others | {BOX.id: BOX})


@pytest.fixture
def green(ledger) -> None:
    """Every day is closed, the month ties out, and an audit was sound."""
    identity.note(ledger, Identity.of(BOX, source_site="http://sga", erp_site=SITE))
    for day in DAYS:
        closed_day.close(ledger, BOX, day, ("20.00", "1"))
    ties(ledger)
    audited(ledger)


def ties(ledger) -> None:
    cash = AccountTotal("1.1.01.001", "USD", Decimal(60), Decimal(60), None)
    tie_outs.keep(ledger, Month(SITE, BOX.erp.tenant, MONTH), tie_outs.now(ledger), TieOut((cash,), ()))


def correct(ledger, day: date, net: str):
    """The day is booked anew and closed again; what was posted before is reversed."""
    revision = closed_day.book(ledger, BOX, day, closed_day.stage(ledger, BOX, day, (net, "1")))
    closed_day.post(ledger, revision)
    assert closed_day.reconcile(ledger, revision) == "reconciled"
    return revision


def audited(ledger, *broken: str, read_at: datetime | None = None) -> None:
    month_facts.keep_audit(ledger, read_at or datetime.now(UTC) + timedelta(seconds=1), 20, broken, 0)


def seen(page: str) -> str | None:
    found = re.search(r'"seen": "([0-9a-f]{64})"', unescape(page))
    return found and found[1]


def sign(client, comment: str = "", **changes):
    body = {"seen": seen(client.get(PAGE).text) or "0" * 64, "comment": comment} | changes
    return client.post(f"{PAGE}/sign-off", json=body, headers=SAME)


def ran(airflow, who: str | None, day: date = DAYS[0], **log: str) -> None:
    airflow.add(
        DagRun(
            dag_id=dag_of(BOX.id), run_id=f"r_{day}_{who}", run_type="manual", state="success", partition_key=str(day),
            run_after=datetime.now(UTC), logical_date=None, data_interval=None, triggering_user_name=who,
        )
    )  # fmt: skip
    airflow.flush()


def lines(page: str) -> dict[str, str]:
    """The checklist: each line with its state."""
    table = page.partition('id="checklist"')[2].partition("</table>")[0]
    rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td>', table, re.DOTALL)
    return {line: re.sub(r"<[^>]+>", "", state).strip() + ": " + figures for line, state, figures in rows}


def english(client, address: str = PAGE) -> str:
    return client.get(address, headers={"Accept-Language": "en"}).text


def test_a_month_in_order_says_so_line_by_line_and_is_signed_with_a_comment(login, green, ledger):
    client = login()
    shown = lines(english(client))
    assert shown["Every day that is due is closed"] == "✓ in order: 3 of 3 days are closed"
    assert shown["The month ties out with the ERP"] == "✓ in order: T1,D MG 01: tied out"
    assert shown["What the sources attest was landed"] == "✓ in order: 3 days hold what their sources attest"
    assert "not booked and stop nothing" in shown["No row that stops its day is in quarantine"]
    assert not any("missing" in state for state in shown.values())
    answer = sign(client, "Revisado\ncon el banco")
    assert answer.status_code == 200, answer.text
    page = english(client)
    assert "Signed by all" in page
    assert "Revisado con el banco" in page
    grid = english(client, f"/?month={MONTH:%Y-%m}")
    assert 'title="Signed by all, ' in grid
    signed = sign_offs.newest(ledger, "itb", MONTH)
    assert (signed.signed_by, signed.comment, signed.ran_by) == ("all", "Revisado con el banco", [])
    days = sign_offs.days(ledger, signed.sign_off_id)
    assert [(one.box, one.day, one.revision, one.booked) for one in days] == [(BOX.id, day, 1, 20) for day in DAYS]


@pytest.mark.parametrize("lacking", ["a day", "an audit", "a tie-out", "an answer", "sound chains"])
def test_what_is_missing_is_named_and_nothing_is_signed(login, ledger, green, lacking):
    match lacking:
        case "a day":
            revision = closed_day.book(ledger, BOX, DAYS[1], closed_day.stage(ledger, BOX, DAYS[1], ("21.00", "1")))
            assert revision.revision == 2
            named = "1 day changed and was not closed again"
        case "an audit":
            audited(ledger, read_at=datetime(2024, 9, 29, tzinfo=UTC))
            named = "changed after that"
        case "a tie-out":
            tie_outs.keep(ledger, Month(SITE, BOX.erp.tenant, MONTH), tie_outs.now(ledger), TieOut((), ()))
            correct(ledger, DAYS[2], "22.00")
            named = "posted to since"
        case "an answer":
            revision = closed_day.book(ledger, BOX, DAYS[1], closed_day.stage(ledger, BOX, DAYS[1], ("21.00", "1")))
            approvals.ask(ledger, revision, {Reason.CORRECTION: Sentence("Correct it?")}, "run")
            named = "1 question waits for an answer"
        case "sound chains":
            audited(ledger, BOX.id, "other")
            named = "it found 1 thing wrong"
    client = login()
    page = english(client)
    assert named in page
    assert seen(page) is None
    answer = sign(client)
    assert answer.status_code == 403
    assert "No se firmó nada" in answer.json()["detail"]
    assert sign_offs.newest(ledger, "itb", MONTH) is None


def test_a_day_that_nobody_closed_is_named_with_the_way_to_it(login, ledger, green, monkeypatch):
    earlier = BOX.model_copy(update={"start_date": DAYS[0] - timedelta(days=1)})
    for module in (access, month_files):
        monkeypatch.setattr(module, "all_boxes", lambda: {BOX.id: earlier})
    page = english(login())
    assert lines(page)["Every day that is due is closed"] == "✕ missing: 3 of 4 days are closed"
    assert f'href="/cierre/boxes/{BOX.id}/{earlier.start_date}"' in page


def test_who_ran_a_close_of_the_month_does_not_sign_it(login, ledger, green, airflow):
    ran(airflow, "all")
    client = login()
    assert "all triggered or cleared a close of its days" in english(client)
    assert sign(client).status_code == 403
    assert sign_offs.newest(ledger, "itb", MONTH) is None


def test_who_cleared_one_by_the_audit_log_does_not_sign_it_either(login, green, airflow):
    ran(airflow, None)
    entry = Log(event="clear_dag_run", dag_id=dag_of(BOX.id), run_id=f"r_{DAYS[0]}_None", owner="all")
    airflow.add(entry)
    airflow.flush()
    assert sign(login()).status_code == 403


def test_a_run_of_another_month_keeps_nobody_from_signing_and_others_names_are_kept(login, ledger, green, airflow):
    ran(airflow, "all", date(2024, 8, 31))
    ran(airflow, "luis")
    assert sign(login()).status_code == 200
    assert sign_offs.newest(ledger, "itb", MONTH).ran_by == ["luis"]


def test_who_ran_by_the_ledgers_own_record_counts_when_airflow_has_forgotten(login, ledger, green):
    revision = correct(ledger, DAYS[1], "21.00")
    approvals.ask(ledger, revision, {Reason.CORRECTION: Sentence("Correct it?")}, "run")
    approvals.decide(ledger, revision, "run", Answer("ana", True, datetime.now(UTC), frozenset({"all"})))
    ties(ledger)
    audited(ledger)
    assert "all triggered or cleared" in english(login())
    assert sign(login()).status_code == 403


def test_whom_a_boxs_file_does_not_name_may_not_sign(login, green, monkeypatch):
    named = BOX.model_copy(update={"approvals": Approvals(by=("ana",))})
    for module in (access, month_files):
        monkeypatch.setattr(module, "all_boxes", lambda: {BOX.id: named})
    assert "is not among those who may approve every cash box" in english(login())
    assert sign(login()).status_code == 403


def test_whose_role_may_only_read_sees_the_checklist_without_a_button(login, ledger, green):
    client = login("itb", role="VIEWER")
    page = english(client)
    assert "3 of 3 days are closed" in page
    assert "Sign the month" not in page
    assert sign(client).status_code == 403
    assert sign_offs.newest(ledger, "itb", MONTH) is None


def test_another_companys_people_learn_nothing_and_sign_nothing(login, green):
    stranger = login("conduce_ecuador")
    assert stranger.get(PAGE).status_code == 404
    assert stranger.get(f"/months/2024-09/boxes/{BOX.id}").status_code == 404
    for what in ("sign-off", "revocation"):
        body = {"seen": "0" * 64} if what == "sign-off" else {"sign_off": 1, "comment": "x"}
        assert stranger.post(f"{PAGE}/{what}", json=body, headers=SAME).status_code == 404


def test_who_is_not_logged_in_signs_nothing(client, green):
    assert client.post(f"{PAGE}/sign-off", json={"seen": "0" * 64}, headers=SAME).status_code in (401, 403)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_another_sites_page_can_sign_nothing_for_its_reader(login, ledger, green, site):
    client = login()
    body = {"seen": seen(client.get(PAGE).text)}
    answer = client.post(f"{PAGE}/sign-off", json=body, headers=SAME | {"sec-fetch-site": site})
    assert answer.status_code == 403
    assert client.post(f"{PAGE}/sign-off", content=str(body), headers=SAME).status_code == 422
    assert sign_offs.newest(ledger, "itb", MONTH) is None


def test_what_changed_while_somebody_looked_is_not_signed(login, ledger, green):
    client = login()
    before = seen(client.get(PAGE).text)
    correct(ledger, DAYS[1], "21.00")
    ties(ledger)
    audited(ledger)
    answer = sign(client, seen=before)
    assert answer.status_code == 409
    assert "cambió" in answer.json()["detail"]
    assert sign(client).status_code == 200


@pytest.mark.parametrize("comment", ["x" * 501, "x" * 5_001])
def test_a_comment_has_a_bound(login, ledger, green, comment):
    assert sign(login(), comment).status_code in (400, 422)
    assert sign_offs.newest(ledger, "itb", MONTH) is None


def test_a_hostile_comment_is_only_text(login, green):
    hostile = "<script>alert(1)</script> {{ 7*7 }}"
    assert sign(login(), hostile).status_code == 200
    page = login().get(PAGE).text
    assert "<script>alert" not in page
    assert hostile in unescape(page)


def test_a_correction_afterwards_shows_as_changed_since_and_asks_to_be_signed_again(login, ledger, green):
    assert sign(login()).status_code == 200
    correct(ledger, DAYS[1], "21.00")
    page = english(login())
    assert "Changed since it was signed: sign it again." in page
    section = page.partition('id="signature"')[2]
    assert "20.00" in section
    assert "21.00" in section
    assert seen(page) is None  # the tie-out and the audit are of before
    ties(ledger)
    audited(ledger)
    assert sign(login()).status_code == 200
    page = english(login())
    assert "Changed since it was signed" not in page
    assert "Earlier signatures" in page


def test_a_signature_is_taken_back_with_a_reason_once(login, ledger, green):
    client = login()
    number = sign(client).json()["sign_off"]

    def revoke(comment: str, sign_off: int = number):
        return client.post(f"{PAGE}/revocation", json={"sign_off": sign_off, "comment": comment}, headers=SAME)

    assert revoke("  ").status_code == 400
    assert revoke("x", number + 1).status_code == 409
    assert revoke("The bank's paper came").status_code == 200
    assert revoke("again").status_code == 409
    page = english(client)
    assert "Nobody has signed this month." in page
    assert "Taken back by all" in page
    assert "The bank&#39;s paper came" in page
    assert not sign_offs.newest(ledger, "itb", MONTH).stands


def test_a_boxs_month_has_its_own_checklist_and_the_companys_signature_without_buttons(login, green):
    assert sign(login()).status_code == 200
    page = english(login(), f"/months/2024-09/boxes/{BOX.id}")
    assert "3 of 3 days are closed" in page
    assert "Signed by all" in page
    assert "Take it back" not in page
    assert f"/months/2024-09/boxes/{BOX.id}/books.zip" in page
    assert f'href="/cierre/months/2024-09/boxes/{BOX.id}"' in english(login())


def test_the_button_signs_with_the_comment_and_a_refusal_stands_beside_its_field(look, green, ledger):
    page, answers = look(PAGE), []
    page.on("response", lambda answer: answers.append((answer.request.method, answer.status)))
    page.get_by_label("Comentario").fill("Revisado con el banco")
    page.get_by_role("button", name="Firmar el mes").click()
    expect(page.get_by_text("Firmado por all")).to_be_visible()
    assert sign_offs.newest(ledger, "itb", MONTH).comment == "Revisado con el banco"

    page.get_by_text("Retirar la firma").first.click()
    page.get_by_role("button", name="Retirarla").click()
    refusal = page.get_by_role("alert").filter(has_text="escriba el motivo")
    expect(refusal).to_have_text("No se retiró nada: escriba el motivo en el campo e inténtelo de nuevo. (400)")
    assert ("POST", 400) in answers
    page.get_by_label("Por qué").fill("Falta un depósito")
    page.get_by_role("button", name="Retirarla").click()
    expect(page.get_by_text("Nadie ha firmado este mes.")).to_be_visible()
