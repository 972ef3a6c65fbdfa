"""Zeta watches how it is asked, and locks out who asks too often."""

from datetime import UTC, datetime

import pytest
import requests

from sandbox.server import SandboxServer
from sandbox.vendor import Options
from sandbox.zeta.settings import Profile, Traps

LOGIN = {
    "DesarrolladorCodigo": "cierre",
    "DesarrolladorClave": "sandbox",
    "EmpresaClave": "sandbox",
    "RolCodigo": "1",
}
NIGHT = datetime(2024, 9, 7, 2, tzinfo=UTC)
"""Friday, 23:00 in Montevideo."""
MORNING = datetime(2024, 9, 6, 14, tzinfo=UTC)
SUNDAY = datetime(2024, 9, 8, 14, tzinfo=UTC)
MONTH = {"Mes": "08", "Anio": "2023"}
QUERY = {"Page": 1, "Filters": MONTH}


@pytest.fixture
def call(sandbox):
    sandbox.zeta.set(now=NIGHT)
    sandbox.zeta.set_profile(Profile(sales=(0, 0), traps=Traps.none()))

    def call(method: str, data: dict = MONTH, company: str = "ITBUY") -> bool:
        body = {f"{method}In": {"Connection": LOGIN | {"EmpresaCodigo": company}, "Data": data}}
        answer = requests.post(f"{sandbox.url}/zeta/rest/APIs/RESTFacturaClienteV4{method}", json=body, timeout=10)
        return answer.status_code == 200 and answer.json()[f"{method}Out"]["Succeed"]

    return call


def test_details_may_be_asked_once_a_day(sandbox, call):
    assert call("VentasDetalladas")
    assert sandbox.zeta.locked("ITBUY") == ""
    assert not call("VentasDetalladas", {"Mes": "07", "Anio": "2023"})
    assert "VentasDetalladas" in sandbox.zeta.locked("ITBUY")


def test_a_day_ends_at_midnight_in_montevideo(sandbox, call):
    assert call("VentasDetalladas")
    sandbox.zeta.set(now=datetime(2024, 9, 7, 3, 1, tzinfo=UTC))
    assert call("VentasDetalladas")


def test_who_is_locked_out_gets_nothing_until_a_person_lets_them_in(sandbox, call):
    sandbox.zeta.set(details_a_day=0)
    assert not call("VentasDetalladas")
    sandbox.zeta.set(details_a_day=1, now=datetime(2024, 10, 1, tzinfo=UTC))
    assert not any(call(method, data) for method, data in (("Ventas", MONTH), ("URLPDF", {"FacturaId": 1})))
    assert call("VentasDetalladas", company="CONDUCEUY")
    sandbox.zeta.unlock("ITBUY")
    assert call("VentasDetalladas")


def test_a_locked_company_may_be_answered_by_403(sandbox, call):
    sandbox.zeta.set(details_a_day=0, lockout="403")
    assert not call("VentasDetalladas")
    answer = requests.post(f"{sandbox.url}/zeta/rest/APIs/RESTFacturaClienteV4X", json={}, timeout=10)
    assert answer.status_code == 404  # the method is looked at first


def test_queries_in_business_hours_are_borne_a_few_times_a_day(sandbox, call):
    sandbox.zeta.set(now=MORNING, queries_in_hours=3)
    assert [call("QueryVentas", QUERY) for _ in range(3)] == [True] * 3
    assert not call("QuerySaldosPendientes", QUERY)
    assert "horario comercial" in sandbox.zeta.locked("ITBUY")


@pytest.mark.parametrize("instant", [NIGHT, SUNDAY])
def test_queries_at_night_and_on_sundays_are_not_counted(sandbox, call, instant):
    sandbox.zeta.set(now=instant, queries_in_hours=3)
    assert all(call("QueryVentas", QUERY) for _ in range(6))


def test_other_methods_are_not_counted(sandbox, call):
    sandbox.zeta.set(now=MORNING, queries_in_hours=3)
    assert all(call("Ventas") for _ in range(6))
    assert all(call("URLPDF", {"FacturaId": 1}) for _ in range(6))


def test_a_call_that_a_fault_kept_from_zeta_does_not_count(sandbox, call):
    sandbox.faults.add("status", vendor="zeta", operation="VentasDetalladas", status=503)
    assert not call("VentasDetalladas")
    assert call("VentasDetalladas")


def test_a_site_without_business_hours_bears_queries_at_noon():
    with SandboxServer(options=Options(business_hours=False)) as site:
        site.zeta.set(now=MORNING, queries_in_hours=0)
        body = {"QueryVentasIn": {"Connection": LOGIN | {"EmpresaCodigo": "ITBUY"}, "Data": QUERY}}
        requests.post(f"{site.url}/zeta/rest/APIs/RESTFacturaClienteV4QueryVentas", json=body, timeout=10)
        assert site.zeta.locked("ITBUY") == ""
