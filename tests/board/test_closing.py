"""Many days are closed from one page: those that nobody closed, by whoever may run their DAGs."""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.utils.types import DagRunType

from cierre.accounting_files.loader import cash_boxes
from cierre.board.boxes import dag_of
from cierre.bookkeeping.problems import Problem, ProblemKind
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import problems
from support import closed_day

BOX = cash_boxes()["itb_caja_164"]
DAY = (datetime.now(UTC) - timedelta(days=4)).date()


def page(client, **asked) -> str:
    answer = client.get("/closing", params={"box": BOX.id, "first": str(DAY), "last": str(DAY)} | asked)
    assert answer.status_code == 200
    return answer.text


def days(text: str) -> list[str]:
    return re.findall(r'name="day" value="([^"]+)"', text)


def test_what_is_missing_is_offered_with_the_request_that_closes_it(login):
    text = page(login())
    assert days(text) == [f"{BOX.id}/{DAY}"]
    assert f"/api/v2/dags/{dag_of(BOX.id)}/dagRuns" in text
    assert f"&#34;partition_key&#34;: &#34;{DAY}&#34;" in text


def test_closed_days_are_not_offered(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("10.00", "1"))
    assert days(page(login())) == []
    assert "están cerrados" in page(login())


def test_a_failed_day_goes_on_from_where_it_failed(login, airflow):
    airflow.add(
        DagRun(dag_id=dag_of(BOX.id), run_id="failed", run_type=DagRunType.MANUAL, state="failed",
               partition_key=str(DAY), run_after=datetime.now(UTC))
    )  # fmt: skip
    airflow.flush()
    text = page(login())
    assert "/clearTaskInstances" in text
    assert "&#34;dag_run_id&#34;: &#34;failed&#34;" in text
    assert "/clearTaskInstances" not in page(login("itb", role="VIEWER"))


def test_a_paused_box_is_let_go_on_first_and_says_so(login, airflow):
    assert "data-unpause" not in page(login())
    airflow.get(DagModel, dag_of(BOX.id)).is_paused = True
    airflow.flush()
    assert "data-unpause" in page(login())
    assert "en pausa" in page(login())


def test_who_may_only_look_is_told_so_and_offered_nothing(login):
    text = page(login("itb", role="VIEWER"))
    assert days(text) == []
    assert "no puede cerrar" in text


def test_others_boxes_are_neither_offered_nor_told_of(login):
    client = login("conduce_ecuador")
    text = page(client)
    assert days(text) == []
    assert BOX.name not in text
    answer = client.get("/closing/states", params={"first": str(DAY), "last": str(DAY)}).json()
    assert BOX.id not in answer["letters"]


def test_how_the_days_stand_is_told_by_letter(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("10.00", "1"))
    first = DAY - timedelta(days=1)
    asked = {"box": BOX.id, "first": str(first), "last": str(DAY)}
    answer = login().get("/closing/states", params=asked).json()
    assert answer == {"first": str(first), "letters": {BOX.id: "mc"}}


@pytest.fixture
def gap(ledger):
    """Two staged days that wait for the same account."""
    for ago, amount in ((0, "378.64"), (1, "21.36")):
        day = DAY - timedelta(days=ago)
        closed_day.stage(ledger, BOX, day, (amount, "9"))
        reason = Sentence("have form {form}, which has no account", form="9")
        documents = Sentence.counted(1, "{n} payment", "{n} payments")
        message = Sentence("{documents} of {amount} {currency} {reason}", documents=documents, amount=Decimal(amount),
                           currency="USD", reason=reason)  # fmt: skip
        found = Problem(ProblemKind.UNMAPPED, "payment: debit net", (("form", "9"),), 1, Decimal(amount), "USD",
                        ("x",), message, Sentence("write {form}", form="9"))  # fmt: skip
        problems.replace(ledger, BOX.id, day, BOX.mapping, [found])


def test_one_gap_is_one_line_with_its_days_and_money_and_leads_to_them(login, gap):
    section = login().get("/work").text.partition('id="unmapped"')[2].partition("</section>")[0]
    assert section.count("<tr>") == 2
    assert "400,00 USD" in section
    assert "2 días" in section
    (address,) = re.findall(r'href="/cierre(/closing\?gap=[0-9a-f]+)"', section)
    offered = days(login().get(address).text)
    assert offered == [f"{BOX.id}/{DAY - timedelta(days=1)}", f"{BOX.id}/{DAY}"]


def test_a_gap_that_is_mended_offers_nothing(login):
    text = page(login(), gap="0" * 16)
    assert days(text) == []
    assert "Ningún día espera" in text


@pytest.mark.parametrize("hostile", ["'; DROP TABLE x; --", "<script>", "%00", "x" * 101])
def test_what_an_address_brings_along_is_bounded_and_escaped(login, hostile):
    answer = login().get("/closing", params={"company": hostile, "gap": hostile})
    assert answer.status_code in (200, 404, 422)
    assert "<script>" not in answer.text


def test_the_requests_are_json_that_airflow_takes(login):
    (body,) = re.findall(r'data-body="([^"]+)"', page(login()))
    assert json.loads(body.replace("&#34;", '"')) == {"logical_date": None, "partition_key": str(DAY)}
