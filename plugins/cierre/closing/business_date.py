"""Which day a run closes, and whether that day can be closed now."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.days import parse_day
from cierre.language.say import say

PARAMETER = "business_date"


class BusinessDateError(Exception):
    """A run without a business date that can be closed. The message names box and day, and what to do."""


class DayNotOver(BusinessDateError):
    """A scheduled run is early: its day ends at ``closes_at`` (aware, the box's own zone). Wait until then."""

    def __init__(self, message: str, closes_at: datetime) -> None:
        super().__init__(message)
        self.closes_at = closes_at


def business_date(
    *, partition_key: str | None, params: Mapping[str, Any], run_type: str, box: CashBox, now: datetime
) -> date:
    """The box's local calendar day that a run closes: its partition key, else its ``business_date`` parameter.

    ``run_type`` is the DAG run's (``"scheduled"``, ``"manual"``, ``"backfill"``, …), ``now`` an aware instant.
    Raises DayNotOver for a scheduled run that is early, as one of a box west of the deployment is every day, and
    BusinessDateError for every other day that cannot be closed: none named, two named, not a day, a parameter in a
    backfill, before the box's start date, not over in the box's own zone. Both speak as cierre.language.say does.
    """
    day = _named_day(partition_key, params.get(PARAMETER), run_type, box)
    if day < box.start_date:
        raise BusinessDateError(
            say(
                "{box}, {day}: the day is before the box's start date, {start}. Nothing was read or posted. If it must"
                " be closed all the same, change start_date in the box's file ({file}) and run it again.",
                box=box.name,
                day=day,
                start=box.start_date,
                file=f"{box.file}.yaml",
            )
        )
    if not box.is_over(day, now):
        closes_at = box.closes_at(day)
        message = say(
            "{box}, {day}: the day is not over; it can be closed from {instant} on ({zone}). Nothing was read or"
            " posted.",
            box=box.name,
            day=day,
            instant=f"{closes_at:%Y-%m-%d %H:%M}",
            zone=box.timezone,
        )
        if run_type == "scheduled":
            raise DayNotOver(f"{message} {say('The scheduled run waits for that.')}", closes_at)
        raise BusinessDateError(f"{message} {say('Run it again then.')}")
    return day


def _named_day(key: str | None, parameter: str | None, run_type: str, box: CashBox) -> date:
    if parameter is not None and run_type == "backfill":
        raise BusinessDateError(
            say(
                "{box}, {key}: a backfill takes its days from its range, and {name} {parameter} would be given to every"
                " one of them. Nothing was read or posted. Start the backfill again without the parameter.",
                box=box.name,
                key=key,
                name=PARAMETER,
                parameter=parameter,
            )
        )
    if key is None and parameter is None:
        raise BusinessDateError(
            say(
                "{box}: the run names no business date. Nothing was read or posted. Trigger it again with the day to"
                " close, like 2024-09-06, as {name} or as the partition key (advanced options).",
                box=box.name,
                name=PARAMETER,
            )
        )
    days = {_day(text, box) for text in (key, parameter) if text is not None}
    if len(days) > 1:
        raise BusinessDateError(
            say(
                "{box}: the partition key says {key} and {name} says {parameter}. Nothing was read or posted. Trigger"
                " it again with one of the two.",
                box=box.name,
                key=key,
                name=PARAMETER,
                parameter=parameter,
            )
        )
    return days.pop()


def _day(text: str, box: CashBox) -> date:
    try:
        return parse_day(text)
    except ValueError as error:
        raise BusinessDateError(say("{box}: {why}. Nothing was read or posted.", box=box.name, why=error)) from None
