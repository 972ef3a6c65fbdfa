from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.approvals import Approval, Proposal, Reason, Standing, approved, objection, questions
from cierre.bookkeeping.cash_box import Approvals
from cierre.bookkeeping.identity import Books, Origin, Target

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


def test_what_may_be_ours_in_a_lot_that_the_box_has_left_is_asked_about_with_each_place():
    left = tuple(Address("T1,D MG 01 ", date(2024, 9, 6), "008964", sublot) for sublot in ("003", "007"))
    asked = questions(Approvals(), replace(ORDINARY, left_doubts=left), "USD")
    assert set(asked) == {Reason.OLD_LOT}
    said = asked[Reason.OLD_LOT]
    assert "06/09/2024 lot 008964 sublot 003 of T1,D MG 01, 06/09/2024 lot 008964 sublot 007 of T1,D MG 01" in said
    assert "Delete there what is this ledger's, then approve" in said


TILL = Books(Origin("sga", "http://sga.example", "sga_itb", "164"), Target("T1,D MG 01 ", "008964"), "USD")
"""What the day's books belong to."""


def of(**origin) -> Books:
    return replace(TILL, origin=replace(TILL.origin, **origin))


def always(new: Books, *standing: Books, last: str | None = "USD", **changes) -> dict[Reason, str]:
    """What a box whose file asks for nothing is asked all the same."""
    day = replace(ORDINARY, books=new, standing=standing, last_currency=last, **changes)
    return questions(Approvals(), day, "USD")


def test_books_of_the_same_till_lot_and_currency_ask_nobody():
    assert always(TILL, TILL) == {}
    assert always(TILL) == {}
    assert always(TILL, last=None) == {}


@pytest.mark.parametrize(
    ("new", "reason", "said"),
    [
        (of(key="165"), Reason.OTHER_ORIGIN, ["164, http://sga.example (sga)", "165, http://sga.example (sga)"]),
        (of(site="http://sga2.example"), Reason.OTHER_ORIGIN, ["http://sga.example", "http://sga2.example"]),
        (of(source="zeta", key="1-1"), Reason.OTHER_ORIGIN, ["164, http://sga.example (sga)", "1-1"]),
        (replace(TILL, target=Target("T1,D MG 01 ", "008965")), Reason.OTHER_TARGET, ["lot 008964,", "lot 008965,"]),
        (replace(TILL, target=Target("T1,D MG 02 ", "008964")), Reason.OTHER_TARGET, ["T1,D MG 01", "T1,D MG 02"]),
        (replace(TILL, currency="EUR"), Reason.OTHER_CURRENCY, ["booked in USD", "booked in EUR"]),
    ],
)
def test_books_that_would_replace_those_of_another_till_lot_or_currency_always_ask_and_name_both(new, reason, said):
    asked_ = always(new, TILL)
    assert set(asked_) == {reason}
    assert all(one in asked_[reason] for one in said)
    assert always(new, TILL, sends=False) == {}


def test_a_lots_branch_is_the_same_however_it_is_padded_and_a_connection_however_it_is_called():
    assert always(replace(TILL, target=Target("T1,D MG 01", "008964")), TILL) == {}
    assert always(of(connection="sga_new"), TILL) == {}


def test_of_books_from_before_sites_were_kept_the_connections_are_compared_and_an_unknown_key_is_no_other():
    assert always(TILL, of(site=None, key=None)) == {}
    assert set(always(TILL, of(site=None, connection="sga_online"))) == {Reason.OTHER_ORIGIN}


def test_the_first_day_in_another_currency_than_what_was_posted_last_asks():
    assert set(always(replace(TILL, currency="CLP"), last="USD")) == {Reason.OTHER_CURRENCY}


PLACES = st.builds(
    Books,
    st.builds(
        Origin,
        st.sampled_from(["sga", "bsale"]),
        st.sampled_from([None, "http://a", "http://b"]),
        st.sampled_from(["a", "b"]),
        st.sampled_from([None, "1", "2"]),
    ),
    st.builds(Target, st.sampled_from(["T1,A ", "T1,A", "T1,B"]), st.sampled_from(["000001", "000002"])),
    st.sampled_from(["USD", "CLP"]),
)


