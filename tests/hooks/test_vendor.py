"""What every vendor's hook does with connections, answers and failures, over real HTTP."""

import logging
import traceback

import pytest

from cierre.ports.errors import FatalError, RetriableError, UncertainError
from hooks.http.hook import VendorHook, describe
from hooks.http.transport import seconds_to_wait


class SomeHook(VendorHook):
    """A vendor with nothing of its own."""

    conn_type = "some"
    hook_name = "Some"
    vendor = "Some vendor"

    def proof(self) -> str:
        return self.ask("/", {}, about="test")


class OldHook(SomeHook):
    """A vendor that does not always declare its code page."""

    fallback_charset = "latin-1"


@pytest.fixture
def hook(vendor, connection) -> SomeHook:
    return SomeHook(connection("some", vendor.url))


IMPOSSIBLE = ["soon", "Fri, 31 Dec 999999999999 23:59:59 GMT", "9" * 5000]
"""What a Retry-After may say that no clock can count."""


def read(hook: VendorHook) -> str:
    return hook.ask("/thing", {"q": "1"}, about="thing 1")


def write(hook: VendorHook):
    return hook.tell("/thing", b"{}", about="thing 2")


def test_constructing_a_hook_neither_looks_up_its_connection_nor_connects():
    SomeHook("there_is_no_such_connection")


def test_a_hook_keeps_one_session_and_one_socket_for_all_its_calls(hook, vendor):
    vendor.answers("one", "two", "three")
    assert [read(hook), read(hook), write(hook).text] == ["one", "two", "three"]
    assert len({asked.client for asked in vendor.asked}) == 1
    assert hook.get_conn() is hook.get_conn()


def test_the_settings_of_a_connection_are_not_sent_as_headers(vendor, connection):
    vendor.answers("ok")
    read(SomeHook(connection("some", vendor.url, {"secret_setting": "s3cret"})))
    assert "s3cret" not in str(vendor.asked)


def test_a_base_address_with_a_path_and_a_trailing_slash_is_kept_and_joined(vendor, connection):
    vendor.answers("ok")
    read(SomeHook(connection("some", f"{vendor.url}/sga/itb/")))
    assert vendor.asked[0].path == "/sga/itb/thing"


@pytest.mark.parametrize("extra", [{"read_timeout": "soon"}, {"retries": -1}, {"connect_timeout": 0}])
def test_a_setting_that_cannot_be_used_is_named(vendor, connection, extra):
    with pytest.raises(FatalError, match=f"under_test.*{next(iter(extra))}"):
        SomeHook(connection("some", vendor.url, extra)).get_conn()


def test_settings_left_blank_in_the_form_take_their_defaults(vendor, connection):
    hook = SomeHook(connection("some", vendor.url, {"connect_timeout": None, "read_timeout": "", "retries": None}))
    hook.get_conn()
    assert (hook.settings.connect_timeout, hook.settings.read_timeout, hook.settings.retries) == (10, 120, 3)


