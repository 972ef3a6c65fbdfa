"""A month's checklist: what each line says, and that anything missing keeps the month from being signed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.month_checklist import (
    CLOSED,
    Attested,
    Audited,
    Day,
    Facts,
    Held,
    Item,
    Line,
    Mark,
    Place,
    TiedOut,
    checklist,
    is_green,
)
from cierre.bookkeeping.tie_out import State

FIRST = date(2024, 9, 1)
CLOSED_AT = datetime(2024, 10, 1, 12, tzinfo=UTC)


def day(number: int, state: str | None = "closed", box: str = "a") -> Day:
    return Day(box, FIRST + timedelta(days=number), state, 1, Decimal(10), "USD")


GREEN = Facts(
    days=[day(0), day(1, "no activity"), day(2)],
    attested=[Attested("a", FIRST, "holds")],
    tied_out=[TiedOut(7, "T1", State.TIED_OUT)],
    audited=Audited(CLOSED_AT + timedelta(hours=1), 0),
    changed_at=CLOSED_AT,
)


def line(item: Item, **changes) -> Line:
    (found,) = [one for one in checklist(replace(GREEN, **changes)) if one.item is item]
    return found


def test_a_month_in_order_has_every_line_done_in_the_same_order():
    lines = checklist(GREEN)
    assert [one.item for one in lines] == list(Item)
    assert {one.mark for one in lines} == {Mark.DONE}
    assert is_green(lines)


@pytest.mark.parametrize(
    ("item", "changes", "figures"),
    [
        (Item.CLOSED, {"days": [day(0), day(1, None)]}, "1 of 2 days are closed"),
        (Item.CLOSED, {"days": [day(0), day(1, "elsewhere")]}, "1 of 2 days are closed"),
        (Item.CLOSED, {"not_over": 2}, "3 of 3 days are closed; 2 days are not over yet"),
        (Item.CLOSED, {"days": []}, "no day of the month is to be closed"),
        (Item.UNCERTAIN, {"uncertain": [Place("a", FIRST)]}, "the outcome of 1 posting is not known"),
        (Item.WAITING, {"asked": [Place("a", FIRST)]}, "1 question waits for an answer"),
        (
            Item.WAITING,
            {"asked": [Place("a", FIRST)], "unmapped": [Place("a", FIRST)] * 2},
            "1 question waits for an answer; 2 gaps in mappings",
        ),
        (
            Item.QUARANTINE,
            {"held": [Held("a", FIRST, True, 2, Decimal("5.50"), "USD"), Held("a", FIRST, True, 1, Decimal(0), None)]},
            "3 rows stop their days (5.50 USD)",
        ),
        (
            Item.QUARANTINE,
            {
                "held": [
                    Held("a", FIRST, True, 1, Decimal("7000.00"), "CLP"),
                    Held("a", FIRST, True, 1, Decimal("5.50"), "USD"),
                ]
            },
            "2 rows stop their days (7000 CLP, 5.50 USD)",
        ),
        (Item.CHANGED, {"days": [day(0), day(1, "changed")]}, "1 day changed and was not closed again"),
        (Item.TIED_OUT, {"tied_out": [TiedOut(7, "T1", State.DIFFERS)]}, "T1: does not tie out"),
        (Item.TIED_OUT, {"tied_out": [TiedOut(7, "T1", State.OUTDATED)]}, "T1: posted to since the tie-out"),
        (Item.TIED_OUT, {"not_tied": ["T2"]}, "T1: tied out; T2: never read"),
        (Item.CERTIFICATES, {"attested": [Attested("a", FIRST, "does not hold")]}, "1 day does not"),
        (Item.AUDITED, {"audited": None}, "no audit was ever kept; the DAG audit_books makes one a day"),
        (
            Item.AUDITED,
            {"audited": Audited(CLOSED_AT + timedelta(days=1), 2)},
            "last audited as of 2024-10-02 12:00 UTC; it found 2 things wrong",
        ),
        (
            Item.AUDITED,
            {"audited": Audited(CLOSED_AT, 0)},
            "last audited as of 2024-10-01 12:00 UTC; the month's books changed after that; they are audited again"
            " within a day",
        ),
    ],
)
def test_what_is_missing_is_said_with_its_figures_and_the_month_is_not_green(item, changes, figures):
    found = line(item, **changes)
    assert (found.mark, found.figures) == (Mark.MISSING, figures)
    assert not is_green(checklist(replace(GREEN, **changes)))


@pytest.mark.parametrize(
    ("item", "changes", "figures"),
    [
        (Item.QUARANTINE, {"held": [Held("a", FIRST, False, 2, Decimal(5), "USD")]},
         "2 rows are not booked and stop nothing (5.00 USD)"),
        (Item.CERTIFICATES, {"attested": [Attested("a", FIRST, "unattested")]}, "the source of 1 day attests nothing"),
        (Item.TIED_OUT, {"tied_out": [TiedOut(7, "T1", State.NOT_KNOWN)]}, "T1: tie-out not known"),
        (Item.UNCERTAIN, {"days": [day(0, "watched")]},
         "1 closed day is watched: the ERP may still carry out a request that was given up"),
    ],
)  # fmt: skip
def test_what_may_be_so_is_said_and_keeps_nobody_from_signing(item, changes, figures):
    found = line(item, **changes)
    assert (found.mark, found.figures) == (Mark.NOTED, figures)
    assert is_green(checklist(replace(GREEN, **changes)))


def test_an_unknown_tie_out_beside_one_that_differs_is_missing():
    found = line(Item.TIED_OUT, tied_out=[TiedOut(7, "T1", State.NOT_KNOWN), TiedOut(8, "T2", State.DIFFERS)])
    assert found.mark is Mark.MISSING
    assert found.tie_outs == (7, 8)


def test_where_something_is_missing_is_named_once_and_in_order():
    held = [
        Held(box, FIRST + timedelta(days=ago), True, 1, Decimal(1), "USD")
        for box, ago in (("b", 1), ("a", 1), ("c", 0))
    ]
    found = line(Item.QUARANTINE, held=[*held, *held])
    assert [(place.box, place.day.day) for place in found.places] == [("c", 1), ("a", 2), ("b", 2)]


@given(st.lists(st.sampled_from([*sorted(CLOSED), "open", "discrepancy", "uncertain", "changed", "elsewhere", None])))
def test_a_month_is_green_only_if_every_day_of_it_is_done(states):
    lines = checklist(replace(GREEN, days=[day(number, state) for number, state in enumerate(states)]))
    assert is_green(lines) == (bool(states) and set(states) <= CLOSED)