@given(PLACES, st.lists(PLACES, max_size=3), st.sampled_from([None, "USD", "CLP"]))
def test_nothing_that_is_known_to_differ_passes_without_a_question(new, standing, last):
    known = set(always(new, *standing, last=last))
    assert (Reason.OTHER_TARGET in known) == any(
        (old.target.tenant.strip(), old.target.lot) != (new.target.tenant.strip(), new.target.lot) for old in standing
    )
    currencies = {old.currency for old in standing} | ({last} - {None} if last else set())
    assert (Reason.OTHER_CURRENCY in known) == bool(currencies - {new.currency})
    for old in standing:
        for field in ("key", "site"):
            said = {getattr(one.origin, field) for one in (old, new)}
            if None not in said and len(said) == 2:
                assert Reason.OTHER_ORIGIN in known


ANA, LUIS, EVA = "ana", "luis", "eva"


def yes(reason: Reason, by: str, *ran_by: str) -> Approval:
    return Approval(reason, by, frozenset(ran_by))


def test_whoever_ran_a_run_does_not_approve_it_where_amounts_or_corrections_are_asked_about():
    for rules in (Approvals(amount_over="1000"), Approvals(corrections=True), Approvals(not_by_runner=True)):
        assert approved(rules, [yes(Reason.AMOUNT, ANA, ANA, LUIS)]) == set()
        assert approved(rules, [yes(Reason.AMOUNT, EVA, ANA, LUIS)]) == {Reason.AMOUNT}
    for rules in (Approvals(first_day=True), Approvals(amount_over="1000", not_by_runner=False)):
        assert approved(rules, [yes(Reason.AMOUNT, ANA, ANA)]) == {Reason.AMOUNT}


def test_only_the_answers_of_those_who_are_named_count():
    rules = Approvals(first_day=True, by=(ANA, LUIS))
    assert approved(rules, [yes(Reason.FIRST_DAY, EVA)]) == set()
    assert approved(rules, [yes(Reason.FIRST_DAY, LUIS)]) == {Reason.FIRST_DAY}
    assert objection(rules, EVA, ()) == "eva is not among those who may approve this cash box: ana, luis"


def test_the_second_person_is_another_than_the_first():
    rules = Approvals(amount_over="1000", second_over="5000")
    asked = questions(rules, replace(ORDINARY, total=Decimal("5000.01")), "USD")
    assert set(asked) == {Reason.AMOUNT, Reason.SECOND_PERSON}
    first = yes(Reason.AMOUNT, ANA)
    assert approved(rules, [first, yes(Reason.SECOND_PERSON, ANA)]) == {Reason.AMOUNT}
    assert approved(rules, [first, yes(Reason.SECOND_PERSON, LUIS)]) == {Reason.AMOUNT, Reason.SECOND_PERSON}


def test_two_persons_cannot_be_asked_for_where_one_is_named():
    with pytest.raises(ValueError, match="second_over asks two persons"):
        Approvals(second_over="5000", by=(ANA,))


@given(
    st.lists(st.tuples(st.sampled_from(Reason), st.sampled_from("abc"), st.frozensets(st.sampled_from("abc")))),
    st.booleans(),
    st.lists(st.sampled_from("abcd"), unique=True),
)
def test_nothing_is_approved_by_who_may_not_whatever_is_on_record(record, four_eyes, named):
    rules = Approvals(not_by_runner=four_eyes, by=named)
    record = [Approval(*one) for one in record]
    for reason in approved(rules, record):
        persons = {one.by for one in record if one.reason is reason and objection(rules, one.by, one.ran_by) is None}
        assert persons
        assert not named or persons <= set(named)


def test_a_correction_that_may_no_longer_pass_unasked_is_asked_about_with_what_it_would_move():
    found = Proposal(documents=1, size=Decimal("12.50"), moved=Decimal("5012.50"))
    (sentence,) = questions(Approvals(), replace(ORDINARY, proposal=found), "USD").values()
    assert "A second look found 1 document told otherwise, 12.50 USD moved" in sentence
    assert "The books as they are now would move 5012.50 USD" in sentence
