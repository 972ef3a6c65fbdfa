"""When a closed day is looked at again, what counts as a change, and what follows from it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.cash_box import SecondLook
from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.second_look import Outcome, changes, due_dates, is_due, outcome_of, share, size_of

DAY = date(2024, 9, 6)
BOX = cash_box("itb_caja_164")
LOCKING = BOX.model_copy(update={"erp": BOX.erp.model_copy(update={"locks_on_day": 5})})


def document(number: str, net: str = "10.00", **other: object) -> Document:
    made = Document(
        source="sga", kind=Kind.PAYMENT, source_id=f"0-{number}", business_date=DAY, currency="USD", form="1",
        amounts={"net": Decimal(net), "scholarship": Decimal(0)}, attributes={"form": "1"}, place="0/PAGOS/0",
        reference=f"001-{number}",
    )  # fmt: skip
    return made._replace(**other)


def told(before: list[Document], after: list[Document], *, own_ids: bool = False) -> list[tuple]:
    return [
        (one.code, one.reference, one.before, one.after) for one in changes(before, after, own_ids=lambda kind: own_ids)
    ]


def test_a_day_is_due_so_many_days_after_its_close_and_the_day_before_its_month_is_closed():
    close = LOCKING.closes_at(DAY)
    days = [(due - close).days for due in due_dates(LOCKING, DAY)]
    assert days == [1, 3, 7, 27, 30]  # the ERP closes September on 5 October
    assert [(due - close).days for due in due_dates(BOX, DAY)] == [1, 3, 7, 30]


def test_a_look_is_due_once_and_is_made_up_for_within_a_week():
    close = BOX.closes_at(DAY).astimezone(UTC)
    assert not is_due(BOX, DAY, close, close + timedelta(hours=23))
    assert is_due(BOX, DAY, close, close + timedelta(hours=25))
    assert not is_due(BOX, DAY, close + timedelta(hours=25), close + timedelta(hours=26))
    assert is_due(BOX, DAY, close + timedelta(hours=25), close + timedelta(days=3, hours=1))
    assert is_due(BOX, DAY, close, close + timedelta(days=13))
    assert not is_due(
        BOX, DAY, close, close + timedelta(days=15)
    )  # neither the seventh day any more, nor the thirtieth
    assert not is_due(BOX, DAY, close, close + timedelta(days=400))


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_a_nights_runs_take_all_that_is_due_and_about_the_same_each(due, runs):
    taken = []
    for left in range(runs, 0, -1):
        taken.append(share(due - sum(taken), left))
    assert sum(taken) == due
    assert max(taken) - min(taken) <= 1


def test_without_ids_of_the_source_what_holds_the_same_is_the_same_document_wherever_it_stands():
    before = [document("a"), document("b", "5.00")]
    after = [one._replace(source_id=f"1-{one.source_id}", place="1/PAGOS/7") for one in reversed(before)]
    assert told(before, after) == []
    assert told([document("a"), document("a")], [document("a")]) == [("went", "001-a", Decimal("10.00"), None)]


def test_with_ids_of_the_source_another_id_is_another_document_though_it_holds_the_same():
    new = document("a")._replace(source_id="0-z")
    assert told([document("a")], [new], own_ids=True) == [
        ("went", "001-a", Decimal("10.00"), None),
        ("came", "001-a", None, Decimal("10.00")),
    ]


def test_what_went_and_came_under_one_number_changed():
    after = document("x", "12.00", reference="001-a")
    assert told([document("a")], [after]) == [("changed", "001-a", Decimal("10.00"), Decimal("12.00"))]
    ((change,),) = (changes([document("a")], [after], own_ids=lambda kind: False),)
    assert (change.size, change.difference, change.fields) == (Decimal(2), Decimal(2), ("net",))


@pytest.mark.parametrize(
    ("after", "size", "fields"),
    [
        (document("a", amounts={"net": Decimal(7), "scholarship": Decimal(3)}), "3", ("net", "scholarship")),
        (document("a", form="6", attributes={"form": "6"}), "10", ("form",)),
        (document("a", currency="EUR"), "10", ("currency",)),
    ],
)
def test_a_change_is_as_large_as_the_money_that_it_moves(after, size, fields):
    (change,) = changes([document("a")], [after], own_ids=lambda kind: False)
    assert (change.size, change.fields) == (Decimal(size), fields)


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["1", "2"])), max_size=8), st.booleans(), st.randoms()
)
def test_a_reading_in_another_order_tells_nothing(rows, own_ids, random):
    before = [document(f"{name}{place}", net) for place, (name, net) in enumerate(rows)]
    after = list(before)
    random.shuffle(after)
    assert told(before, after, own_ids=own_ids) == []


@pytest.mark.parametrize(
    ("policy", "is_open", "after", "outcome"),
    [
        ({}, True, "11.00", Outcome.PROPOSED),
        ({"policy": "tell"}, True, "11.00", Outcome.TOLD),
        ({"policy": "correct", "up_to": "1.00"}, True, "11.00", Outcome.CORRECTED),
        ({"policy": "correct", "up_to": "1.00"}, True, "11.01", Outcome.PROPOSED),
        ({"policy": "correct", "up_to": "1.00"}, False, "11.00", Outcome.PROPOSED),
        ({"policy": "correct", "up_to": "1.00"}, True, "10.00", Outcome.UNCHANGED),
    ],
)
def test_what_follows_is_the_boxs_policy(policy, is_open, after, outcome):
    found = changes([document("a")], [document("a", after)], own_ids=lambda kind: False)
    assert outcome_of(SecondLook.model_validate(policy), found, "USD", is_open=is_open) is outcome


def test_money_in_another_currency_is_not_held_against_the_limit():
    found = changes([], [document("a", currency="EUR")], own_ids=lambda kind: False)
    looks = SecondLook.model_validate({"policy": "correct", "up_to": "50.00"})
    assert size_of(found) == Decimal("10.00")
    assert outcome_of(looks, found, "USD", is_open=True) is Outcome.PROPOSED


@pytest.mark.parametrize("said", [{"policy": "correct"}, {"up_to": "5.00"}, {"days": [0]}, {"policy": "guess"}])
def test_a_policy_that_cannot_be_meant_is_refused(said):
    with pytest.raises(ValidationError):
        SecondLook.model_validate(said)


def test_where_a_boxs_file_says_nothing_corrections_are_proposed():
    assert BOX.second_look == SecondLook(days=(1, 3, 7, 30), before_lock=True, policy="propose", up_to=None)
    assert datetime.now(UTC) > BOX.closes_at(DAY)
