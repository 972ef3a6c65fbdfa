from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pendulum
import pytest
from airflow._shared.timezones.timezone import coerce_datetime
from airflow.api_fastapi.core_api.datamodels.backfills import BackfillPostBody
from airflow.cli.cli_config import parsedate
from airflow.models.backfill import _get_info_list
from hypothesis import assume, given, strategies as st

from cierre.orchestration.business_day import BusinessDayTimetable

GUAYAQUIL, MADRID, SANTIAGO, MONTEVIDEO = "America/Guayaquil", "Europe/Madrid", "America/Santiago", "America/Montevideo"
NOVEMBER_6_TO_15 = [f"2024-11-{day:02}" for day in range(6, 16)]
TWELVE_HOURS = timedelta(hours=12)


def asked(dag, from_date: str, to_date: str) -> list[str]:
    """The business dates of a backfill asked for with these texts through Airflow's API (form or REST call)."""
    body = BackfillPostBody(dag_id=dag.dag_id, from_date=from_date, to_date=to_date)
    infos = _get_info_list(
        from_date=coerce_datetime(body.from_date), to_date=coerce_datetime(body.to_date), reverse=False, dag=dag
    )
    return [info.partition_key for info in infos]


def form(first: date, last: date, zone: str) -> tuple[str, str]:
    """What Airflow's form sends for two days picked by a person in ``zone``: UTC, to the millisecond."""
    begin = datetime.combine(first, time.min, ZoneInfo(zone)).astimezone(UTC)
    end = datetime.combine(last, time(23, 59, 59, 999000), ZoneInfo(zone)).astimezone(UTC)
    return tuple(bound.isoformat(timespec="milliseconds").replace("+00:00", "Z") for bound in (begin, end))


@pytest.fixture(autouse=True)
def _much_later(clock):
    clock("2031-01-01", "UTC")


@pytest.mark.parametrize(
    ("deployment", "person"),
    [
        (GUAYAQUIL, GUAYAQUIL),
        (GUAYAQUIL, "UTC"),
        (GUAYAQUIL, "Asia/Riyadh"),  # eight hours east
        (GUAYAQUIL, "Pacific/Honolulu"),
        (GUAYAQUIL, MADRID),
        (MADRID, MADRID),
        (MADRID, GUAYAQUIL),
        (MADRID, SANTIAGO),
        (MADRID, "America/Phoenix"),  # eight hours west
        (MADRID, "Asia/Tokyo"),  # eight hours east
        (SANTIAGO, MONTEVIDEO),
        (MONTEVIDEO, "America/Anchorage"),
    ],
)
def test_a_person_at_the_form_gets_the_days_they_typed(deployment, person, stored):
    from_date, to_date = form(date(2024, 11, 6), date(2024, 11, 15), person)
    assert asked(stored(deployment), from_date, to_date) == NOVEMBER_6_TO_15
    # The field for "to" without its milliseconds, and with the minute that a person can type.
    assert asked(stored(deployment), from_date, to_date.replace("59.999Z", "00Z")) == NOVEMBER_6_TO_15


@pytest.mark.parametrize("deployment", [GUAYAQUIL, MADRID, SANTIAGO, "Pacific/Auckland"])
@pytest.mark.parametrize("offset", ["Z", "-05:00", "+01:00", "-08:00", "+09:00"])
def test_midnights_as_written_are_dates_and_inclusive(deployment, offset, stored):
    bounds = f"2024-11-06T00:00:00{offset}", f"2024-11-15T00:00:00{offset}"
    assert asked(stored(deployment), *bounds) == NOVEMBER_6_TO_15


@pytest.mark.parametrize("deployment", [GUAYAQUIL, MADRID])
def test_the_deployments_midnights_are_dates_however_they_are_written(deployment, stored):
    bounds = (pendulum.parse(day, tz=deployment).in_timezone("UTC").isoformat() for day in ("2024-11-06", "2024-11-15"))
    assert asked(stored(deployment), *bounds) == NOVEMBER_6_TO_15


