"""What text the books can hold, and how the rest is shown."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.text import LONGEST, UnfitText, code, label, line, quoted, shown, text_of

ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(st.characters(), max_size=200), st.decimals()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("came", "booked"),
    [
        ("001-002\n000000001", "001-002 000000001"),
        ("A\r\n\tB", "A B"),
        (" F[2024/13/45] ", "F[2024/13/45]"),
        ("Nº 12 €–œ", "Nº 12 €–œ"),
        ("A\u2028B\x85C", "A B C"),
        (123, "123"),
        (Decimal("12.50"), "12.50"),
        (None, ""),
        ("👍", "👍"),
    ],
)
def test_the_number_of_a_document_is_booked_on_one_line(came, booked):
    assert line(came) == booked


@pytest.mark.parametrize("came", ["A\x00", "\ud83d", "\x07", "\x1b[31m", "\x7f", "\x9b", "x" * (LONGEST + 1), [], {}])
def test_what_cannot_be_kept_is_refused_and_not_quoted(came):
    for read in (line, code):
        with pytest.raises(UnfitText) as raised:
            read(came)
        assert str(came) not in str(raised.value) or came in ([], {})


@pytest.mark.parametrize("came", ["1\n", "a\tb", "a\u2029b"])
def test_a_code_has_no_line_breaks(came):
    with pytest.raises(UnfitText):
        code(came)


def test_control_characters_are_shown_as_their_pictures():
    assert shown("Ana\x00 Vera\x7f \ud83d\x9b") == "Ana␀ Vera␡ ��"
    assert shown("Ana\nVera") == "Ana\nVera"


@pytest.mark.parametrize(
    ("value", "seen"),
    [("1", "1"), (99, "99"), ("efectivo", "efectivo"), (None, ""), ("", ""), (True, "True"), (Decimal("1.5"), "1.5"),
     ("Ana Vera", "(text)"), ("0912345678", "(text)"), ({"nombre": "Ana"}, "(object)"), (["Ana"], "(list)"),
     ("x" * 25, "(text)"), (10**30, "(number)")],
)  # fmt: skip
def test_a_label_repeats_codes_and_nothing_that_may_be_a_persons(value, seen):
    assert label(value) == seen


@pytest.mark.parametrize(
    ("value", "told"),
    [("1.234", "'1.234'"), ("1 234,50", "'1 234,50'"), ("ten", "'ten'"), ("NaN", "'NaN'"), ("1e3", "'1e3'"),
     (12, "12"), (True, "true"), (None, "null"), ("0912345678", "a text of 10 characters"),
     ("Ana Vera", "a text of 8 characters"), ({"a": "Ana"}, "an object"), (["Ana"], "a list")],
)  # fmt: skip
def test_a_message_quotes_amounts_and_codes_and_only_describes_the_rest(value, told):
    assert quoted(value) == told


@pytest.mark.parametrize(
    ("value", "text"),
    [("J2024/1", "J2024/1"), (2024, "2024"), (None, ""), ({"name": "Ana"}, "(object)"), (["Ana"], "(list)")],
)
def test_the_text_of_a_number_is_itself_and_of_a_whole_row_only_what_it_is(value, text):
    assert text_of(value) == text


@given(ANYTHING)
def test_whatever_comes_what_is_booked_or_told_can_be_kept(value):
    told = [label(value), str(quoted(value))]
    with suppress(UnfitText):
        told.append(line(value))
    with suppress(UnfitText):
        told.append(code(value))
    for text in told:
        assert "\x00" not in text
        assert len(text.encode()) <= 4 * LONGEST


@given(st.text(st.characters()))
def test_what_is_shown_can_always_be_written(text):
    assert "\x00" not in shown(text)
    shown(text).encode()
