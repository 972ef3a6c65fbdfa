"""OAuth2: a token kept for the process, renewed in time, and a password that nothing shows."""

import json
import logging
import traceback
from datetime import date

import pytest

from cierre.bookkeeping.address import Address
from cierre.ports.errors import FatalError, RetriableError, VendorError
from hooks.protheus import login as protheus_login
from hooks.protheus.hook import ProtheusHook

ADDRESS = Address("T1,D MG 01 ", date(2024, 9, 6), "008964", "A01")
DONE = {"GrupoEmpresa": "T1", "CT2_FILIAL": "D MG 01 ", "CT2_DOC": "000001", "error": ""}
PASSWORD = "s3cr&t ñ"


def token(text: str = "t-1", life: int = 3600) -> dict:
    return {"access_token": text, "token_type": "Bearer", "expires_in": life, "refresh_token": "r"}


@pytest.fixture(autouse=True)
def _no_tokens(monkeypatch):
    monkeypatch.setattr(protheus_login, "_tokens", {})


@pytest.fixture
def new_hook(vendor, connection):
    name = connection("protheus", vendor.url, {"auth": "oauth2"}, login="cierre", password=PASSWORD)
    return lambda: ProtheusHook(name)


def delete(hook: ProtheusHook) -> bool:
    return hook.delete(ADDRESS, "000001")


def test_a_password_that_http_cannot_carry_is_told_as_a_fault_of_the_connection(vendor, connection):
    name = connection("protheus", vendor.url, login="cierre", password="secr3t–€")
    with pytest.raises(FatalError, match="user, password or key has a character") as refused:
        delete(ProtheusHook(name))
    assert name in str(refused.value)
    assert "secr3t" not in "".join(traceback.format_exception(refused.value))
    assert vendor.asked == []


def test_a_tenant_that_http_cannot_carry_is_told_by_its_header(vendor, connection):
    name = connection("protheus", vendor.url, login="cierre", password="x")
    with pytest.raises(FatalError, match="tenantId has a character"):
        ProtheusHook(name).delete(Address("T1,Ñandú–1", date(2024, 9, 6), "008964", "A01"), "000001")
    assert vendor.asked == []


def paths(vendor) -> list[str]:
    return [asked.path.rsplit("/", 1)[1] for asked in vendor.asked]


def test_a_call_logs_in_as_the_vendor_wants_and_bears_the_token(new_hook, vendor):
    vendor.answers(token("t-1"), DONE)
    assert delete(new_hook())
    login, call = vendor.asked
    assert (login.method, login.path) == ("POST", "/api/oauth2/v1/token")
    assert login.query == {"grant_type": "password", "username": "cierre", "password": PASSWORD}
    assert "Authorization" not in login.headers
    assert call.headers["Authorization"] == "Bearer t-1"


def test_a_token_serves_every_hook_of_the_process(new_hook, vendor):
    vendor.answers(token(), DONE)
    delete(new_hook())
    delete(new_hook())
    assert paths(vendor) == ["token", "delete", "delete"]


def test_a_token_is_renewed_before_its_end(new_hook, vendor, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(protheus_login.time, "monotonic", lambda: now)
    vendor.answers(token("t-1", life=100), DONE, DONE, token("t-2"), DONE)
    hook = new_hook()
    delete(hook)
    now = 1089.0
    delete(hook)
    now = 1091.0
    delete(hook)
    assert paths(vendor) == ["token", "delete", "delete", "token", "delete"]
    assert vendor.asked[-1].headers["Authorization"] == "Bearer t-2"


def test_a_token_that_is_no_longer_taken_is_renewed_once_and_the_call_sent_again(new_hook, vendor, reply):
    vendor.answers(token("t-1"), reply(status=401), token("t-2"), DONE)
    assert delete(new_hook())
    assert paths(vendor) == ["token", "delete", "token", "delete"]
    assert vendor.asked[3].body == vendor.asked[1].body


def test_a_second_refusal_is_fatal_and_not_sent_a_third_time(new_hook, vendor, reply):
    vendor.answers(token("t-1"), reply(status=401), token("t-2"), reply(status=401))
    with pytest.raises(FatalError):
        delete(new_hook())
    assert paths(vendor) == ["token", "delete", "token", "delete"]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refused_login_is_fatal_and_nothing_is_sent(new_hook, vendor, reply, status):
    vendor.answers(reply(status=status))
    with pytest.raises(FatalError, match="login of cierre is refused, so nothing was sent"):
        delete(new_hook())
    assert paths(vendor) == ["token"]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500},
        {"status": 429},
        {"hang_up": True},
        {"body": "<html>"},
        {"body": "[]"},
        {"body": "{}"},
        {"body": json.dumps(token()), "cut": 5},
        *({"body": json.dumps(token(no_token))} for no_token in (None, "", " ", "a\nb", "tökén", 7, {}, ["t"])),
        {"body": json.dumps(token(life="an hour"))},
    ],
    ids=str,
)
def test_a_login_that_fails_is_retriable_as_nothing_was_posted(new_hook, vendor, reply, answer):
    vendor.answers(reply(**answer))
    with pytest.raises(RetriableError):
        delete(new_hook())
    assert paths(vendor) == ["token"]


@pytest.mark.parametrize("life", [None, 0, "3600"])
def test_a_token_whose_life_is_not_told_lasts_an_hour(new_hook, vendor, life):
    vendor.answers(token(life=life), DONE, DONE)
    delete(new_hook())
    delete(new_hook())
    assert paths(vendor) == ["token", "delete", "delete"]


def test_a_token_of_one_user_is_not_used_for_another(new_hook, vendor, connection):
    vendor.answers(token("t-1"), DONE, token("t-2"), DONE)
    delete(new_hook())
    other = connection("protheus", vendor.url, {"auth": "oauth2"}, login="otro", password="x")
    delete(ProtheusHook(other))
    assert vendor.asked[3].headers["Authorization"] == "Bearer t-2"


@pytest.mark.parametrize(
    "script",
    [
        [{"status": 401}],
        [{"status": 500}],
        [{"hang_up": True}],
        [{"body": json.dumps(token("t0ken"))}, {"hang_up": True}],
        [{"body": json.dumps(token("t0ken\nx"))}],
    ],
    ids=str,
)
def test_neither_password_nor_token_reaches_a_log_or_an_error(new_hook, vendor, reply, caplog, script):
    caplog.set_level(logging.DEBUG)
    vendor.answers(*(reply(**step) for step in script))
    with pytest.raises(VendorError) as raised:
        delete(new_hook())
    told = "".join(traceback.format_exception(raised.value)) + repr(raised.value.__context__)
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert vendor.asked[0].query["password"] == PASSWORD
    for secret in ("s3cr", "t0ken"):
        assert secret not in logged + told


def test_the_test_button_logs_in_anew(new_hook, vendor):
    vendor.answers(token())
    hook = new_hook()
    works, sentence = hook.test_connection()
    hook.test_connection()
    assert works
    assert "accepts the login of cierre" in sentence
    assert paths(vendor) == ["token", "CTBA102", "token", "CTBA102"]