class TestReads:
    @pytest.mark.parametrize("status", [429, 502, 503, 504])
    def test_a_read_is_tried_again_where_the_vendor_is_overloaded(self, vendor, connection, reply, status):
        vendor.answers(reply(status=status), "at last")
        assert read(SomeHook(connection("some", vendor.url, {"retries": 1}))) == "at last"

    def test_a_read_is_tried_again_where_the_connection_breaks_before_an_answer(self, vendor, connection, reply):
        vendor.answers(reply(hang_up=True), "at last")
        assert read(SomeHook(connection("some", vendor.url, {"retries": 1}))) == "at last"

    def test_a_read_is_tried_no_more_often_than_the_connection_says(self, vendor, connection, reply):
        vendor.answers(reply(status=503))
        with pytest.raises(RetriableError):
            read(SomeHook(connection("some", vendor.url, {"retries": 1})))
        assert len(vendor.asked) == 2

    @pytest.mark.parametrize("status", [408, 429, 500, 503])
    def test_an_overloaded_or_broken_vendor_is_retriable_and_says_when(self, hook, vendor, reply, status):
        vendor.answers(reply("<html><title>Busy</title>", status=status, headers={"Retry-After": "7"}))
        with pytest.raises(RetriableError, match=r"thing 1.*HTML page of 25 characters") as raised:
            read(hook)
        assert (raised.value.status, raised.value.retry_after) == (status, 7)

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 405])
    def test_a_refused_read_is_fatal(self, hook, vendor, reply, status):
        vendor.answers(reply(status=status, headers={"X-Request-ID": "r-9"}))
        with pytest.raises(FatalError, match="check address and login") as raised:
            read(hook)
        assert (raised.value.status, raised.value.request_id) == (status, "r-9")

    def test_a_read_follows_a_redirect(self, hook, vendor, reply):
        vendor.answers(reply(status=302, headers={"Location": "/elsewhere"}), "there")
        assert read(hook) == "there"

    def test_a_vendor_that_redirects_in_circles_is_fatal(self, hook, vendor, reply):
        vendor.answers(reply(status=302, headers={"Location": "/thing"}))
        with pytest.raises(FatalError, match="circles"):
            read(hook)

    def test_half_an_answer_is_retriable(self, hook, vendor, reply):
        vendor.answers(reply("a long answer", cut=6))
        with pytest.raises(RetriableError, match="before the answer was whole"):
            read(hook)

    def test_no_answer_in_time_is_retriable_but_not_asked_again_at_once(self, vendor, connection, reply):
        vendor.answers(reply(silent=True))
        with pytest.raises(RetriableError, match=r"no answer within 0\.2 seconds"):
            read(SomeHook(connection("some", vendor.url, {"read_timeout": 0.2, "retries": 3})))
        assert len(vendor.asked) == 1

    def test_the_body_is_read_as_utf8_whatever_the_library_would_guess(self, hook, vendor, reply):
        vendor.answers(reply("Núñez", headers={"Content-Type": "text/html"}))
        assert read(hook) == "Núñez"

    def test_the_body_is_read_in_the_charset_that_it_declares(self, hook, vendor, reply):
        vendor.answers(reply("Núñez".encode("latin-1"), headers={"Content-Type": 'text/plain; charset="ISO-8859-1"'}))
        assert read(hook) == "Núñez"

    @pytest.mark.parametrize("charset", ["ISO-8859-1", "windows-1252", "iso-8859-15", "us-ascii"])
    def test_utf8_is_read_as_such_where_a_charset_of_one_byte_is_declared(self, hook, vendor, reply, charset):
        """As servlet containers do: "Crédito" would be "CrÃ©dito"."""
        vendor.answers(reply("Crédito 30 días", headers={"Content-Type": f"application/json;charset={charset}"}))
        assert read(hook) == "Crédito 30 días"

    @pytest.mark.parametrize("charset", ["", "utf8mb4", "undefined", "utf-8", "UTF8", '"utf-8"', "a\x80"])
    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    def test_what_declares_utf8_or_no_charset_that_there_is_is_read_as_utf8(self, hook, vendor, reply, charset, mark):
        vendor.answers(reply(mark + "Núñez".encode(), headers={"Content-Type": f"text/plain; charset={charset}"}))
        assert read(hook) == "Núñez"

    @pytest.mark.parametrize("charset", ["utf-16", "punycode", "idna", "hex", "unicode_escape", "utf-8"])
    def test_bytes_that_are_not_in_their_charset_are_retriable(self, hook, vendor, reply, charset):
        vendor.answers(reply(b"\xff\xfe\\N\x00\xd8", headers={"Content-Type": f"text/plain; charset={charset}"}))
        with pytest.raises(RetriableError, match="bytes that are not"):
            read(hook)

    def test_a_part_of_an_answer_is_not_taken_for_the_whole(self, hook, vendor, reply):
        vendor.answers(reply("[]", status=206, headers={"Content-Range": "bytes 0-1/900"}))
        with pytest.raises(RetriableError, match="only a part") as raised:
            read(hook)
        assert raised.value.status == 206

    @pytest.mark.parametrize("location", ["", " ", "http://vendor:puerto/x", "http://[::1/x", "https://[bad]/x", "//["])
    def test_a_redirect_to_no_address_is_retriable_and_followed_nowhere(self, hook, vendor, reply, location):
        vendor.answers(reply(status=302, headers={"Location": location}))
        with pytest.raises(RetriableError, match="redirects to what is no address"):
            read(hook)
        assert len(vendor.asked) == 1

    @pytest.mark.parametrize("header", IMPOSSIBLE)
    def test_a_wait_that_cannot_be_read_is_a_pause_like_any_other(self, vendor, connection, reply, header):
        vendor.answers(reply(status=503, headers={"Retry-After": header}), "at last")
        assert read(SomeHook(connection("some", vendor.url, {"retries": 1}))) == "at last"
        vendor.answers(reply(status=503, headers={"Retry-After": header}))
        with pytest.raises(RetriableError, match="the answer is empty") as raised:
            read(SomeHook(connection("some", vendor.url)))
        assert raised.value.retry_after is None

    def test_a_body_that_is_not_what_it_says_is_refused_and_not_repaired(self, hook, vendor, reply):
        vendor.answers(reply("Núñez".encode("latin-1")))
        with pytest.raises(RetriableError, match="not utf-8"):
            read(hook)

    def test_a_vendor_known_to_forget_its_charset_is_read_in_its_fallback(self, vendor, connection, reply):
        vendor.answers(reply("Núñez".encode("latin-1")))
        assert read(OldHook(connection("some", vendor.url))) == "Núñez"


