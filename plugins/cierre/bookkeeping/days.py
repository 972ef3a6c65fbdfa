"""Business dates as people and Airflow write them."""

from calendar import monthrange
from datetime import date, timedelta

from cierre.bookkeeping.sentence import Sentence

BEYOND = date(9999, 12, 30)
"""The first day that is none: it may be read from an hour on that UTC has only in the year 10000."""


def parse_day(text: str | None) -> date:
    """The calendar day that a partition key or a ``business_date`` names: ``2024-09-06``, and no other spelling.

    A day has one spelling because keys are compared as text. Raises ValueError with a sentence for anything else.
    """
    try:
        day = date.fromisoformat(text or "")
    except (TypeError, ValueError):
        day = None
    # Of days at the calendar's ends, some zone's begin or closing hour lies outside of it.
    if day is None or str(day) != text or not date.min < day < BEYOND:
        raise ValueError(
            Sentence("{text} is not a business date; write a day of the calendar, like 2024-09-06", text=repr(text))
        )
    return day


EARLIEST = date(2000, 1, 1)
"""No box is older: a day before is a slip."""


def last_of_month(day: date) -> date:
    """The last day of a date's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def refused_range(first: date, last: date, latest: date, most: int) -> Sentence | None:
    """Why a range of days, both inclusive, is not taken: it is backwards, begins before EARLIEST, ends after ``latest``
    or has more than ``most`` days. None where it can be taken."""
    if last < first:
        return Sentence("{first} is after {last}. Nothing was done.", first=first, last=last)
    if first < EARLIEST:
        return Sentence("{day} is before {earliest}. Nothing was done.", day=first, earliest=EARLIEST)
    if last > latest:
        return Sentence("{day} is still to come. Nothing was done.", day=last)
    if last - first >= timedelta(days=most):
        told = "From {first} to {last} there are more than {most} days: ask for fewer at once. Nothing was done."
        return Sentence(told, first=first, last=last, most=most)
    return None
