"""How people call a row of a source."""

import pytest

from cierre.bookkeeping.source_row import row_name


@pytest.mark.parametrize(("place", "name"), [
    ("0/PAGOS/10", "PAGOS 11 (1)"),
    ("1/PAGOS/10", "PAGOS 11 (2)"),
    ("sales/3", "sales 4"),
    ("3/projects/0/collected", "projects 1 (4, collected)"),
    ("whole", "whole"),
    ("0/1", "0/1"),
    ("a/0/b/1", "a/0/b/1"),
])  # fmt: skip
def test_a_row_is_called_by_its_list_and_its_number_and_nothing_is_left_out(place, name):
    assert row_name(place) == name
