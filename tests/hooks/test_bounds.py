"""What every vendor's hook does with an answer that is larger, deeper or slower than its connection allows."""

import gzip
import io
import json
import tracemalloc
import zlib
from datetime import date

import pytest
from hypothesis import given, strategies as st

from cierre.ports.errors import FatalError, RetriableError, UncertainError
from hooks.bsale.hook import BsaleHook
from hooks.http.bounds import OutOfBounds, check_structure
from hooks.http.hook import Settings, VendorHook
from hooks.sga.hook import SgaHook
from hooks.sge.hook import SgeHook

PACKED = {"Content-Encoding": "gzip"}
DAY = date(2024, 9, 6)


class SomeHook(VendorHook):
    """A vendor with nothing of its own."""

    conn_type = "some"
    hook_name = "Some"
    vendor = "Some vendor"


def read(hook: VendorHook) -> str:
    return hook.ask("/thing", {}, about="thing 1")


def blanks(megabytes: int) -> bytes:
    """An empty list that takes a thousandth of its size on the wire."""
    return gzip.compress(b"[" + b" " * (megabytes * 1_000_000) + b"]")


class TestSize:
    def test_a_few_bytes_that_unpack_to_many_are_refused_and_not_taken_for_an_empty_day(
        self, vendor, connection, reply
    ):
        vendor.answers(reply(blanks(3), headers=PACKED))
        with pytest.raises(FatalError, match=r"unpacks to more than 2 MB.*raise max_answer_mb.*under_test"):
            SgaHook(connection("sga", vendor.url, {"max_answer_mb": 2})).fetch("164", DAY)

    def test_a_bomb_takes_no_more_memory_than_the_limit(self, vendor, connection, reply):
        vendor.answers(reply(blanks(300), headers=PACKED))
        hook = SomeHook(connection("some", vendor.url, {"max_answer_mb": 1}))
        hook.get_conn()
        tracemalloc.start()
        with pytest.raises(FatalError):
            read(hook)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
        tracemalloc.stop()

    def test_a_bomb_within_a_bomb_is_refused(self, vendor, connection, reply):
        packed = gzip.compress(blanks(3))
        vendor.answers(reply(packed, headers={"Content-Encoding": "gzip, gzip"}))
        with pytest.raises(FatalError, match="unpacks to more"):
            read(SomeHook(connection("some", vendor.url, {"max_answer_mb": 2})))

    def test_by_default_an_answer_of_a_gigabyte_is_refused(self, vendor, connection, reply):
        packing, packed = zlib.compressobj(9, wbits=31), io.BytesIO()
        packed.write(packing.compress(b"["))
        for _ in range(210):
            packed.write(packing.compress(b" " * 1_000_000))
        packed.write(packing.compress(b"]") + packing.flush())
        vendor.answers(reply(packed.getvalue(), headers=PACKED))
        with pytest.raises(FatalError, match="unpacks to more than 200 MB"):
            read(SomeHook(connection("some", vendor.url)))

    @pytest.mark.parametrize("headers", [{}, {"Transfer-Encoding": "chunked"}])
    def test_more_bytes_on_the_wire_than_allowed_are_refused(self, vendor, connection, reply, headers):
        body = b"x" * 1_100_000
        if headers:
            body = b"".join(b"%x\r\n%b\r\n" % (100_000, b"x" * 100_000) for _ in range(11)) + b"0\r\n\r\n"
        vendor.answers(reply(body, headers=headers))
        with pytest.raises(FatalError, match=r"more than 1 MB were sent.*max_wire_mb"):
            read(SomeHook(connection("some", vendor.url, {"max_wire_mb": 1})))

    def test_what_is_as_large_as_allowed_is_read_whole(self, vendor, connection, reply):
        vendor.answers(reply(gzip.compress(b"x" * 1_000_000), headers=PACKED))
        assert len(read(SomeHook(connection("some", vendor.url, {"max_answer_mb": 1})))) == 1_000_000

    def test_a_write_whose_answer_is_too_large_is_uncertain(self, vendor, connection, reply):
        vendor.answers(reply(blanks(3), headers=PACKED))
        with pytest.raises(UncertainError, match="unpacks to more"):
            SomeHook(connection("some", vendor.url, {"max_answer_mb": 2})).tell("/thing", b"{}", about="thing 2")

    @pytest.mark.parametrize("status", [404, 500, 503])
    def test_a_refusal_is_bounded_as_well(self, vendor, connection, reply, status):
        vendor.answers(reply(blanks(3), status=status, headers=PACKED))
        with pytest.raises(FatalError, match="unpacks to more"):
            read(SomeHook(connection("some", vendor.url, {"max_answer_mb": 2})))

    def test_the_body_of_a_redirect_is_never_unpacked(self, vendor, connection, reply):
        vendor.answers(reply(blanks(3), status=302, headers=PACKED | {"Location": "/there"}), "there")
        assert read(SomeHook(connection("some", vendor.url, {"max_answer_mb": 2}))) == "there"

    def test_a_file_that_is_too_large_is_refused(self, vendor, connection, reply):
        vendor.answers(reply(blanks(3), headers=PACKED))
        with pytest.raises(FatalError, match=r"document 11.*unpacks to more"):
            SgeHook(connection("sge", vendor.url, {"max_answer_mb": 2})).document("11", io.BytesIO())

    def test_the_connection_can_be_used_after_an_answer_that_was_too_large(self, vendor, connection, reply):
        vendor.answers(reply(blanks(3), headers=PACKED), "small")
        hook = SomeHook(connection("some", vendor.url, {"max_answer_mb": 2}))
        with pytest.raises(FatalError):
            read(hook)
        assert read(hook) == "small"


