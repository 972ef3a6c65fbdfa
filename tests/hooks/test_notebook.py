"""With nothing but a connection, what Zeta counts needs a memory that is handed in; the SGE lists without a review.
What every source must do so is asked by tests/conformance."""

import json
from collections.abc import Callable
from datetime import date

import pytest

from cierre.ports.errors import FatalError
from hooks.http.allowances import ProcessAllowances
from hooks.sge.hook import SgeHook
from hooks.zeta.hook import ZetaHook

DAY = date(2024, 9, 6)
SALE = {
    "kind": 3, "voucher": 703, "day": DAY, "currency": 1, "reference": 4711, "local": 1, "box": 1,
    "lines": [{"article": "PAP-100", "quantity": "2", "unit_price": "61", "vat": 2}],
    "payments": [{"means": "cash", "form": 1, "currency": 1, "paid": "122", "amount": "122", "box": 1}],
}  # fmt: skip
ZETA = {"developer_code": "cierre", "developer_password": "sandbox", "business_hours": "00:00-00:00"}


@pytest.fixture(autouse=True)
def nothing_else(monkeypatch, tmp_path):
    monkeypatch.delenv("AIRFLOW_CONN_LEDGER_DB", raising=False)
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(tmp_path))


@pytest.fixture
def zeta(sandbox, connection) -> Callable[..., ZetaHook]:
    """A new hook of the connection."""
    return lambda **more: ZetaHook(
        connection("zeta", f"{sandbox.url}/zeta", ZETA, login="ITBUY", password="sandbox"), **more
    )


def test_zeta_tells_a_companys_day_and_keeps_to_its_one_call(sandbox, zeta):
    sandbox.zeta.set(now="2024-09-07T05:00:00+00:00")
    in_memory = ProcessAllowances()
    for _ in range(2):
        hook = zeta(allowances=in_memory)
        assert json.loads(hook.fetch("*", DAY).body)["sales"]
    assert sandbox.calls("zeta", "VentasDetalladas") == 1


def test_what_zeta_counts_is_not_sent_where_nobody_keeps_count(sandbox, zeta):
    sandbox.zeta.set(now="2024-09-07T05:00:00+00:00")
    assert zeta().sales(2024, 9, 1)
    for ask in (lambda: zeta().fetch("*", DAY), lambda: zeta().add(SALE)):
        with pytest.raises(FatalError, match="hook_behind"):
            ask()
    assert sandbox.calls("zeta", "VentasDetalladas") == sandbox.calls("zeta", "Agregar") == 0


def test_the_sge_tells_its_invoices(sandbox, connection):
    sandbox.sge.set(today=DAY)
    hook = SgeHook(connection("sge", f"{sandbox.url}/sge", password="sandbox"))
    assert hook.issued_invoices()
