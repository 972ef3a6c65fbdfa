"""Every hook answers where there is nothing but its connection: no ledger, no files of accountants, no wiring."""

import json
from datetime import date

import pytest

from hooks.bsale.hook import BsaleHook
from hooks.protheus.hook import ProtheusHook
from hooks.sga.hook import SgaHook
from hooks.sge.hook import SgeHook
from hooks.zeta.hook import ZetaHook

DAY = date(2024, 9, 6)
ZETA = {"developer_code": "cierre", "developer_password": "sandbox", "business_hours": "00:00-00:00"}


@pytest.fixture(autouse=True)
def nothing_else(monkeypatch, tmp_path):
    monkeypatch.delenv("AIRFLOW_CONN_LEDGER_DB", raising=False)
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(tmp_path))


def test_sga_tells_a_boxs_day(sandbox, connection):
    hook = SgaHook(connection("sga", f"{sandbox.url}/sga/itb"))
    assert json.loads(hook.fetch("164", DAY).body)


def test_bsale_tells_a_companys_day(sandbox, connection):
    hook = BsaleHook(connection("bsale", f"{sandbox.url}/bsale", password="sandbox"))
    assert json.loads(hook.fetch("*", DAY).body)["payments"]


def test_zeta_tells_a_companys_day_and_keeps_to_its_one_call(sandbox, connection):
    sandbox.zeta.set(now="2024-09-07T05:00:00+00:00")
    for _ in range(2):
        hook = ZetaHook(connection("zeta", f"{sandbox.url}/zeta", ZETA, login="ITBUY", password="sandbox"))
        assert json.loads(hook.fetch("*", DAY).body)["sales"]
    assert sandbox.calls("zeta", "VentasDetalladas") == 1


def test_the_sge_tells_its_invoices(sandbox, connection):
    sandbox.sge.set(today=DAY)
    hook = SgeHook(connection("sge", f"{sandbox.url}/sge", password="sandbox"))
    assert hook.issued_invoices()


def test_protheus_answers(sandbox, connection):
    hook = ProtheusHook(connection("protheus", f"{sandbox.url}/protheus", login="cierre", password="sandbox"))
    assert "answers" in hook.proof()
