"""What is matched is what every possible answer has; what nothing tells apart is proposed or stays open."""

from datetime import date
from itertools import chain, combinations

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.matching import by_amount
from cierre.bookkeeping.matching.arrivals import channel
from cierre.bookkeeping.matching.banking_days import BankingDays, banking_days
from cierre.bookkeeping.matching.by_amount import match_by_amount
from cierre.bookkeeping.matching.items import Item, Rules
from cierre.bookkeeping.matching.match import match

MONDAY = date(2025, 3, 3).toordinal()
CALENDAR = BankingDays([], date(2024, 1, 1), date(2026, 12, 31))
RULES = Rules(earliest=0, latest=3, grace=20)


def booked(name, day, units, identity="", terminal=""):
    return Item(name, MONDAY + day, units, "cards", identity, terminal)


def told(ours, came, rules=RULES, as_of=60):
    return match(ours, came, {"cards": rules}, CALENDAR, MONDAY + as_of)


def pairs(outcome):
    return {(one.booked, one.arrived) for one in outcome.matches}


def test_one_to_one_by_its_number():
    outcome = told([booked("a", 0, 100, "7")], [booked("x", 1, 100, "7")])
    assert pairs(outcome) == {(("a",), ("x",))}
    assert not outcome.matches[0].late


def test_what_comes_after_its_time_by_its_number_is_late():
    outcome = told([booked("a", 0, 100, "7")], [booked("x", 9, 100, "7")])
    assert outcome.matches[0].late


def test_a_payment_made_twice_is_matched_once_and_called_double():
    outcome = told([booked("a", 0, 100, "7")], [booked("x", 1, 100, "7"), booked("y", 2, 100, "7")])
    assert pairs(outcome) == {(("a",), ("x",))}
    assert outcome.open_arrived == {"y": "double"}


def test_of_two_payments_on_one_day_the_first_row_counts():
    outcome = told([booked("a", 0, 100, "7")], [booked("f:99", 1, 100, "7"), booked("f:100", 1, 100, "7")])
    assert pairs(outcome) == {(("a",), ("f:99",))}


def test_one_cent_less_is_a_difference_and_no_match():
    outcome = told([booked("a", 0, 100, "7")], [booked("x", 1, 99, "7")])
    assert not outcome.matches
    assert (outcome.open_booked, outcome.open_arrived) == ({"a": "differs"}, {"x": "differs"})


def test_what_the_acquirer_takes_back_is_called_so():
    outcome = told([booked("a", 0, 100, "7")], [booked("x", 1, 100, "7"), booked("y", 40, -100, "7")])
    assert pairs(outcome) == {(("a",), ("x",))}
    assert outcome.open_arrived == {"y": "charge_back"}


def test_a_batch_comes_in_one_and_a_payment_in_several():
    ours = [booked("a", 0, 100, "7"), booked("b", 0, 50, "7"), booked("c", 0, 80, "8")]
    outcome = told(ours, [booked("x", 1, 150, "7"), booked("y", 1, 30, "8"), booked("z", 2, 50, "8")])
    assert pairs(outcome) == {(("a", "b"), ("x",)), (("c",), ("y", "z"))}


def test_by_amount_only_where_nothing_else_fits():
    assert pairs(told([booked("a", 0, 100)], [booked("x", 1, 100)])) == {(("a",), ("x",))}
    doubtful = told([booked("a", 0, 100), booked("b", 1, 100)], [booked("x", 2, 100)])
    assert not doubtful.matches
    assert [one.why for one in doubtful.proposals] == ["several"]
    assert doubtful.open_arrived == {"x": "proposed"}


def test_as_many_of_one_amount_on_both_sides_are_matched_together():
    outcome = told([booked("a", 0, 100), booked("b", 1, 100)], [booked("x", 2, 100), booked("y", 2, 100)])
    assert pairs(outcome) == {(("a", "b"), ("x", "y"))}
    assert outcome.matches[0].why == "alike"


def test_references_that_contradict_each_other_never_meet():
    outcome = told([booked("a", 0, 100, "12345")], [booked("x", 1, 100, "99999")])
    assert not outcome.matches
    assert told([booked("a", 0, 100, "12345")], [booked("x", 1, 100, "1234")]).matches


def test_what_was_booked_under_one_number_may_be_paid_in_one_or_by_itself():
    ours = [booked("a", 0, 60, "1234567"), booked("b", 0, 40, "1234567"), booked("c", 0, 100, "9999999")]
    doubtful = told(ours, [booked("x", 1, 100)])
    assert not doubtful.matches
    sure = told(ours[:2], [booked("x", 1, 100, "1234")], Rules(whole=True))
    assert pairs(sure) == {(("a", "b"), ("x",))}
    assert not told(ours[:2], [booked("x", 1, 60)], Rules(whole=True)).matches


