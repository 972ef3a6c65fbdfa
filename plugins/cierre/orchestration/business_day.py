"""The business-day timetable: one run for each business date, once that date is over in the deployment's zone.

The stock timetables shift what people ask for: ``CronPartitionTimetable`` reads a backfill's bounds as wall clocks of
another zone and loses or adds a day, and gives a day a different ``partition_date`` by schedule than by key.
"""

import secrets
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Self

import pendulum
from airflow.exceptions import InvalidPartitionKeyError
from airflow.settings import TIMEZONE
from airflow.timetables.base import DagRunInfo, DataInterval
from airflow.timetables.trigger import CronPartitionTimetable
from airflow.utils.types import DagRunType
from pendulum import DateTime, FixedTimezone, Timezone

from cierre.bookkeeping.days import EARLIEST, parse_day

DAY = timedelta(days=1)
NOON = timedelta(hours=12)


def midnight(day: date, zone: Timezone | FixedTimezone) -> DateTime:
    """The instant at which ``day`` begins in ``zone``; 01:00 on a day whose clocks skip midnight (Santiago, spring)."""
    return pendulum.datetime(day.year, day.month, day.day, tz=zone)


def _bound(typed: datetime) -> DateTime:
    """A backfill's bound; one that a slip puts near an end of the calendar, where other zones have no hour for it, as
    the nearest that they have."""
    return pendulum.instance(min(max(typed, pendulum.datetime(1999, 1, 1)), pendulum.datetime(9999, 1, 1)))


class BusinessDayTimetable(CronPartitionTimetable):
    """Runs business date D at the midnight that ends it; D is the run's partition key, ``YYYY-MM-DD``.

    ``timezone`` (a name, or pendulum's) is the deployment's own unless given: every box's timetable ticks there,
    whatever the box's zone. Scheduled, backfilled and manual runs of one D share its ``partition_date``, the instant
    D begins: by it Airflow's backfill knows which days have run. Without catchup, only the latest finished day runs.
    """

    def __init__(self, timezone: str | Timezone | FixedTimezone = TIMEZONE) -> None:
        super().__init__("0 0 * * *", timezone=timezone, run_offset=-1, run_immediately=True, key_format="%Y-%m-%d")
        self.description = "Every business date, at the midnight that ends it"

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Self:
        """The timetable that ``serialize`` put down: all but its zone is fixed."""
        return cls(pendulum.timezone(data["timezone"]))

    def iter_partition_dagrun_infos(self, *, earliest: datetime, latest: datetime) -> Iterator[DagRunInfo]:
        """One run for each finished day from ``earliest`` to ``latest``, two aware instants, both inclusive.
        Days before EARLIEST are left out.

        Airflow passes a backfill's bounds: the instants of 00:00 and 23:59 in the zone of the person at the form, of
        00:00 in the deployment's zone for dates typed at the command line, any instant from the API. A bound that is
        a midnight (as written, or in the deployment's zone) is a date. Otherwise a day belongs to the range when its
        noon does, so people less than twelve hours away get the days they typed.
        """
        day, last = max(EARLIEST, self._first_day(_bound(earliest))), self._last_day(_bound(latest))
        now = pendulum.now("UTC")
        while day <= last and (over := self._instant(day + DAY)) <= now:
            # run_after is the scheduled run's, so that the scheduler goes on after a backfilled day, not with it again.
            yield DagRunInfo(
                run_after=over, data_interval=None, partition_date=self._instant(day), partition_key=str(day)
            )
            day += DAY

    def localize_partition_datetime(self, dt: datetime) -> DateTime:
        """A filter's bound as an instant: an aware one is one already, a naive one is the deployment's wall clock."""
        # fold=1 as everywhere in Airflow: a midnight that the clocks skip is the instant after the gap, not before it.
        moment = dt if dt.tzinfo else pendulum.instance(dt.replace(fold=1), tz=self._timezone)
        return pendulum.instance(moment).in_timezone("UTC")

    def generate_run_id(
        self, *, run_type: DagRunType, run_after: DateTime, data_interval: DataInterval | None, **extra: Any
    ) -> str:
        """``2024-09-06__scheduled__1f0c9a3e``: lists show the date; the tail tells runs of the same day apart.

        Airflow does not tell the key of a manual run, whose id stays the stock one (``manual__`` and when it was made).
        """
        if key := extra.get("partition_key"):
            return f"{key}__{run_type}__{secrets.token_hex(4)}"
        return super().generate_run_id(run_type=run_type, run_after=run_after, data_interval=data_interval)

    def _decode_partition_date(self, partition_key: str) -> DateTime:
        try:
            return self._instant(parse_day(partition_key))
        except ValueError as error:
            raise InvalidPartitionKeyError(f"Partition key {error}") from None

    def _get_partition_date(self, *, run_date: DateTime) -> DateTime:
        return self._instant(run_date.in_timezone(self._timezone).date() - DAY)

    def _instant(self, day: date) -> DateTime:
        return midnight(day, self._timezone).in_timezone("UTC")

    def _first_day(self, bound: DateTime) -> date:
        wall = bound.in_timezone(self._timezone).naive()
        return self._named_day(bound) or (wall + NOON - timedelta.resolution).date()

    def _last_day(self, bound: DateTime) -> date:
        wall = bound.in_timezone(self._timezone).naive()
        return self._named_day(bound) or (wall - NOON).date()

    def _named_day(self, bound: DateTime) -> date | None:
        """The date that ``bound`` stands for, if it is a midnight.

        Two midnights can be told from an instant: that of the offset it was written with (a UTC midnight in a REST
        call, too), and the deployment's own. Another zone's looks like any hour of the day.
        """
        for clock in (bound, bound.in_timezone(self._timezone)):
            if clock.timezone and clock.time() == midnight(clock.date(), clock.timezone).time():
                return clock.date()
        return None
