import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.address import nth_sublot


@pytest.mark.parametrize(
    ("number", "sublot"), [(1, "001"), (999, "999"), (1000, "00A"), (1001, "00B"), (1026, "01A"), (46655, "ZZZ")]
)
def test_sublots_count_up_and_go_on_in_letters(number, sublot):
    assert nth_sublot(number, alphanumeric=True) == sublot


@given(st.lists(st.integers(1, 46655), min_size=2, max_size=20, unique=True))
def test_no_two_attempts_share_a_sublot(numbers):
    sublots = [nth_sublot(number, alphanumeric=True) for number in numbers]
    assert len(set(sublots)) == len(numbers)
    assert all(len(sublot) == 3 and sublot != "000" for sublot in sublots)


@pytest.mark.parametrize(("number", "alphanumeric"), [(1000, False), (46656, True)])
def test_it_says_when_none_is_left(number, alphanumeric):
    with pytest.raises(ValueError, match="were used"):
        nth_sublot(number, alphanumeric=alphanumeric)
