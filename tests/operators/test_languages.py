"""What a close says, in the language of the box's company; what it keeps, in none."""

import json
from datetime import date
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.ports.errors import RetriableError
from operators.company_day import CompanyDayOperator

BOX = "itb_caja_164"
DAY = date(2024, 9, 6)


@pytest.fixture
def spanish(mappings):
    """The companies speak as they do where nobody says otherwise."""
    companies = mappings / "companies.yaml"
    companies.write_text(companies.read_text().replace("    language: en\n", ""))


@pytest.fixture
def log(capsys, caplog):
    """All that was logged since the last look."""

    def read() -> str:
        said = capsys.readouterr().out + caplog.text
        caplog.clear()
        return said

    return read


STORY = {
    "en": [
        "business date 2024-09-06: step land.",
        "The source says: payment, form Efectivo: 39 rows, 4,153.06 USD.",
        "96 documents staged, 2 rows in quarantine.",
        "Booked 96 documents in 1 journal entry, 9,908.53 USD in all: revision 1, new.",
        "(9,908.53 USD) to 06/09/2024 lot 008964 sublot 001 of T1,D MG 01.",
        "stands in the ERP as document 000001 at 06/09/2024 lot 008964 sublot 001",
        "Agrees: in all: landed 9,899.96 in 98 rows, staged and quarantined 9,899.96 in 98 rows, difference 0.00.",
        "Caja 164, ITB, 2024-09-06: reconciled.",
    ],
    "es": [
        "fecha de caja 2024-09-06: paso land.",
        "La fuente dice: pago, forma Efectivo: 39 filas, 4.153,06 USD.",
        "96 documentos para asentar, 2 filas en cuarentena.",
        "Asentado: 96 documentos en 1 asiento, 9.908,53 USD en total: revisión 1, nueva.",
        "(9.908,53 USD) a 06/09/2024 lote 008964 sublote 001 de T1,D MG 01.",
        "está en el ERP como documento 000001, en 06/09/2024 lote 008964 sublote 001",
        "Coincide: en total: recibido 9.899,96 en 98 filas, preparado y en cuarentena 9.899,96 en 98 filas, "
        "diferencia 0,00.",
        "Caja 164, ITB, 2024-09-06: conciliado.",
    ],
}


@pytest.mark.parametrize("language", STORY)
def test_the_logs_of_a_close_tell_its_story_in_the_companys_language(close, request, language, log):
    if language == "es":
        request.getfixturevalue("spanish")
    close(BOX, DAY).all()
    said = log()
    assert [sentence for sentence in STORY[language] if sentence not in said] == []


def test_what_is_not_mapped_is_said_in_spanish_and_kept_for_every_language(close, spanish, two_forms_unmapped, ledger):
    run = close(BOX, DAY)
    run.step("land")
    run.step("stage")
    with pytest.raises(AirflowFailException) as failed:
        run.step("derive")
    assert "5 pagos por 341,51 USD con forma 16, que la tabla account_of_form no nombra" in str(failed.value)
    assert "Arregle el mapeo y limpie el paso derive de esta ejecución." in str(failed.value)
    query = "SELECT ledger.in_english(message) FROM staging.problem WHERE attributes ->> 'form' = '16'"
    (kept,) = ledger.execute(query).fetchone()
    assert kept.startswith("5 payments of 341.51 USD with form 16, which table account_of_form does not list")


def test_a_posting_whose_answer_was_lost_is_said_in_spanish_and_kept_in_english(close, spanish, sandbox, ledger, log):
    run = close(BOX, DAY)
    for step in ("land", "stage", "derive"):
        run.step(step)
    sandbox.faults.add("drop_after", vendor="protheus", operation="insert", times=1)
    run.step("post")
    assert "es incierto" in log()
    stored = ledger.execute("SELECT ledger.in_english(outcome) FROM erp.attempt WHERE state = 'doomed'").fetchone()[0]
    assert "It may or may not have been carried out there" in stored


def test_a_source_that_is_down_ends_the_log_in_spanish_and_is_tried_again(close, spanish, sandbox, monkeypatch):
    nobody = {"conn_type": "sga", "host": "http://127.0.0.1:9", "extra": {"retries": 0}}
    monkeypatch.setenv("AIRFLOW_CONN_SGA_ITB", json.dumps(nobody))
    with pytest.raises(RetriableError, match=r"caja 164 del 2024-09-06: no hay conexión .* se puede intentar otra vez"):
        close(BOX, DAY).step("land")


def test_the_digest_is_written_in_spanish(close, spanish, mailbox):
    close(BOX, DAY).all()
    close("itb_caja_165", DAY).all()
    run = SimpleNamespace(partition_key=str(DAY), run_type="manual", run_id="by hand")
    context = {"dag_run": run, "ti": SimpleNamespace(log_url="http://127.0.0.1/x")}
    CompanyDayOperator(task_id="consolidate", company="itb").execute(context)
    (mail,) = mailbox
    assert mail["Subject"].startswith("Instituto Tecnológico Bolivariano, 2024-09-06: cerrado, cobrado ")
    body = mail.get_body(("html",)).get_content()
    for text in ("está cerrado (2 cajas)", "coinciden al centavo", "9.908,53 USD", "Documentos del ERP", "conciliado",
                 ">preparado<", ">asiento<", ">Cobrado<", "coincide", "Dinero por forma de pago",
                 "Abrirlo en Airflow"):  # fmt: skip
        assert text in body