class TestTime:
    """The timeouts say when to give up; the server sends a byte each hundredth of a second, for ever."""

    @pytest.fixture(params=["headers", "body", "size of a chunk", "until the connection closes"])
    def drip(self, reply, request):
        heads = {
            "headers": b"HTTP/1.1 200 OK\r\nX-Slow: ",
            "body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n[",
            "size of a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
            "until the connection closes": b"HTTP/1.1 200 OK\r\n\r\n[]",
        }
        return reply(drip=0.01, head=heads[request.param])

    def test_an_answer_that_drips_is_given_up_and_not_taken_for_whole(self, vendor, connection, drip):
        vendor.answers(drip)
        hook = SomeHook(connection("some", vendor.url, {"read_timeout": 0.2, "total_timeout": 0.5, "retries": 3}))
        with pytest.raises(RetriableError, match=r"still not whole after 0\.5 seconds.*total_timeout.*under_test"):
            read(hook)
        assert len(vendor.asked) == 1

    def test_a_write_whose_answer_drips_is_uncertain_within_its_read_timeout(self, vendor, connection, drip):
        vendor.answers(drip)
        hook = SomeHook(connection("some", vendor.url, {"read_timeout": 0.5}))
        with pytest.raises(UncertainError, match=r"no answer within 0\.5 seconds"):
            hook.tell("/thing", b"{}", about="thing 2")

    def test_an_encrypted_answer_that_drips_is_given_up_too(self, vendor, connection, drip, self_signed):
        certificate = self_signed[1]
        vendor.server.socket = self_signed[0].wrap_socket(vendor.server.socket, server_side=True)
        vendor.answers(drip)
        extra = {"read_timeout": 0.3, "total_timeout": 0.6, "verify": str(certificate)}
        with pytest.raises(RetriableError, match="still not whole"):
            read(SomeHook(connection("some", vendor.url.replace("http", "https"), extra)))

    def test_a_file_that_drips_is_given_up(self, vendor, connection, reply):
        vendor.answers(reply(drip=0.01, head=b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"))
        with pytest.raises(RetriableError, match=r"document 11.*still not whole"):
            SgeHook(connection("sge", vendor.url, {"total_timeout": 0.5})).document("11", io.BytesIO())

    def test_a_connection_that_was_given_up_is_not_used_again(self, vendor, connection, reply):
        vendor.answers(reply(drip=0.01, head=b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"), "in time")
        hook = SomeHook(connection("some", vendor.url, {"total_timeout": 0.5}))
        with pytest.raises(RetriableError):
            read(hook)
        assert read(hook) == "in time"


class TestStructure:
    @pytest.mark.parametrize("body", ["[" * 30 + "]" * 30, '{"a": ' * 30 + "1" + "}" * 30, "[" * 5000 + "]" * 5000])
    def test_what_is_nested_too_deeply_is_refused(self, vendor, connection, body):
        vendor.answers(body)
        with pytest.raises(FatalError, match=r"nested deeper than 20 levels.*max_depth"):
            read(SomeHook(connection("some", vendor.url, {"max_depth": 20})))

    def test_more_rows_than_allowed_are_refused(self, vendor, connection):
        vendor.answers([{"id": number} for number in range(11)])
        with pytest.raises(FatalError, match=r"more than 10 rows.*max_rows"):
            read(SomeHook(connection("some", vendor.url, {"max_rows": 10})))

    def test_a_list_whose_pages_never_end_is_refused(self, vendor, connection, reply):
        pages = [json.dumps([{"id": str(number)}, {"id": str(-number)}]) for number in range(1, 9)]
        vendor.answers(*[reply(page, headers={"X-Page-Size": "2"}) for page in pages])
        with pytest.raises(FatalError, match="more than 10 rows"):
            SgeHook(connection("sge", vendor.url, {"max_rows": 10, "page_size": 2})).issued_invoices()

    def test_a_list_that_claims_to_be_endless_is_refused(self, vendor, connection):
        rows = [{"id": number} for number in range(50)]
        vendor.answers({"count": 1_000_000, "limit": 50, "offset": 0, "items": rows})
        with pytest.raises(FatalError, match="more than 500000 rows"):
            BsaleHook(connection("bsale", vendor.url, password="token")).payments()

    @given(
        st.recursive(
            st.none() | st.text(alphabet='[]{}"\\a ñ') | st.integers(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet='[]{}"\\'), inner),
        ),
        st.booleans(),
    )
    def test_brackets_in_texts_do_not_count_and_all_others_do(self, value, indent):
        text = json.dumps(value, ensure_ascii=False, indent=2 if indent else None)
        depth, rows = levels(value), objects(value)
        if not isinstance(value, list | dict):
            return
        check_structure(text, bounds(depth, rows))
        with pytest.raises(OutOfBounds, match="nested"):
            check_structure(text, bounds(depth - 1, rows))
        if rows:
            with pytest.raises(OutOfBounds, match="rows"):
                check_structure(text, bounds(depth, rows - 1))


def bounds(depth: int, rows: int) -> Settings:
    return Settings.model_construct(max_depth=depth, max_rows=rows)


def inside(value) -> list:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def levels(value) -> int:
    return (isinstance(value, list | dict)) + max(map(levels, inside(value)), default=0)


def objects(value) -> int:
    return isinstance(value, dict) + sum(map(objects, inside(value)))