@pytest.mark.parametrize(
    ("deployment", "first", "last"),
    [
        (GUAYAQUIL, "2024-11-06", "2024-11-15"),
        (MADRID, "2024-11-06", "2024-11-15"),
        (SANTIAGO, "2024-09-06", "2024-09-08"),  # the clocks skip the midnight of the last
        (SANTIAGO, "2024-09-08", "2024-09-08"),
        ("America/Havana", "2024-11-03", "2024-11-03"),  # midnight comes twice
    ],
)
def test_dates_typed_at_the_command_line_are_inclusive(deployment, first, last, monkeypatch, stored):
    zone = pendulum.timezone(deployment)
    monkeypatch.setattr("airflow._shared.timezones.timezone._Timezone.initialized_timezone", zone)
    infos = _get_info_list(from_date=parsedate(first), to_date=parsedate(last), reverse=False, dag=stored(deployment))
    keys = [info.partition_key for info in infos]
    assert (keys[0], keys[-1], len(keys)) == (first, last, int(last[-2:]) - int(first[-2:]) + 1)


@pytest.mark.parametrize(
    ("from_date", "to_date", "days"),
    [
        ("2024-11-06T12:00:00-05:00", "2024-11-07T12:00:00-05:00", ["2024-11-06", "2024-11-07"]),
        ("2024-11-06T12:00:01-05:00", "2024-11-07T11:59:59-05:00", []),
        ("2024-11-06T08:00:00-05:00", "2024-11-06T18:00:00-05:00", ["2024-11-06"]),
        ("2024-11-06T18:00:00-05:00", "2024-11-07T08:00:00-05:00", []),
        ("2024-02-28T05:00:00Z", "2024-03-01T05:00:00Z", ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ("2024-12-31T05:00:00Z", "2025-01-01T05:00:00Z", ["2024-12-31", "2025-01-01"]),
    ],
)
def test_a_day_belongs_to_a_range_when_its_noon_does(from_date, to_date, days, stored):
    assert asked(stored(GUAYAQUIL), from_date, to_date) == days


@pytest.mark.parametrize(
    ("deployment", "now", "last"),
    [
        (GUAYAQUIL, "2024-11-15 23:59:59", "2024-11-14"),
        (GUAYAQUIL, "2024-11-16 00:00", "2024-11-15"),
        (MADRID, "2024-11-16 00:00", "2024-11-15"),
        (SANTIAGO, "2024-09-07 23:59:59", "2024-09-06"),
        (SANTIAGO, "2024-09-08 01:00", "2024-09-07"),
    ],
)
def test_a_day_that_is_not_over_is_never_run(deployment, now, last, clock, stored):
    clock(now, deployment)
    assert asked(stored(deployment), "2024-09-01T12:00:00Z", "2030-01-01T12:00:00Z")[-1] == last


ZONES = st.sampled_from(
    (
        *("UTC", "America/Havana", "America/Los_Angeles", "America/St_Johns", "Africa/Casablanca", "Asia/Beirut"),
        *("Asia/Kathmandu", "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Honolulu"),
        *(GUAYAQUIL, MADRID, SANTIAGO, MONTEVIDEO),
    )
)


@given(deployment=ZONES, person=ZONES, first=st.dates(date(2019, 1, 1), date(2030, 6, 1)), length=st.integers(0, 40))
def test_any_range_from_any_zone_less_than_twelve_hours_away_holds_the_days_typed(deployment, person, first, length):
    days = [first + timedelta(days=offset) for offset in range(length + 1)]
    from_date, to_date = (datetime.fromisoformat(bound) for bound in form(days[0], days[-1], person))
    for bound in (from_date, to_date):
        here, there = (bound.astimezone(ZoneInfo(zone)).utcoffset() for zone in (deployment, person))
        assume(abs(here - there) < TWELVE_HOURS)
    infos = BusinessDayTimetable(deployment).iter_partition_dagrun_infos(earliest=from_date, latest=to_date)
    assert [info.partition_key for info in infos] == [str(day) for day in days]


@pytest.mark.parametrize("zone", [GUAYAQUIL, MADRID])
@pytest.mark.parametrize("year", ["0001", "0202"])
def test_a_slip_in_the_year_asks_for_no_day_before_the_earliest_or_after_now(stored, zone, year):
    found = asked(stored(zone), f"{year}-11-06T00:00:00Z", "2000-01-02T23:59:00Z")
    assert found == ["2000-01-01", "2000-01-02"]
    assert asked(stored(zone), "2030-12-30T05:00:00Z", "9999-12-31T23:59:00Z")[0] == "2030-12-30"
