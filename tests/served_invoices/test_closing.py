"""The product's own hook reads what is served of one box, and another box closes a day from it, to the cent."""

import json
import os
import re
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import requests
import yaml

from cierre.accounting_files.loader import cash_box
from cierre.closing.derive import derive
from cierre.closing.land import land
from cierre.closing.post import post
from cierre.closing.reconcile import reconcile
from cierre.closing.stage import stage
from cierre.ledger import staging
from conformance.surroundings import by_hand, connect
from hooks.sge.questions import all_of, compare, issued_between
from sandbox.connections import variable_of
from support.served_invoices import book
from support.sge_documents import collection, sale

DAY = date(2024, 9, 6)
COPY = "universidad_copia"
PROJECTS = ("123456", "123457")


@pytest.fixture
def copy(rules, address, key, sandbox, ledger_dsn, monkeypatch, tmp_path: Path):
    """A box whose SGE is what is served of the university's other box, and which posts to the sandbox's ERP."""
    boxes = tmp_path / "mappings" / "cash_boxes"
    shutil.copy(boxes / "universidad_contratos.yaml", boxes / f"{COPY}.yaml")
    content = yaml.safe_load((boxes / f"{COPY}.yaml").read_text(encoding="utf-8"))
    content |= {"connection": "sge_served", "key": ",".join(PROJECTS), "company": "copia", "closing_hour": "00:00"}
    content["erp"] |= {"lot": "008899"}
    (boxes / f"{COPY}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    fields = {"conn_type": "sge", "host": address, "password": key["X-API-Key"],
              "extra": {"retries": 0, "trust_env": False, "page_size": 5}}  # fmt: skip
    monkeypatch.setenv(variable_of("sge_served"), json.dumps(fields))
    monkeypatch.setenv("AIRFLOW_CONN_LEDGER_DB", ledger_dsn.replace("postgresql://", "postgres://"))
    box = cash_box(COPY)
    connect(sandbox.url, box.erp.connection, monkeypatch)
    return box


@pytest.fixture
def booked(ledger, box):
    """A day with sales of two projects, one below zero, and money for some of them and for an older one; a day after
    it with more of both."""
    old = sale("J2024/1", date(2024, 8, 1), "333.33")
    today = [sale(f"J2024/{place}", DAY, f"{100 + place}.{place:02}", project=PROJECTS[place % 2])
             for place in range(2, 14)]  # fmt: skip
    exempt = sale("J2024/20", DAY, "50.00", rate="0")
    later = sale("J2024/21", date(2024, 9, 7), "1.00")
    paid = [
        collection(old, DAY, "100.10"),
        *(collection(one, DAY, str(one.amounts["gross"])) for one in today[:5]),
        collection(today[0], date(2024, 9, 7), "-10.00"),
    ]
    documents = [old, *today, exempt, later, *paid]
    book(ledger, box, documents)
    return [one for one in documents if one.business_date == DAY]


def test_a_day_closes_from_what_is_served_and_comes_back_to_the_cent(
    copy, booked, ledger, ask, sandbox, rules, monkeypatch
):
    # The day is read on its evening: what came in later is not known yet.
    ledger.execute("DELETE FROM staging.document WHERE business_date > %s", (DAY,))
    by_project = {project: served(ask, project) for project in PROJECTS}
    land(copy, DAY, ledger)
    stage(copy, DAY, ledger)
    revision = derive(copy, DAY, ledger)
    post(copy, DAY, ledger, lambda seconds: None)
    assert reconcile(copy, DAY, ledger)["state"] == "reconciled"
    back = staging.documents(ledger, copy.id, DAY)

    def figures(documents) -> list[tuple]:
        return sorted(
            (one.kind, one.reference, one.attributes["project"], name, amount)
            for one in documents
            for name, amount in one.amounts.items()
            if amount
        )

    assert figures(back) == figures(booked)
    issued = [row for rows in by_project.values() for row in rows if row["columnas"]["1"] == f"{DAY:%d/%m/%Y}"]
    sales = [one for one in back if one.kind != "collection"]
    assert sum(row["columnas"]["4"] for row in issued) == sum(one.net for one in sales)
    assert sum(document.debit for document in sandbox.protheus_ledger(live=True)) == revision.total


def served(ask, project: str) -> list[dict]:
    query = all_of(compare("proyectoId", "==", project), issued_between(date(2024, 1, 1), DAY))
    return ask("/facturas-emitidas", q=query).json(parse_float=Decimal)


def test_every_method_of_the_hook_reads_what_is_served(copy, booked, rules, tmp_path):
    rules(planned={"by": "number", "values": {"J2024/2": "001"}}, sgi_project={"otherwise": "11"})
    hook = by_hand("sge", "sge_served")
    works, sentence = hook.test_connection()
    assert works, sentence
    assert len(hook.columns()) == 10
    invoices = hook.issued_invoices(compare("proyectoId", "==", PROJECTS[0]))
    assert len(invoices) == 9
    detail = hook.invoice(invoices[0]["id"])
    assert detail["numeroFactura"] == invoices[0]["numeroFactura"]
    assert [row["numeroPrevision"] for row in hook.planned_issued(compare("numeroPrevision", "==", "001"))] == ["001"]
    with (tmp_path / "file.pdf").open("wb") as file:
        found = hook.document(detail["documentos"][0]["id"], file)
    assert (found.content_type, found.name) == ("application/pdf", detail["documentos"][0]["nombreFichero"])
    assert found.size == (tmp_path / "file.pdf").stat().st_size


def test_a_plain_client_reads_it_by_key_and_by_token(address, key, booked):
    query = f"{address}/facturas-emitidas?q=proyectoId=={PROJECTS[0]};fechaFactura==2024-09-06&s=id,desc"
    by_key = requests.get(query, headers=key, timeout=10)
    by_token = requests.get(query, headers={"Authorization": f"Bearer {key['X-API-Key']}"}, timeout=10)
    assert by_key.json() == by_token.json()
    assert by_key.headers["Cache-Control"] == "no-store"


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_pages_own_lines_for_curl_work(address, key, booked):
    page = (Path(__file__).parents[2] / "docs" / "vendors" / "sge.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```bash\nKEY=cierre_…\n(.*?)```", page, re.DOTALL)
    lines = block.replace("http://localhost:8080/cierre/sge", address).splitlines()
    answers = [
        subprocess.run(
            ["bash", "-c", line], env=os.environ | {"KEY": key["X-API-Key"]}, capture_output=True, check=True
        )
        for line in lines
    ]
    columns, of_september, with_headers = (answer.stdout.decode() for answer in answers)
    assert len(json.loads(columns)) == 10
    assert {row["columnas"]["1"][3:] for row in json.loads(of_september)} == {"09/2024"}
    assert "x-total-count: 15" in with_headers.lower()