class TestWrites:
    @pytest.mark.parametrize("status", [200, 201, 302, 401, 429, 500, 503])
    def test_a_write_is_sent_once_whatever_the_status(self, vendor, connection, reply, status):
        vendor.answers(reply(status=status, headers={"Retry-After": "0", "Location": "/elsewhere"}))
        assert write(SomeHook(connection("some", vendor.url, {"retries": 3}))).status_code == status
        assert len(vendor.asked) == 1

    @pytest.mark.parametrize("fault", [{"hang_up": True}, {"body": "long answer", "cut": 3}])
    def test_a_write_whose_answer_is_lost_is_uncertain_and_sent_once(self, vendor, connection, reply, fault):
        vendor.answers(reply(**fault))
        with pytest.raises(UncertainError, match="thing 2: the connection broke"):
            write(SomeHook(connection("some", vendor.url, {"retries": 3})))
        assert len(vendor.asked) == 1

    def test_a_write_without_an_answer_in_time_is_uncertain_and_sent_once(self, vendor, connection, reply):
        vendor.answers(reply(silent=True))
        with pytest.raises(UncertainError, match="no answer within"):
            write(SomeHook(connection("some", vendor.url, {"retries": 3, "read_timeout": 0.2})))
        assert len(vendor.asked) == 1

    @pytest.mark.parametrize(
        "fault", [{"status": 206}, {"body": b"\xff", "headers": {"Content-Type": "text/plain; charset=undefined"}}]
    )
    def test_an_answer_that_cannot_be_read_is_uncertain(self, hook, vendor, reply, fault):
        vendor.answers(reply(**fault))
        with pytest.raises(UncertainError):
            hook.text(write(hook), about="thing 2", if_lost=UncertainError)

    def test_an_answer_with_a_header_that_is_none_is_uncertain(self, hook, vendor, reply):
        vendor.answers(reply("done", headers={"Content-Length": "4, 5"}))
        with pytest.raises(UncertainError):
            write(hook)

    def test_a_write_that_cannot_connect_is_not_tried_again_either(self, connection, nobody, caplog):
        hook = SomeHook(connection("some", nobody, {"retries": 1}))
        for call, retries in ((read, 1), (write, 0)):
            caplog.clear()
            with pytest.raises(RetriableError):
                call(hook)
            assert sum("Retrying" in record.getMessage() for record in caplog.records) == retries