def test_a_batch_paid_twice_is_matched_once():
    ours = [booked("a", 0, 60, "7"), booked("b", 0, 40, "7")]
    outcome = told(ours, [booked("x", 1, 100, "7"), booked("y", 2, 100, "7"), booked("z", 9, -100, "7")])
    assert pairs(outcome) == {(("a", "b"), ("x",))}
    assert outcome.open_arrived == {"y": "double", "z": "charge_back"}


def test_the_same_amount_twice_without_a_number_is_for_a_person():
    outcome = told([booked("a", 0, 60)], [booked("y", 2, 60), booked("x", 1, 60)])
    assert [(one.arrived, one.why) for one in outcome.proposals] == [(("x", "y"), "double")]
    assert outcome.open_arrived == {"x": "proposed", "y": "double"}


@pytest.mark.parametrize("back", [1, 2])
def test_money_that_goes_out_again_at_once_is_for_a_person(back):
    outcome = told([booked("a", 0, 60)], [booked("x", 1, 60), booked("y", back, -60)])
    assert not outcome.matches
    assert [(one.booked, one.arrived, one.why) for one in outcome.proposals] == [(("a",), ("x", "y"), "reversed")]
    assert outcome.open_arrived == {"x": "proposed", "y": "proposed"}


def test_money_that_goes_out_for_another_reason_takes_nothing_back():
    for other in (booked("y", 5, -60, "", ""), booked("y", 1, -60, "9999"), booked("y", 0, -60), booked("y", 1, -59)):
        assert pairs(told([booked("a", 0, 60)], [booked("x", 1, 60, "1234"), other])) == {(("a",), ("x",))}
    refund = told([booked("a", 0, 60), booked("b", 0, -60)], [booked("x", 1, 60), booked("y", 1, -60)])
    assert pairs(refund) == {(("a",), ("x",)), (("b",), ("y",))}


def test_days_that_are_paid_together():
    rules = Rules(0, 4, 20, days_together=3)
    ours = [booked("a", 0, 100), booked("b", 0, 30), booked("c", 1, 7)]
    assert pairs(told(ours, [booked("x", 2, 137)], rules)) == {(("a", "b", "c"), ("x",))}


def test_days_paid_one_by_one_are_not_also_paid_together():
    rules = Rules(0, 4, 20, days_together=2, parts=2)
    ours = [booked("a", 0, 100), booked("b", 1, 7)]
    assert pairs(told(ours, [booked("x", 2, 100), booked("y", 2, 7)], rules)) == {(("a",), ("x",)), (("b",), ("y",))}


@pytest.mark.parametrize(("as_of", "word"), [(2, "in_transit"), (10, "late"), (59, "missing")])
def test_what_did_not_arrive_by_how_long_it_is_waited_for(as_of, word):
    assert told([booked("a", 0, 100)], [], as_of=as_of).open_booked == {"a": word}


def test_channels_never_mix():
    other = Item("x", MONDAY, 100, "deposits")
    outcome = match([booked("a", 0, 100)], [other], {"cards": RULES, "deposits": RULES}, CALENDAR, MONDAY + 90)
    assert not outcome.matches
    assert outcome.open_arrived == {"x": "unknown"}


def test_a_search_that_would_explode_proposes(monkeypatch):
    monkeypatch.setattr(by_amount, "MOST_POSSIBLE", 10)
    many = [booked(f"a{number}", 0, 100) for number in range(20)]
    came = [booked(f"x{number}", 1, 100) for number in range(20)]
    outcome = told(many, came)
    assert not outcome.matches
    assert [one.why for one in outcome.proposals] == ["too_many"]


def test_more_of_one_amount_than_are_looked_through_are_proposed(monkeypatch):
    monkeypatch.setattr(by_amount, "MOST_PARTNERS", 3)
    outcome = told([booked(f"a{n}", 0, 100) for n in range(5)], [booked(f"x{n}", 1, 100) for n in range(5)])
    assert not outcome.matches
    assert {one.why for one in outcome.proposals} == {"too_many"}


def test_banks_are_shut_on_a_countrys_holidays():
    calendar = banking_days("EC", date(2025, 1, 1), date(2025, 12, 31))
    assert not calendar.is_open(date(2025, 8, 10))
    assert not calendar.is_open(date(2025, 12, 25))
    assert calendar.is_open(date(2025, 3, 5).replace(day=6))
    with pytest.raises(IndexError):
        calendar.count(1)


CURRENCIES = ("USD", "UYU", "CLP")
SEVERAL = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from([1, 2, 3, 5, -5]),
        st.sampled_from(CURRENCIES),
        st.sampled_from(["", "77", "88"]),
    ),
    max_size=8,
)


