"""What was collected of an invoice on which day, from what its source showed of it again and again."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st

from cierre.bookkeeping.invoices import InvoiceSeen, collections_changed, days_changed, movements

MONDAY = date(2024, 5, 20)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
ISSUED = date(2024, 4, 1)


def seen(collected: object = 0, on: date | None = None, *, read_for: date = MONDAY, **changes) -> InvoiceSeen:
    """An invoice of 100.00 and 21.00 of VAT, as a reading showed it."""
    one = InvoiceSeen(
        project="P1",
        invoice="2024/1",
        number="J2024/1",
        issued_on=ISSUED,
        base=Decimal("100.00"),
        total=Decimal("121.00"),
        rate="21",
        collected=Decimal(str(collected)),
        collected_on=on,
        read_for=read_for,
    )
    return replace(one, **changes)


def by_day(*readings: InvoiceSeen) -> dict[date, Decimal]:
    return {one.day: one.amount for one in movements(readings)}


def test_money_is_of_the_day_that_the_source_names():
    assert by_day(seen(), seen(121, TUESDAY)) == {TUESDAY: 121}
    assert by_day(seen(121, TUESDAY)) == {TUESDAY: 121}


def test_what_two_readings_differ_by_came_in_on_the_later_day():
    assert by_day(seen(50, MONDAY), seen(121, WEDNESDAY)) == {MONDAY: 50, WEDNESDAY: 71}


def test_of_several_collections_between_two_readings_the_sum_and_the_last_day_are_known():
    assert by_day(seen(), seen(121, WEDNESDAY)) == {WEDNESDAY: 121}


def test_for_which_day_a_reading_was_made_makes_no_difference():
    first, second = seen(50, MONDAY), seen(121, WEDNESDAY)
    for day in (MONDAY, TUESDAY, THURSDAY):
        assert by_day(replace(first, read_for=day), replace(second, read_for=MONDAY)) == {MONDAY: 50, WEDNESDAY: 71}


def test_what_is_entered_late_is_added_to_the_last_day_that_the_source_names():
    assert by_day(seen(50, TUESDAY), seen(80, TUESDAY)) == {TUESDAY: 80}


def test_money_that_is_given_another_day_moves_there():
    assert by_day(seen(121, MONDAY), seen(121, WEDNESDAY)) == {WEDNESDAY: 121}
    assert by_day(seen(121, WEDNESDAY), seen(121, MONDAY)) == {MONDAY: 121}
    assert by_day(seen(50, MONDAY), seen(121, TUESDAY), seen(121, THURSDAY)) == {MONDAY: 50, THURSDAY: 71}


def test_money_that_went_back_on_a_day_that_the_source_names_went_back_on_that_day():
    assert by_day(seen(121, MONDAY), seen(0, WEDNESDAY)) == {MONDAY: 121, WEDNESDAY: -121}
    assert by_day(seen(121, MONDAY), seen(50, WEDNESDAY)) == {MONDAY: 121, WEDNESDAY: -71}


def test_money_that_is_there_no_longer_was_not_collected_on_its_day():
    """The source names no day on which it went back, so its own day is corrected."""
    assert by_day(seen(121, MONDAY), seen()) == {}
    assert by_day(seen(50, MONDAY), seen(121, WEDNESDAY), seen(50, MONDAY)) == {MONDAY: 50}
    assert by_day(seen(121, MONDAY), seen(100, MONDAY)) == {MONDAY: 100}


def test_an_amount_without_a_day_is_of_the_reading_that_first_showed_it():
    assert by_day(seen(), seen(50, None, read_for=TUESDAY)) == {TUESDAY: 50}
    assert by_day(seen(21, WEDNESDAY), seen(50, None, read_for=MONDAY)) == {WEDNESDAY: 50}


def test_an_invoice_that_is_gone_was_never_collected():
    assert by_day(seen(121, MONDAY), seen(gone=True)) == {}


def test_what_is_more_than_the_invoice_is_an_advance():
    def parts(*readings: InvoiceSeen) -> list[tuple[Decimal, Decimal]]:
        return [(one.applied, one.advance) for one in movements(readings)]

    assert parts(seen(200, MONDAY)) == [(121, 79)]
    assert parts(seen(100, MONDAY), seen(200, TUESDAY)) == [(100, 0), (21, 79)]
    assert parts(seen(200, MONDAY), seen(121, TUESDAY)) == [(121, 79), (0, -79)]
    assert parts(seen(200, MONDAY), seen(0, TUESDAY)) == [(121, 79), (-121, -79)]
    credit_note = {"base": Decimal(-100), "total": Decimal(-121)}
    assert parts(seen(-121, MONDAY, **credit_note)) == [(-121, 0)]
    assert parts(seen(50, MONDAY, **credit_note)) == [(0, 50)]


def test_what_settles_an_invoice_whose_total_cannot_be_read_is_said_by_the_latest_that_could_or_not_at_all():
    unreadable = seen(200, TUESDAY, total=None)
    (only,) = movements([unreadable])
    assert (only.amount, only.applied, only.advance) == (200, None, None)
    (known,) = movements([seen(), unreadable])
    assert (known.applied, known.advance) == (121, 79)
    assert collections_changed([seen(200, TUESDAY)], unreadable) == {}


def test_the_days_whose_books_change_are_told_with_both_amounts():
    changed = days_changed([seen(121, MONDAY)], seen(121, WEDNESDAY))
    assert {day: [str(why) for why in found] for day, found in changed.items()} == {
        MONDAY: ["invoice J2024/1: 0 was collected on this day, where 121 was known"],
        WEDNESDAY: ["invoice J2024/1: 121 was collected on this day, where 0 was known"],
    }


def test_an_invoice_that_changes_changes_the_day_of_its_issue():
    def told(before: InvoiceSeen | None, now: InvoiceSeen) -> dict[date, list[str]]:
        return {day: [str(one) for one in why] for day, why in days_changed([before] if before else [], now).items()}

    assert told(None, seen()) == {ISSUED: ["invoice J2024/1 was not there when this day was read"]}
    assert told(seen(), seen(gone=True)) == {ISSUED: ["invoice J2024/1 is no longer there"]}
    assert told(seen(), seen(rate="10")) == {ISSUED: ["invoice J2024/1 has another number or VAT rate now"]}
    assert told(seen(), seen(base=Decimal(200), total=Decimal(242))) == {
        ISSUED: ["invoice J2024/1 was 100.00 (121.00 with VAT) and is now 200 (242 with VAT)"]
    }
    assert told(seen(), seen(issued_on=MONDAY)) == {
        ISSUED: ["invoice J2024/1 is now dated 2024-05-20"],
        MONDAY: ["invoice J2024/1 was dated 2024-04-01"],
    }
    assert told(seen(), seen()) == {}


DAYS = st.none() | st.integers(0, 9).map(lambda n: MONDAY + timedelta(days=n))
READINGS = st.lists(
    st.builds(
        lambda collected, on, read_for, gone: seen(collected, on, read_for=read_for or MONDAY, gone=gone),
        st.integers(-50, 200),
        DAYS,
        DAYS,
        st.booleans() | st.just(False),
    ),
    max_size=8,
)


@given(READINGS)
def test_all_days_together_come_to_what_the_source_says_in_the_end(readings):
    last = readings[-1] if readings else seen()
    assert sum(by_day(*readings).values(), Decimal(0)) == (0 if last.gone else last.collected)
    found = movements(readings)
    assert [one.day for one in found] == sorted({one.day for one in found})
    assert all(one.amount and one.applied + one.advance == one.amount for one in found)


@given(READINGS, st.data())
def test_readings_of_dated_money_may_be_made_for_any_days_and_repeated(readings, data):
    dated = [one for one in readings if one.collected_on or not one.collected or one.gone]
    again = []
    for one in dated:
        for _ in range(data.draw(st.integers(1, 2))):
            again.append(replace(one, read_for=data.draw(DAYS) or MONDAY))
    assert by_day(*again) == by_day(*dated)


@given(READINGS)
def test_every_day_whose_money_changes_is_told(readings):
    known: list[InvoiceSeen] = []
    for one in readings:
        before, after = by_day(*known), by_day(*known, one)
        told = collections_changed(known, one)
        assert {day for day in before.keys() | after.keys() if before.get(day) != after.get(day)} <= told.keys()
        known.append(one)
