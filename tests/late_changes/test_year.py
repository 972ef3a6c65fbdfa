"""A small part of `make simulate-looks`, and that it would notice."""

import pytest

from cierre.bookkeeping import second_look
from late_changes import year


def test_every_change_is_found_at_the_first_look_after_it_none_is_invented_and_the_books_end_right():
    outcome = year.play(7, boxes_of_year=4, planted=300, quiet=30)
    assert outcome.planted.total() == 300
    assert (outcome.missed, outcome.invented, outcome.wrong_books) == ([], [], [])
    assert outcome.corrected


@pytest.mark.parametrize(
    ("name", "worse"),
    [
        ("is_due", lambda *asked: False),
        ("changes", lambda before, after, own_ids: second_look.changes(before, after, own_ids=lambda kind: True)),
        ("changes", lambda before, after, own_ids: second_look.changes(before, after, own_ids=own_ids)[1:]),
    ],
)
def test_a_product_that_looks_worse_is_noticed(monkeypatch, name, worse):
    monkeypatch.setattr(year, name, worse)
    assert not year.play(7, boxes_of_year=4, planted=300, quiet=30).is_right
