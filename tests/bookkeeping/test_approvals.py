from dataclasses import replace
from decimal import Decimal

import pytest

from bookkeeping.approvals import Reason, Standing, questions
from bookkeeping.cash_box import Approvals

EVERYTHING = Approvals.model_validate(
    {"amount_over": "1000", "corrections": True, "first_day": True, "discrepancy_up_to": "0.05", "two_forms": True}
)
ORDINARY = Standing(
    total=Decimal("1000.00"), sends=True, corrects=False, first_day=False, released_rows=0, difference=None
)


def asked(**changes) -> set[Reason]:
    return set(questions(EVERYTHING, replace(ORDINARY, **changes), "USD"))


def test_an_ordinary_day_asks_nobody():
    assert asked() == set()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"total": Decimal("1000.01")}, Reason.AMOUNT),
        ({"corrects": True}, Reason.CORRECTION),
        ({"first_day": True}, Reason.FIRST_DAY),
        ({"released_rows": 2}, Reason.TWO_FORMS),
        ({"difference": Decimal("0.05")}, Reason.DISCREPANCY),
        ({"difference": Decimal("0.00")}, Reason.DISCREPANCY),
    ],
)
def test_each_rule_asks_for_its_own_reason_and_a_box_without_it_does_not(changes, reason):
    assert asked(**changes) == {reason}
    assert questions(Approvals(), replace(ORDINARY, **changes), "USD") == {}


def test_a_difference_beyond_the_tolerance_is_nothing_that_a_person_may_accept():
    assert asked(difference=Decimal("0.06")) == set()


def test_a_day_whose_posting_would_send_nothing_asks_nobody():
    assert asked(sends=False, corrects=True, total=Decimal("5000")) == set()


def test_the_question_says_both_figures():
    (sentence,) = questions(EVERYTHING, replace(ORDINARY, total=Decimal("5000.5")), "USD").values()
    assert sentence == "The journal comes to 5000.5 USD, more than 1000 USD"