class TestNeverSent:
    @pytest.mark.parametrize("call", [read, write])
    def test_a_refused_connection_is_retriable(self, connection, nobody, call):
        with pytest.raises(RetriableError, match=r"refused.*nothing was sent"):
            call(SomeHook(connection("some", nobody)))

    @pytest.mark.parametrize("call", [read, write])
    def test_a_name_that_is_not_known_is_retriable(self, connection, call):
        with pytest.raises(RetriableError, match="nothing was sent"):
            call(SomeHook(connection("some", "http://vendor.invalid")))

    @pytest.mark.parametrize("call", [read, write])
    def test_a_proxy_that_cannot_be_reached_is_retriable(self, connection, nobody, call):
        with pytest.raises(RetriableError, match="nothing was sent"):
            call(SomeHook(connection("some", "http://vendor.invalid", {"proxies": {"http": nobody}})))

    @pytest.mark.parametrize("call", [read, write])
    @pytest.mark.parametrize("host", [None, "ftp://vendor.invalid", "http://", "http://[::1"])
    def test_an_address_that_is_none_is_fatal(self, connection, call, host):
        with pytest.raises(FatalError, match="under_test cannot be used"):
            call(SomeHook(connection("some", host)))

    def test_a_header_that_cannot_be_sent_is_fatal_and_not_shown(self, hook):
        with pytest.raises(FatalError) as raised:
            hook.tell("/thing", b"", about="thing 2", headers={"Key": "s3cret\r\nInjected: yes"})
        assert "s3cret" not in str(raised.value)

    @pytest.mark.parametrize("call", [read, write])
    def test_a_missing_certificate_file_is_fatal(self, connection, call):
        with pytest.raises(FatalError, match="cannot be used"):
            call(SomeHook(connection("some", "https://127.0.0.1:1", {"verify": "/there/is/no.pem"})))

    @pytest.mark.parametrize("call", [read, write])
    def test_a_certificate_that_is_not_trusted_is_fatal(self, vendor, connection, self_signed, call):
        vendor.answers("never")
        vendor.server.socket = self_signed[0].wrap_socket(vendor.server.socket, server_side=True)
        with pytest.raises(FatalError, match=r"certificate of .* is not trusted"):
            call(SomeHook(connection("some", vendor.url.replace("http", "https"))))
        assert vendor.asked == []


SECRET = "s3cr&t ñ"


@pytest.mark.parametrize("fault", [{"status": 503}, {"hang_up": True}, {"body": "whole"}])
def test_a_password_in_an_address_reaches_no_log_and_no_error(vendor, connection, reply, caplog, fault):
    caplog.set_level(logging.DEBUG)
    vendor.answers(reply(**fault))
    hook = SomeHook(connection("some", vendor.url, {"retries": 1}))
    told = ""
    try:
        hook.ask("/token", {"password": SECRET, "user": "cierre"}, about="login")
    except RetriableError as error:
        told = "".join(traceback.format_exception(error)) + repr(error.__context__) + repr(error.__cause__)
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "/token?password=***" in logged
    assert "s3cr" not in logged + told


def test_the_test_button_tells_what_was_seen_and_never_raises(hook, vendor, reply):
    vendor.answers(reply("fine"), reply(status=404))
    assert hook.test_connection() == (True, "fine")
    works, sentence = hook.test_connection()
    assert not works
    assert "HTTP 404" in sentence


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (" \n", "empty"),
        (
            "<!DOCTYPE html><html><head><title>502\n Bad Gateway</title>",
            "an HTML page of 58 characters",
        ),
        ("<html><body>Ana", "an HTML page of 15 characters"),
        ('[{"name": "Ana', "14 characters of text"),
    ],
)
def test_a_body_is_described_without_what_it_says(body, told):
    assert describe(body) == told


def test_a_body_is_quoted_only_where_asked_and_on_one_line():
    assert describe("<!-- Ana --><p>", quote=True) == "15 characters of text"
    assert describe('{"CT2_DOC":\n "00', quote=True) == '16 characters of text that begin “{"CT2_DOC": "00”'


@pytest.mark.parametrize(
    ("header", "seconds"), [("30", 30), (None, None), ("", None), *((said, None) for said in IMPOSSIBLE)]
)
def test_retry_after_is_read_in_seconds_or_not_at_all(header, seconds):
    assert seconds_to_wait(header) == seconds


def test_retry_after_may_be_a_date():
    assert seconds_to_wait("Wed, 21 Oct 2015 07:28:00 GMT") == 0
