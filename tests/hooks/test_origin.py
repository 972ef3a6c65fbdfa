"""From where an answer is taken, to where a password goes, and what of an address people are shown."""

import logging
import threading

import pytest

from cierre.ports.errors import FatalError, RetriableError, VendorError
from hooks.bsale.hook import BsaleHook
from hooks.http.hook import VendorHook
from hooks.http.origin import origin_of, sends_in_clear
from hooks.protheus.hook import ProtheusHook
from hooks.sge.hook import SgeHook
from hooks.zeta.hook import ZetaHook
from tests.hooks.conftest import Vendor


class SomeHook(VendorHook):
    """A vendor with nothing of its own."""

    conn_type = "some"
    hook_name = "Some"
    vendor = "Some vendor"


def read(hook: VendorHook) -> str:
    return hook.ask("/thing", {"q": "1"}, about="thing 1")


@pytest.fixture
def stranger():
    """Another server of this machine, which answers that nothing happened."""
    other = Vendor()
    thread = threading.Thread(target=other.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    other.answers("[]")
    yield other
    other.server.shutdown()
    other.server.server_close()
    thread.join()


class TestRedirects:
    def test_nothing_is_taken_from_another_server(self, vendor, connection, reply, stranger):
        vendor.answers(reply(status=302, headers={"Location": f"{stranger.url}/thing"}))
        with pytest.raises(
            FatalError, match=f"redirects to {stranger.url}, another server.*base address of.*under_test"
        ):
            read(SomeHook(connection("some", vendor.url)))
        assert stranger.asked == []

    @pytest.mark.parametrize(
        "there",
        ["https://127.0.0.1:{port}/thing", "http://localhost:{port}/thing", "//127.0.0.1/thing", "file:///etc/passwd"],
    )
    def test_another_scheme_host_or_port_is_another_server(self, vendor, connection, reply, there):
        vendor.answers(reply(status=301, headers={"Location": there.format(port=vendor.server.server_port)}))
        with pytest.raises(FatalError, match="another server"):
            read(SomeHook(connection("some", vendor.url)))
        assert len(vendor.asked) == 1

    @pytest.mark.parametrize("hook", [SgeHook, ProtheusHook, BsaleHook])
    def test_no_key_goes_to_another_server(self, vendor, connection, reply, stranger, hook):
        vendor.answers(reply(status=307, headers={"Location": f"{stranger.url}/thing"}))
        works, told = hook(connection("some", vendor.url, login="cierre", password="s3cret")).test_connection()
        assert not works
        assert "another server" in told or "not followed" in told
        assert stranger.asked == []

    def test_a_redirect_says_nothing_but_its_server(self, vendor, connection, reply):
        vendor.answers(reply(status=302, headers={"Location": "https://u:s3cret@elsewhere.example/?token=s3cret"}))
        with pytest.raises(FatalError, match=r"redirects to https://elsewhere\.example, another") as raised:
            read(SomeHook(connection("some", vendor.url)))
        assert "s3cret" not in str(raised.value)

    def test_a_redirect_within_the_server_is_followed_with_the_address_that_it_says(self, vendor, connection, reply):
        vendor.answers(reply(status=302, headers={"Location": "/elsewhere?page=2"}), "there")
        assert read(SomeHook(connection("some", vendor.url, login="cierre", password="s3cret"))) == "there"
        assert (vendor.asked[1].path, vendor.asked[1].query) == ("/elsewhere", {"page": "2"})
        assert vendor.asked[1].headers["Authorization"] == vendor.asked[0].headers["Authorization"]

    def test_a_redirect_without_end_is_followed_a_few_times_only(self, vendor, connection, reply):
        vendor.answers(*[reply(status=302, headers={"Location": f"/thing/{n}"}) for n in range(30)])
        with pytest.raises(FatalError, match="circles"):
            read(SomeHook(connection("some", vendor.url)))
        assert len(vendor.asked) == 6


ZETA = {"developer_code": "1", "developer_password": "s3cret"}


class TestPlainHttp:
    @pytest.mark.parametrize(
        ("hook", "extra"), [(ProtheusHook, {}), (SgeHook, {}), (BsaleHook, {}), (ZetaHook, ZETA), (SomeHook, {})]
    )
    def test_a_password_is_not_sent_by_plain_http(self, connection, hook, extra):
        asked = hook(connection("some", "http://vendor.invalid/rest", extra, login="cierre", password="s3cret"))
        with pytest.raises(FatalError, match=r"http://vendor\.invalid/rest without encryption.*https.*plain_http_host"):
            asked.get_conn()

    def test_a_password_within_the_address_is_one_too(self, connection):
        with pytest.raises(FatalError, match="without encryption") as raised:
            SomeHook(connection("some", "http://cierre:s3cret@vendor.invalid")).get_conn()
        assert "s3cret" not in str(raised.value)

    def test_a_host_that_is_named_may_have_it(self, connection):
        extra = {"plain_http_host": "ERP.lan"}
        SomeHook(connection("some", "http://erp.lan:8080/rest", extra, password="s3cret")).get_conn()
        with pytest.raises(FatalError, match="without encryption"):
            SomeHook(connection("some", "http://erp.lan.evil.example", extra, password="s3cret")).get_conn()

    def test_the_sandbox_may_have_it_where_the_connection_says_that_it_is_there(self, connection):
        extra = {"sandbox": "http://sandbox:8800/sga"}
        SomeHook(connection("some", "http://sandbox:8800/sga", extra, password="s3cret")).get_conn()
        with pytest.raises(FatalError, match="without encryption"):
            SomeHook(connection("some", "http://elsewhere:8800/sga", extra, password="s3cret")).get_conn()

    def test_an_address_without_a_password_may_be_plain(self, connection):
        SomeHook(connection("some", "http://vendor.invalid")).get_conn()

    @pytest.mark.parametrize(
        ("address", "in_clear"),
        [
            ("http://localhost:8080", False),
            ("http://127.8.9.1/x", False),
            ("http://[::1]:80", False),
            ("https://erp.example", False),
            ("http://localhost.evil.example", True),
            ("http://127.0.0.1.evil.example", True),
            ("http://10.0.0.1", True),
            ("http://127.0.0.1@evil.example", True),
            ("ftp://erp.example", True),
        ],
    )
    def test_only_this_machine_hears_what_is_sent_to_it(self, address, in_clear):
        assert sends_in_clear(address) is in_clear

    def test_bsales_token_is_not_asked_about_by_plain_http(self, vendor, connection, capsys):
        vendor.answers({"count": 3})
        extra = {"rut": "76543210-3", "credential_address": "http://credential.invalid"}
        assert BsaleHook(connection("bsale", vendor.url, extra, password="s3cret")).whose() is None
        assert "could not be asked" in capsys.readouterr().out


class TestWhatIsShown:
    @pytest.mark.parametrize("answer", [{"status": 404}, {"status": 503}, {"hang_up": True}, {"body": "[["}])
    def test_user_and_password_of_an_address_are_in_no_error_and_no_log(
        self, vendor, connection, reply, caplog, capsys, answer
    ):
        caplog.set_level(logging.DEBUG)
        vendor.answers(reply(**answer))
        hook = SomeHook(connection("some", vendor.url.replace("//", "//cierre:s3cret@"), {"retries": 1}))
        told = ""
        try:
            read(hook)
        except VendorError as error:
            told = str(error)
        assert "s3cret" not in told + caplog.text + capsys.readouterr().out + hook.site

    def test_the_test_button_shows_the_address_without_them(self, vendor, connection, reply):
        vendor.answers(reply("[]", headers={"X-Total-Count": "0"}))
        works, told = SgeHook(connection("sge", vendor.url.replace("//", "//cierre:s3cret@"))).test_connection()
        assert works
        assert vendor.url in told
        assert "s3cret" not in told

    @pytest.mark.parametrize(
        "page", ["<html><title>ACME VPN – Ana</title>", "<?xml version='1.0'?><u>Ana</u>", " <p>Ana"]
    )
    def test_nothing_of_a_page_that_somebody_else_sends_is_quoted(self, vendor, connection, reply, page):
        vendor.answers(reply(page, status=503))
        for hook in (SomeHook(connection("some", vendor.url)), SgeHook(connection("sge", vendor.url))):
            with pytest.raises(RetriableError) as raised:
                read(hook) if isinstance(hook, SomeHook) else hook.columns()
            assert "Ana" not in str(raised.value)
            assert "ACME" not in str(raised.value)

    def test_an_origin_is_scheme_host_and_port(self):
        assert origin_of("HTTPS://u:p@ERP.example:443/rest?x=1") == "https://erp.example"
        assert origin_of("http://[::1]:8080/") == "http://[::1]:8080"
