"""Closing days through the real scheduler, and everything that may happen to a close on the way."""

import json
from datetime import date
from decimal import Decimal

import pytest

from cierre.accounting_files.loader import ENVIRONMENT, cash_boxes
from cierre.ledger import overview
from sandbox.connections import connections

DAY = date(2024, 9, 6)


@pytest.fixture(scope="module")
def closed(system, boxes):
    """A whole day of every box, closed once; the tests look at it from several sides."""
    runs = {box: system.trigger(box, DAY) for box in boxes}
    return {box: system.finished(box, run) for box, run in runs.items()}


@pytest.fixture(scope="module")
def configuration(system):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT, str(system.mappings))
        return cash_boxes()


def test_every_box_of_every_source_reconciles_or_had_nothing_to_close(system, closed, configuration):
    assert set(closed.values()) == {"success"}
    assert {configuration[box].source for box in closed} == {"sga", "bsale", "zeta", "sge"}
    days = {day.box: day for day in overview.day(system.ledger, DAY)}
    assert days.keys() == closed.keys()
    for box, day in days.items():
        live = system.live(configuration[box].erp.lot, DAY)
        assert day.state == ("reconciled" if live else "no activity")
        assert sum(document.debit for document in live) == day.journal_total


def test_every_school_box_agrees_to_the_cent_with_the_schools_own_books(system, closed, configuration):
    days = {day.box: day for day in overview.day(system.ledger, DAY)}
    schools = [box for box in closed if configuration[box].source == "sga"]
    assert len(schools) >= 6
    for box in schools:
        day = days[box]
        books = system.sandbox.books(configuration[box].connection.removeprefix("sga_"), configuration[box].key, DAY)
        receipts = sum((figure.amount for figure in books.receipts.values()), Decimal(0))
        by_form = {form: figure.amount for form, figure in books.payments.items()}
        for form, figure in books.receipts.items():
            by_form[form] = by_form.get(form, Decimal(0)) + figure.amount
        (document,) = system.live(configuration[box].erp.lot, DAY)
        assert day.money_by_form == by_form
        assert document.debit == document.credit == books.gross.amount + receipts + books.credit_notes.amount
        assert day.journal_total == document.debit


def test_closing_the_same_day_again_posts_nothing(system, closed):
    before = system.sandbox.calls("protheus")
    assert system.close("itb_caja_164", DAY) == "success"
    assert system.sandbox.calls("protheus") == before > 0


def test_a_dropped_answer_ends_with_exactly_one_live_document(system, boxes):
    day = date(2024, 9, 9)
    system.sandbox.faults.add("drop_after", vendor="protheus", operation="insert", match={"lot": "008965"}, times=1)
    assert system.close("itb_caja_165", day) == "success"
    assert len(system.live("008965", day)) == 1


def test_a_box_added_as_a_file_appears_in_the_ui_and_closes(system, boxes):
    folder = system.mappings / "cash_boxes"
    text = (folder / "itb_caja_164.yaml").read_text()
    new = text.replace("Caja 164", "Caja 166").replace("key: 164", "key: 166").replace("008964", "008966")
    system.write_box("itb_caja_166", new)
    dag = system.wait(lambda: _known(system, "cash_close__itb_caja_166"), "the new box's DAG")
    assert dag["dag_display_name"].startswith("Caja 166")
    assert system.close("itb_caja_166", date(2024, 9, 11)) == "success"
    assert len(system.live("008966", date(2024, 9, 11))) == 1


def _known(system, dag_id: str):
    dags = system.api.call("GET", "/dags", params={"dag_id_pattern": dag_id})["dags"]
    return dags[0] if dags else None


def test_a_wrong_box_file_shows_as_an_import_error_with_file_and_line_while_the_others_go_on(system, boxes):
    system.write_box("broken", "name: Broken\nsource: sgaa\n")
    try:
        (error,) = system.wait(system.api.import_errors, "the import error")
        assert "cash_boxes/broken.yaml" in error
        assert "sgaa" in error
        assert system.close("conduce_caja_4", date(2024, 9, 12)) == "success"
    finally:
        (system.mappings / "cash_boxes" / "broken.yaml").unlink()
        system.read_boxes()


def test_a_failed_step_says_in_its_log_and_in_a_mail_what_happened_and_what_to_do(system, boxes):
    day, box = date(2024, 9, 13), "educacion_continua_caja_7"
    message = {"ERROR": "Factura matching query does not exist."}
    system.sandbox.faults.add("body", vendor="sga", match={"caja": "7"}, body=message, times=1)
    run = system.trigger(box, day)
    assert system.finished(box, run) == "failed"
    (task,) = [task for task in system.api.tasks([run]) if task.state == "failed"]
    assert (task.task_id, task.try_number) == ("land", 1)
    (mail,) = system.wait(lambda: [mail for mail in system.mails if "2024-09-13" in mail["Subject"]], "the alert")
    assert mail["Subject"] == "[SANDBOX (pruebas)] Caja 7, Educación Continua ITB, 2024-09-13: falló land"
    assert mail["To"] == "contabilidad.educacion@example.com"
    told = mail.get_body(("html",)).get_content()
    assert "Factura matching query does not exist." in told
    assert "Qué hacer:" in told
    assert f"{system.stack.api_url}/dags/cash_close__{box}/runs/" in told
    log = str(system.api.log(task))
    assert "SGA dice «Factura matching query does not exist.» y no da datos" in log
    assert "13-09-2024" in log or "2024-09-13" in log


@pytest.mark.parametrize("connection", ["sga_itb", "protheus"])
def test_a_connections_test_button_works(system, boxes, connection):
    given = connections(system.stack.sandbox_url)[connection]
    body = {"connection_id": connection, **given, "extra": json.dumps(given.get("extra", {}))}
    answer = system.api.call("POST", "/connections/test", json=body)
    assert answer["status"] is True, answer["message"]
    nowhere = {"connection_id": "elsewhere", "host": "http://127.0.0.1:9", "extra": '{"retries": 0}'}
    wrong = system.api.call("POST", "/connections/test", json=body | nowhere)
    assert wrong["status"] is False
    assert "127.0.0.1:9" in wrong["message"]


def test_the_connections_page_has_a_form_for_each_of_the_projects_types(system, boxes):
    types = {hook["connection_type"] for hook in system.api.call("GET", "/../../ui/connections/hook_meta")}
    assert {"sga", "protheus"} <= types
