import pytest
from hypothesis import given, strategies as st

from hooks.protheus.numbering import NUMBERING


@pytest.mark.parametrize(
    ("number", "sublot"), [(1, "001"), (999, "999"), (1000, "00A"), (1001, "00B"), (1026, "01A"), (46655, "ZZZ")]
)
def test_sublots_count_up_and_go_on_in_letters(number, sublot):
    assert NUMBERING.sublot(number, more=True) == sublot


@given(st.lists(st.integers(1, 46655), min_size=2, max_size=20, unique=True))
def test_no_two_attempts_share_a_sublot(numbers):
    sublots = [NUMBERING.sublot(number, more=True) for number in numbers]
    assert len(set(sublots)) == len(numbers)
    assert all(len(sublot) == 3 and sublot != "000" for sublot in sublots)


@pytest.mark.parametrize(("number", "more"), [(1000, False), (46656, True)])
def test_it_says_when_none_is_left(number, more):
    with pytest.raises(ValueError, match="were used"):
        NUMBERING.sublot(number, more=more)


@pytest.mark.parametrize(
    ("answered", "document"),
    [("000002", "000001"), ("000004", "000003"), ("000057", "000001"), ("000000", "000001"), ("A1", "000001")],
)
def test_a_number_that_is_not_the_first_tells_which_document_is_in_the_way(answered, document):
    assert NUMBERING.in_the_way(answered) == document
