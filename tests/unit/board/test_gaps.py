"""One gap in a mapping is one thing to do, however many days wait for it."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given, strategies as st

from cierre.board.gaps import gaps
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger.board_rows import DayProblem


def problem(day: int, amount: str, *, box: str = "a", documents: int = 1, form: str = "9", currency: str = "USD"):
    message = Sentence(
        "{documents} of {amount} {currency} {reason}",
        documents=Kind.PAYMENT.counted(documents),
        amount=Decimal(amount),
        currency=currency,
        reason=Sentence("have form {form}, which has no account", form=form),
    )
    return DayProblem(
        date(2024, 9, day), box, "unmapped", "payment: debit net", {"form": form}, documents, Decimal(amount), currency,
        message, Sentence("write {form}", form=form), datetime(2024, 9, day, 23, tzinfo=UTC),
    )  # fmt: skip


def test_three_hundred_days_of_one_gap_are_one_line_with_their_days_and_money():
    found = gaps([problem(4, "100.10", documents=2), problem(5, "200.05", box="b"), problem(6, "78.49", documents=2)])
    (gap,) = found
    assert gap.places == [("a", date(2024, 9, 4)), ("b", date(2024, 9, 5)), ("a", date(2024, 9, 6))]
    assert (gap.documents, gap.amount, gap.currency) == (5, Decimal("378.64"), "USD")
    assert gap.message == "5 payments of 378.64 USD have form 9, which has no account"
    assert gap.found_at == datetime(2024, 9, 4, 23, tzinfo=UTC)


def test_another_form_another_currency_is_another_gap():
    found = gaps([problem(4, "1.00"), problem(4, "1.00", form="8"), problem(4, "1.00", currency="CLP")])
    assert len({gap.key for gap in found}) == len(found) == 3


def test_a_single_day_says_what_was_said_of_it():
    one = problem(4, "1.00")
    assert gaps([one])[0].message == one.message


@given(st.lists(st.tuples(st.integers(1, 28), st.integers(1, 10**6), st.sampled_from("ab"), st.sampled_from("89"))))
def test_no_day_and_no_cent_is_lost_or_counted_twice(asked):
    rows = [problem(day, str(Decimal(cents) / 100), box=box, form=form) for day, cents, box, form in asked]
    found = gaps(rows)
    assert sum(gap.amount for gap in found) == sum(row.amount for row in rows)
    assert {(place, gap.fix) for gap in found for place in gap.places} == {
        ((row.box, row.business_date), row.fix) for row in rows
    }
