"""What an answer's headers may say of its charset and of a wait: it is read or it is nothing, and never raises."""

import codecs
from encodings.aliases import aliases

import pytest
from hypothesis import given, strategies as st

from hooks.http.charset import declared_in, decoded
from hooks.http.transport import seconds_to_wait

NAMES = st.sampled_from(sorted({*aliases, *aliases.values(), "undefined", "idna", "punycode", "unicode_escape"}))
BYTES = st.binary(max_size=40)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of unicode_escape, for what is no escape
@given(content_type=st.builds("text/html; charset={}".format, NAMES | st.text(max_size=8)) | st.text(), content=BYTES)
def test_any_bytes_under_any_charset_are_a_text_or_none(content_type, content):
    declared = declared_in(content_type)
    assert codecs.lookup(declared)
    assert isinstance(decoded(content, declared), str | None)


@given(
    text=st.text(alphabet='aáéñÑ€ 30{}"', max_size=20),
    declared=st.sampled_from(["ISO-8859-1", "windows-1252", "us-ascii", "", "utf8mb4"]),
)
def test_utf8_is_read_as_such_whatever_of_one_byte_it_declares(text, declared):
    assert decoded(text.encode(), declared_in(f"application/json;charset={declared}")) == text


@given(st.text(max_size=30) | st.from_regex(r"(Mon, )?[0-9]{1,4} Dec [0-9]{1,12} [0-9:]{1,9} [-+A-Z0-9]{1,9}"))
def test_any_wait_is_of_so_many_seconds_or_none(header):
    seconds = seconds_to_wait(header)
    assert seconds is None or 0 <= seconds <= 6 * 3600
