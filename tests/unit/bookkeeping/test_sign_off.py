"""Who may sign a month, what is signed, and what is otherwise since."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.cash_box import Approvals
from cierre.bookkeeping.month_checklist import Day, Place
from cierre.bookkeeping.sign_off import SignedDay, changed_since, digest, objection

FIRST = date(2024, 9, 1)
DAY = Day("a", FIRST, "closed", 1, Decimal("10.00"), "USD")
SIGNED = SignedDay(*DAY)


@pytest.mark.parametrize(
    ("rules", "who", "ran_by", "why"),
    [
        ([Approvals()], "ana", {"luis"}, None),
        ([Approvals()], "ana", {"ana"}, "ana triggered or cleared a close of its days, so another person must sign"),
        ([Approvals(not_by_runner=False)], "ana", {"ana"}, "ana triggered or cleared a close"),
        ([Approvals(), Approvals(by=("eva",))], "ana", (), "ana is not among those who may approve every cash box"),
        ([Approvals(by=("ana", "eva"))], "ana", (), None),
    ],
)
def test_who_signs_is_another_person_and_one_whom_every_box_allows(rules, who, ran_by, why):
    found = objection(rules, who, ran_by)
    assert (found is None) if why is None else why in found


@pytest.mark.parametrize(
    "after",
    [
        DAY._replace(revision=2),
        DAY._replace(booked=Decimal("10.01")),
        DAY._replace(currency="EUR"),
        DAY._replace(state="changed"),
        DAY._replace(state="uncertain"),
        None,
    ],
)
def test_a_day_that_is_otherwise_than_it_was_signed_is_named_with_both(after):
    (found,) = changed_since([SIGNED], [after] if after else [])
    assert (found.place, found.before, found.after) == (Place("a", FIRST), SIGNED, after)


def test_a_day_that_nobody_signed_is_named_too():
    (found,) = changed_since([], [DAY])
    assert (found.before, found.after) == (None, DAY)


def test_the_end_of_a_watch_changes_nothing():
    assert changed_since([SIGNED._replace(state="watched")], [DAY]) == []
    assert digest([DAY._replace(state="watched")]) == digest([DAY])


days = st.builds(
    Day, st.sampled_from("ab"), st.dates(FIRST, date(2024, 9, 3)), st.sampled_from(["closed", "open"]),
    st.integers(1, 3), st.decimals(0, 9, places=2), st.just("USD"),
)  # fmt: skip


@given(st.lists(days, unique_by=lambda one: (one.box, one.day)), st.data())
def test_what_is_signed_has_one_digest_in_any_order_and_another_once_a_day_is_otherwise(month, data):
    assert digest(month) == digest(data.draw(st.permutations(month)))
    if month:
        assert digest(month) != digest([month[0]._replace(revision=9), *month[1:]])
        assert digest(month) != digest(month[1:])
