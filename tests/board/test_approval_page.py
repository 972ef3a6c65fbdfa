"""The page on which a day is approved or rejected: what it shows, and to whom it offers what."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from uuid import uuid4

import pytest
from airflow.models.dagrun import DagRun
from airflow.models.hitl import HITLDetail
from airflow.models.taskinstance import TaskInstance
from sqlalchemy import update

from cierre.accounting_files.loader import cash_boxes
from cierre.board.access import Viewer
from cierre.board.boxes import dag_of
from cierre.bookkeeping.answers import Answer
from cierre.bookkeeping.approvals import Reason
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import approvals, board
from support import closed_day

BOX = cash_boxes()["itb_caja_164"]
DAY = date.today() - timedelta(days=2)  # over in every time zone
HERE = f"/approvals/{BOX.id}/{DAY}"
WHY = Sentence("The day was posted before and its books changed")
HOSTILE = "<script>alert(1)</script> \"' {{ 7*7 }} [x](https://evil.example)"


@pytest.fixture
def waits(airflow, ledger):
    """``waits("ana")``: a run that ana triggered waits for a person, who is asked about a revision of the day."""

    def asks(revision, who: str | None = None, reason: Reason = Reason.CORRECTION, run_id: str = "r1") -> None:
        airflow.add(
            DagRun(
                dag_id=dag_of(BOX.id), run_id=run_id, run_type="manual", state="running", partition_key=str(DAY),
                run_after=datetime.now(UTC), logical_date=None, data_interval=None, triggering_user_name=who,
            )
        )  # fmt: skip
        airflow.flush()
        task = TaskInstance.__table__.insert().values(
            id=uuid4(), task_id="approve", dag_id=dag_of(BOX.id), run_id=run_id, map_index=-1, pool="default_pool",
            pool_slots=1, state="awaiting_input", try_number=1, max_tries=0, queue="default", priority_weight=1,
        )  # fmt: skip
        (ti_id,) = airflow.execute(task.returning(TaskInstance.id)).one()
        airflow.add(HITLDetail(ti_id=ti_id, subject="12,34?", options=["Approve", "Reject"], params={}))
        airflow.flush()
        approvals.ask(ledger, revision, {reason: WHY}, run_id)

    return asks


@pytest.fixture
def corrected(ledger):
    """The day was closed with two payments; the second is gone, another is 12.34 more, and one came."""
    closed_day.close(ledger, BOX, DAY, ("100.00", "1"), ("64.70", "6"), ("5.00", "1"))
    documents = closed_day.stage(ledger, BOX, DAY, ("112.34", "1"), ("64.70", "6"), ("7.00", "6"))
    return closed_day.book(ledger, BOX, DAY, [*documents[:2], closed_day.document(BOX, DAY, 9, "7.00", "6")])


@pytest.fixture
def first(ledger):
    return closed_day.book(ledger, BOX, DAY, closed_day.stage(ledger, BOX, DAY, ("100.00", "1"), ("64.70", "6")))


def rows(page: str) -> list[str]:
    """The tables' rows as texts, a cell beside the other."""
    found = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [" | ".join(unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.split(r"</t[hd]>", row)[:-1])
            for row in found]  # fmt: skip


def test_a_correction_shows_before_after_and_difference_by_account_and_the_documents_behind(login, waits, corrected):
    waits(corrected)
    page = login().get(HERE).text
    assert "El día ya se había registrado y su asiento cambió." in page
    shown = rows(page)
    assert "1.1.01.001 Caja general | 169,70 | 184,04 | 14,34" in shown
    assert "pago 001-002-000000000 cambió | 100,00 | 112,34 | 12,34 | la fuente lo informa de otra manera" in shown
    assert any(row.startswith("pago") and "ya no está | 5,00 |  | -5,00 |" in row for row in shown)
    assert any(row.startswith("pago") and "apareció después |  | 7,00 | 7,00 |" in row for row in shown)
    assert "revisión 2" in page


def test_first_books_show_what_will_be_posted_on_both_sides_and_why(login, waits, first):
    waits(first, reason=Reason.FIRST_DAY)
    page = login().get(HERE, headers={"Accept-Language": "en"}).text
    assert "What will be posted, by account" in page
    assert "The ERP holds nothing of this day yet." in page
    shown = rows(page)
    assert "1.1.01.001 Caja general | 164.70 | " in [re.sub(r"\s+", " ", row) for row in shown]
    assert "In all USD | 164.70 | 164.70" in shown
    assert "The documents that make the difference" not in page


def test_the_buttons_send_the_answer_to_airflows_own_api_with_the_comment_of_the_page(login, waits, corrected):
    waits(corrected)
    page = login().get(HERE).text
    buttons = re.findall(r'data-url="([^"]+)" data-comment="comment" data-body="([^"]+)">(\w+)<', page)
    url = f"/api/v2/dags/{dag_of(BOX.id)}/dagRuns/r1/taskInstances/approve/-1/hitlDetails"
    assert [(address, json.loads(unescape(body)), label) for address, body, label in buttons] == [
        (url, {"chosen_options": [option], "params_input": {}}, label)
        for option, label in (("Approve", "Aprobar"), ("Reject", "Rechazar"))
    ]
    assert 'maxlength="500"' in page


