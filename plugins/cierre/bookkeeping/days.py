"""Business dates as people and Airflow write them."""

from datetime import date

from cierre.bookkeeping.sentence import Sentence


def parse_day(text: str | None) -> date:
    """The calendar day that a partition key or a ``business_date`` names: ``2024-09-06``, and no other spelling.

    A day has one spelling because keys are compared as text. Raises ValueError with a sentence for anything else.
    """
    try:
        day = date.fromisoformat(text or "")
    except (TypeError, ValueError):
        day = None
    # The calendar's first and last day have no neighbour to end at, or to start from in UTC.
    if day is None or str(day) != text or day in (date.min, date.max):
        raise ValueError(
            Sentence("{text} is not a business date; write a day of the calendar, like 2024-09-06", text=repr(text))
        )
    return day
