"""Whose token it is: asked of Bsale's own service, told nowhere with the token, and never another company's day."""

import json
import logging

import pytest

from cierre.ports.errors import FatalError
from hooks.bsale import owner as bsale_owner
from hooks.bsale.hook import BsaleHook, is_same_owner
from hooks.bsale.owner import address, normal
from hooks.bsale.settings import Settings
from support.bsale_landings import DAY

TOKEN = "t0ken/of the company"
AUSTRAL, NORTE = "76.543.210-3", "77.654.321-7"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Tries that follow at once."""
    monkeypatch.setattr(bsale_owner, "wait_random", lambda *_: lambda _state: 0)


@pytest.fixture
def connect(sandbox, connection):
    sandbox.bsale.set(requests_per_second=10_000)

    def make(password: str = "sandbox", **extra) -> BsaleHook:
        extra = {"requests_per_second": 500, "credential_address": f"{sandbox.url}/bsale"} | extra
        return BsaleHook(connection("bsale", f"{sandbox.url}/bsale", extra, password=password))

    return make


class TestReading:
    def test_a_companys_own_token_is_read_with_and_the_landed_day_says_whose_it_is(self, connect):
        hook = connect()
        hook.must_be_of(AUSTRAL)
        assert json.loads(hook.fetch("1", DAY).body)["owner"] == "76543210-3"

    @pytest.mark.parametrize("says", ["company", "connection"])
    def test_another_companys_token_reads_nothing(self, connect, sandbox, says):
        hook = connect("sandbox-norte", **({"rut": AUSTRAL} if says == "connection" else {}))
        hook.must_be_of(AUSTRAL if says == "company" else "")
        with pytest.raises(FatalError, match="is of RUT 77654321-7, not of 76543210-3: nothing was read with it"):
            hook.fetch("1", DAY)
        assert sandbox.calls("bsale", "payments") == sandbox.calls("bsale", "count") == 0

    def test_where_nobody_says_whose_it_must_be_nobody_is_asked(self, connect, sandbox):
        assert json.loads(connect().fetch("1", DAY).body)["owner"] == ""
        assert sandbox.calls("bsale", "instance") == 0

    @pytest.mark.parametrize("service", ["{url}/nowhere", "http://127.0.0.1:1", ""])
    def test_where_it_cannot_be_asked_that_is_told_and_the_day_is_read(self, connect, sandbox, service, capfd):
        hook = connect(credential_address=service.format(url=sandbox.url), rut=AUSTRAL)
        assert json.loads(hook.fetch("1", DAY).body)["owner"] == ""
        assert "whose token it is could not be asked" in capfd.readouterr().out

    def test_a_service_that_falters_is_asked_again(self, connect, sandbox):
        sandbox.faults.add("drop_before", vendor="bsale", operation="instance")
        assert json.loads(connect(rut=AUSTRAL).fetch("1", DAY).body)["owner"] == "76543210-3"


class TestTheTestButton:
    def test_it_tells_whose_the_token_is(self, connect):
        works, sentence = connect(rut=AUSTRAL).test_connection()
        assert works
        assert sentence.endswith("The token is of Comercial Austral SpA (RUT 76543210-3).")

    def test_it_fails_for_another_companys_token(self, connect):
        works, sentence = connect("sandbox-norte", rut=AUSTRAL).test_connection()
        assert not works
        assert "is of RUT 77654321-7, not of 76543210-3" in sentence

    def test_it_says_where_it_could_not_ask(self, connect):
        works, sentence = connect(credential_address="http://127.0.0.1:1").test_connection()
        assert works
        assert sentence.endswith("Whose token it is could not be asked.")


@pytest.mark.parametrize("answer", ["{}", "[]", "7", "null", "{", "<html>", '{"code": 7}', '{"data": {"rut": null}}'])
def test_an_answer_without_a_rut_tells_nothing_and_stops_nothing(connection, vendor, answer):
    vendor.answers(answer)
    hook = BsaleHook(connection("bsale", vendor.url, {"credential_address": vendor.url, "rut": AUSTRAL}, password="x"))
    assert hook.whose() is None


@pytest.mark.parametrize("answer", [{"code": NORTE}, {"rut": NORTE}, {"data": {"rut": NORTE}}])
def test_the_rut_is_found_wherever_the_answer_has_it(connection, vendor, answer):
    vendor.answers(answer)
    hook = BsaleHook(connection("bsale", vendor.url, {"credential_address": vendor.url}, password="x"))
    assert hook.whose(always=True).rut == "77654321-7"


@pytest.mark.parametrize("status", [200, 302, 401, 404, 500])
def test_the_token_stands_in_no_log_and_no_message(connection, vendor, reply, status, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    vendor.answers(reply('{"code": "77.654.321-7"}', status=status, headers={"Location": "/elsewhere"}))
    extra = {"credential_address": vendor.url, "rut": AUSTRAL}
    hook, sentence = BsaleHook(connection("bsale", vendor.url, extra, password=TOKEN)), ""
    try:
        assert hook.whose() is None
    except FatalError as error:
        sentence = str(error)
    assert bool(sentence) == (status == 200)
    shown = capfd.readouterr()
    told = caplog.text + sentence + shown.out + shown.err + "".join(str(record.__dict__) for record in caplog.records)
    assert "instances/basic" in told
    assert [part for part in (TOKEN, "t0ken", "of%20the") if part in told] == []


def test_nor_where_nobody_answers(connection, caplog, vendor, capfd):
    caplog.set_level(logging.DEBUG)
    extra = {"credential_address": "http://127.0.0.1:1", "rut": AUSTRAL}
    hook = BsaleHook(connection("bsale", vendor.url, extra, password=TOKEN))
    assert hook.whose() is None
    shown = capfd.readouterr()
    told = caplog.text + shown.out + shown.err + "".join(str(record.__dict__) for record in caplog.records)
    assert "t0ken" not in told


@pytest.mark.parametrize(
    ("host", "said", "asked"),
    [
        ("https://api.bsale.io", None, "https://credential.bsale.io"),
        ("https://api.bsale.cl", None, "https://credential.bsale.io"),
        ("https://gateway.example.com/bsale", None, ""),
        ("https://notbsale.io", None, ""),
        ("https://api.bsale.io", "", ""),
        ("http://sandbox:8800/bsale", "/", "http://sandbox:8800/bsale"),
        (
            "https://gateway.example.com",
            "https://gateway.example.com/credential/",
            "https://gateway.example.com/credential",
        ),
    ],
)
def test_the_token_goes_to_bsales_own_service_or_where_the_connection_says(host, said, asked):
    assert address(Settings(credential_address=said), host) == asked


@pytest.mark.parametrize("text", ["76.543.210-3", "76543210-3", "765432103", " 076543210-3 "])
def test_a_rut_is_the_same_however_it_is_written(text):
    assert normal(text) == "76543210-3"
    assert is_same_owner(text, AUSTRAL)
    assert not is_same_owner(text, NORTE)