def test_whoever_ran_the_run_may_reject_only_and_is_told_who_may_approve(login, waits, corrected, monkeypatch):
    asks = BOX.model_copy(update={"approvals": BOX.approvals.model_copy(update={"corrections": True})})
    monkeypatch.setattr(Viewer, "boxes", {BOX.id: asks})
    waits(corrected, who="all")
    page = login().get(HERE).text
    assert "Lanzada o limpiada por: all." in page
    assert ">Aprobar<" not in page
    assert ">Rechazar<" in page
    assert "all lanzó o limpió esta ejecución, así que debe decidir otra persona" in page
    assert "menos quien lanzó o limpió la ejecución: all" in page


def test_whom_the_boxs_file_does_not_name_is_told_whom_it_names(login, waits, corrected, monkeypatch):
    named = BOX.model_copy(update={"approvals": BOX.approvals.model_copy(update={"by": ("ana", "luis")})})
    monkeypatch.setattr(Viewer, "boxes", {BOX.id: named})
    waits(corrected)
    page = login().get(HERE).text
    assert ">Aprobar<" not in page
    assert "Pueden aprobarlo: ana, luis." in page


def test_whoever_approved_first_is_told_that_the_second_is_another_person(login, waits, corrected, ledger):
    waits(corrected)
    approvals.decide(ledger, corrected, "r1", Answer("all", True, datetime.now(UTC)))
    approvals.ask(ledger, corrected, {Reason.SECOND_PERSON: WHY}, "r1")
    page = login().get(HERE).text
    assert "all ya aprobó, así que debe decidir otra persona" in page
    assert ">Aprobar<" not in page


def test_whose_role_may_only_read_sees_the_facts_without_buttons_and_who_may_decide(login, waits, corrected):
    waits(corrected)
    page = login(role="VIEWER").get(HERE).text
    assert "Usted puede ver esto, pero no decidirlo." in page
    assert "Puede aprobarlo toda persona a la que Airflow da el rol approver u operator" in page
    assert "Caja general" in page
    assert "hitlDetails" not in page


def test_a_box_of_another_company_is_as_if_there_were_none(login, waits, corrected):
    waits(corrected)
    answer = login("conduce_ecuador").get(HERE)
    assert answer.status_code == 404
    assert "Caja general" not in answer.text


def test_books_that_changed_since_the_question_are_not_decided_by_it(login, waits, corrected, ledger):
    waits(corrected)
    closed_day.book(ledger, BOX, DAY, closed_day.stage(ledger, BOX, DAY, ("1.00", "1")))
    page = login().get(HERE).text
    assert "El día ya tiene otro asiento" in page
    assert "hitlDetails" not in page


def test_what_was_decided_stands_there_with_its_comment_and_a_hostile_one_is_only_text(
    login, waits, corrected, ledger, airflow
):
    waits(corrected)
    approvals.decide(ledger, corrected, "r1", Answer("ana", False, datetime.now(UTC), comment=HOSTILE))
    for address in (HERE, f"/boxes/{BOX.id}/{DAY}"):
        page = login().get(address).text
        assert "rechazado" in page
        assert "<script>alert" not in page
        assert "evil.example" in page
        assert 'href="https://evil' not in page
        assert HOSTILE in unescape(page)
    assert "Ahora no se pregunta nada sobre este día." in login().get(HERE).text


def test_an_answer_that_its_task_has_not_taken_yet_is_told_as_such(login, waits, corrected, airflow):
    waits(corrected)
    question = airflow.query(HITLDetail).one()
    question.responded_at, question.responded_by = datetime.now(UTC), {"id": "7", "name": "ana"}
    question.chosen_options = ["Approve"]
    airflow.flush()
    page = login().get(HERE).text
    assert "La pregunta se está haciendo, o se está tomando una respuesta" in page
    assert 'http-equiv="refresh"' in page


def test_a_question_that_begins_to_wait_while_the_page_is_read_is_shown_a_moment_later(
    login, waits, corrected, airflow, monkeypatch
):
    """The page asks Airflow first and the record after it; a mail is quicker than its task, and people come then."""
    waits(corrected)
    airflow.execute(update(TaskInstance).values(state="running"))
    read = board.Day.approvals

    def begins_to_wait(of_day):
        airflow.execute(update(TaskInstance).values(state="awaiting_input"))
        return read(of_day)

    monkeypatch.setattr(board.Day, "approvals", begins_to_wait)
    page = login().get(HERE).text
    assert "La pregunta se está haciendo, o se está tomando una respuesta" in page
    assert 'http-equiv="refresh"' in page
    assert ">Aprobar<" in login().get(HERE).text


def test_a_day_about_which_nothing_was_ever_asked_has_a_page_that_says_so(login):
    page = login().get(HERE)
    assert page.status_code == 200
    assert "Ahora no se pregunta nada sobre este día." in page.text
    assert 'http-equiv="refresh"' not in page.text


def test_the_work_list_and_the_days_page_lead_to_it(login, waits, corrected):
    waits(corrected)
    assert HERE in login().get("/work").text
    assert HERE in login().get(f"/boxes/{BOX.id}/{DAY}").text