@given(SEVERAL, SEVERAL, st.sampled_from([Rules(0, 2, 9), Rules(0, 3, 9, 3, 2), Rules(0, 2, 9, whole=True)]))
def test_currencies_never_meet_and_each_is_matched_as_it_is_alone(ours, came, rules):
    def items_of(side, rows):
        return [
            Item(f"{side}{n} {code}", MONDAY + day, units, channel("cards", "22", code), number)
            for n, (day, units, code, number) in enumerate(rows)
        ]

    def outcome_of(codes):
        sides = ([one for one in side if one.id[-3:] in codes] for side in (items_of("a", ours), items_of("x", came)))
        return match(*sides, {channel("cards", "22", code): rules for code in codes}, CALENDAR, MONDAY + 60)

    together, alone = outcome_of(CURRENCIES), [outcome_of([code]) for code in CURRENCIES]
    for one in (*together.matches, *together.proposals):
        assert len({id[-3:] for id in (*one.booked, *one.arrived)}) == 1
    for part in ("matches", "proposals"):
        assert set(getattr(together, part)) == {one for outcome in alone for one in getattr(outcome, part)}
    for part in ("open_booked", "open_arrived"):
        assert getattr(together, part) == {id: word for one in alone for id, word in getattr(one, part).items()}


# --- uniqueness, held against an enumeration of every answer


def subsets(places, most):
    return chain.from_iterable(combinations(places, size) for size in range(1, most + 1))


def every_possible(ours, came, rules):
    """What the rules allow, straight from their words: single pairs, and whole days that follow each other."""
    found = set()
    days = sorted({item.day for item in ours})
    wholes = [(place,) for place in range(len(ours))]
    if rules.days_together:
        for start in range(len(days)):
            for end in range(start + 1, min(start + rules.days_together, len(days)) + 1):
                wholes.append(tuple(place for place, item in enumerate(ours) if item.day in days[start:end]))
    ordered = sorted(range(len(came)), key=lambda place: (came[place].day, place))
    for whole in wholes:
        runs = [tuple(ordered[a:b]) for a in range(len(ordered)) for b in range(a + 1, len(ordered) + 1)]
        for run in runs:
            if len(run) > (rules.parts if rules.days_together else 1):
                continue
            of_day = [place for place, item in enumerate(ours) if item.day == ours[whole[0]].day]
            if len(whole) == 1 and len(run) > 1 and of_day != [whole[0]]:
                continue  # parts are of whole days
            gaps = [CALENDAR.count(came[c].day) - CALENDAR.count(ours[o].day) for o in whole for c in run]
            after = all(came[c].day >= ours[o].day for o in whole for c in run)
            same = sum(ours[o].units for o in whole) == sum(came[c].units for c in run)
            if same and after and rules.earliest <= min(gaps) and max(gaps) <= rules.latest:
                found.add((frozenset(whole), frozenset(run)))
    return found


def finest(possible):
    """Those that are not several others told at once."""

    def splits(whole, parts):
        if not whole[0] and not whole[1]:
            return True
        inner = [one for one in parts if one[0] <= whole[0] and one[1] <= whole[1]]
        return any(splits((whole[0] - one[0], whole[1] - one[1]), inner) for one in inner)

    return {one for one in possible if not splits(one, possible - {one})}


def solutions(possible):
    """Every set of possible matches that share nothing, and to which none can be added."""

    def grow(taken, rest):
        free = [one for one in rest if all(not one[0] & t[0] and not one[1] & t[1] for t in taken)]
        if not free:
            yield frozenset(taken)
            return
        for one in free:
            yield from grow([*taken, one], [other for other in free if other != one])

    return set(grow([], list(possible)))


ITEMS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from([1, 2, 3, 5])), min_size=1, max_size=4)


@given(ITEMS, ITEMS, st.sampled_from([Rules(0, 2, 9), Rules(1, 3, 9, 2, 1), Rules(0, 2, 9, 2, 2)]))
def test_what_is_matched_every_answer_matches(ours, came, rules):
    ours = [booked(f"a{n}", *one) for n, one in enumerate(ours)]
    came = [booked(f"x{n}", *one) for n, one in enumerate(came)]
    matches, _ = match_by_amount(ours, came, rules, CALENDAR)
    answers = solutions(finest(every_possible(ours, came, rules)))
    assert answers
    for one in matches:
        mine = frozenset(int(name[1:]) for name in one.booked)
        theirs = frozenset(int(name[1:]) for name in one.arrived)
        for answer in answers:
            # Each answer matches these booked items with these arrived ones and with nothing else, perhaps in parts.
            touching = [part for part in answer if part[0] & mine or part[1] & theirs]
            assert frozenset().union(*(part[0] for part in touching)) == mine
            assert frozenset().union(*(part[1] for part in touching)) == theirs
