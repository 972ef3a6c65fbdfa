import requests

from sandbox.calls import Call


def read_day(sandbox, caja: str, tenant: str = "itb") -> None:
    parameters = {"a": "facturacionNewProcess", "fecha": "08-09-2024", "caja": caja}
    requests.get(f"{sandbox.url}/sga/{tenant}/api", params=parameters, timeout=10)


def test_calls_are_counted_by_vendor_operation_and_keys(sandbox, accountant):
    read_day(sandbox, "164")
    read_day(sandbox, "165")
    accountant.insert(CT2_LOTE="008964")
    accountant.send("delete", {"CT2_LOTE": "008964"})
    assert sandbox.call("GET", "calls") == {
        "protheus": {"delete": 1, "insert": 1},
        "sga": {"facturacionNewProcess": 2},
    }
    assert sandbox.calls("protheus") == 2
    assert sandbox.calls("protheus", lot="008964", tenant="T1,D MG 01 ") == 2
    assert sandbox.calls("protheus", "insert", lot="008903") == 0
    assert sandbox.calls(caja="165") == 1
    assert sandbox.calls() == 4


def test_calls_that_were_lost_or_refused_count_too(sandbox, accountant):
    sandbox.faults.add("status", vendor="protheus")
    accountant.send("insert", {})
    accountant.http.auth = None
    accountant.send("insert", {})
    assert sandbox.calls("protheus", "insert") == 2


def test_a_login_is_a_call_of_its_own(sandbox, accountant):
    requests.post(f"{accountant.url}/oauth2/v1/token", timeout=10)
    assert sandbox.calls("protheus", "token") == 1


def test_controls_are_no_calls(sandbox):
    sandbox.protheus_ledger()
    assert sandbox.calls() == 0


def test_a_body_that_cannot_be_read_is_counted_without_keys(sandbox, accountant):
    accountant.send("insert", None, data="{{{", headers={"Content-Type": "application/json"})
    assert sandbox.calls("protheus", "insert") == 1


def test_a_call_fits_what_it_has_and_nothing_else():
    call = Call("protheus", "insert", {"lot": "008964"})
    assert call.fits()
    assert call.fits("protheus", "insert", {"lot": "008964"})
    assert not call.fits("sga")
    assert not call.fits("", "delete")
    assert not call.fits("", "", {"lot": "1"})
    assert not call.fits("", "", {"sublot": "001"})
