"""Money taken in: which documents are money at the till, and which way it went."""

import pytest

from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.takings import sign
from cierre.bookkeeping.vocabulary import SOURCES


@pytest.mark.parametrize(
    ("kind", "attributes", "moved"),
    [
        ("payment", {}, 1),
        ("receipt", {}, 1),
        ("collection", {}, 1),
        ("collection", {"returned": "false"}, 1),
        ("collection", {"returned": "true"}, -1),
        ("refund", {}, -1),
        ("sale", {}, 0),
        ("sale", {"sale_type": "credit"}, 0),
        ("sale", {"sale_type": "cash"}, 1),
        ("credit_note", {}, 0),
        ("credit_note", {"sale_type": "cash"}, -1),
    ],
)
def test_what_came_in_and_what_went_out(kind, attributes, moved):
    assert sign(kind, **attributes) == moved


def test_a_kind_whose_money_leaves_the_till_counts_against_what_came_in():
    for kinds in SOURCES.values():
        for kind, shape in kinds.items():
            if shape.pays_out:
                assert sign(kind) == -1
            elif kind in (Kind.PAYMENT, Kind.COLLECTION):
                assert sign(kind) == 1
