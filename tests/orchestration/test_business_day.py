from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pendulum
import pytest
from airflow import settings
from airflow.api_fastapi.core_api.datamodels.dag_run import TriggerDAGRunPostBody
from airflow.exceptions import InvalidPartitionKeyError
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.serialization.decoders import decode_timetable
from airflow.serialization.encoders import encode_timetable
from airflow.timetables.base import DagRunInfo
from airflow.utils.types import DagRunType
from sqlalchemy import select

from cierre.bookkeeping.days import parse_day
from cierre.orchestration.business_day import BusinessDayTimetable

GUAYAQUIL, MADRID, SANTIAGO, HAVANA = "America/Guayaquil", "Europe/Madrid", "America/Santiago", "America/Havana"


def instant(wall: str, zone: str) -> pendulum.DateTime:
    return pendulum.parse(wall, tz=zone).in_timezone("UTC")


# --- the schedule


@pytest.mark.parametrize(
    ("zone", "tick", "key"),
    [
        (GUAYAQUIL, "2024-09-07", "2024-09-06"),
        (GUAYAQUIL, "2024-03-01", "2024-02-29"),
        (MADRID, "2025-01-01", "2024-12-31"),
        (MADRID, "2024-03-31", "2024-03-30"),
        (MADRID, "2024-04-01", "2024-03-31"),  # 23 hours long
        (MADRID, "2024-10-28", "2024-10-27"),  # 25 hours long
        (SANTIAGO, "2024-09-08T01:00", "2024-09-07"),  # the clocks skip the midnight that ends it
        (SANTIAGO, "2024-09-09", "2024-09-08"),  # the clocks skip the midnight it would begin with
        (SANTIAGO, "2025-04-06", "2025-04-05"),  # 25 hours long
        (HAVANA, "2024-11-03", "2024-11-02"),  # midnight comes twice
    ],
)
def test_a_day_runs_at_the_midnight_that_ends_it(zone, tick, key, clock, stored):
    clock(tick, zone)
    info = stored(zone, catchup=False).next_dagrun_info(last_automated_run_info=None)
    assert (info.partition_key, info.run_after) == (key, instant(tick, zone))


@pytest.mark.parametrize("zone", ["UTC", GUAYAQUIL, MADRID, SANTIAGO, HAVANA, "America/Montevideo", "Asia/Beirut"])
def test_years_of_schedule_hold_every_day_once_and_only_after_it_is_over(zone, stored):
    dag = stored(zone, catchup=True, start_date=datetime(2023, 12, 30, tzinfo=UTC))
    infos = [dag.next_dagrun_info(last_automated_run_info=None)]
    while len(infos) < 800:
        infos.append(dag.next_dagrun_info(last_automated_run_info=infos[-1]))

    days = [date.fromisoformat(info.partition_key) for info in infos]
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))
    for info, day in zip(infos, days, strict=True):
        local = info.run_after.in_timezone(zone)
        assert local.date() == day + timedelta(days=1)
        assert local.hour <= 1  # one o'clock, where the clocks skip midnight
        assert info.partition_date.in_timezone(zone).date() == day
        assert dag.timetable.resolve_partition_date(info.partition_key) == info.partition_date


@pytest.mark.parametrize("start", [None, datetime(2015, 1, 1, tzinfo=UTC)])
def test_unpaused_for_the_first_time_it_runs_the_latest_finished_day_only(start, clock, stored):
    clock("2024-11-20 10:00", GUAYAQUIL)
    dag = stored(GUAYAQUIL, catchup=False, start_date=start)
    first = dag.next_dagrun_info(last_automated_run_info=None)
    then = dag.next_dagrun_info(last_automated_run_info=first)
    assert first.partition_key == "2024-11-19"
    assert (then.partition_key, then.run_after) == ("2024-11-20", instant("2024-11-21", GUAYAQUIL))


def test_unpaused_after_a_rest_it_skips_to_the_latest_finished_day(clock, stored):
    clock("2024-11-20 10:00", GUAYAQUIL)
    dag = stored(GUAYAQUIL, catchup=False)
    last = DagRunInfo(instant("2024-11-06", GUAYAQUIL), None, instant("2024-11-05", GUAYAQUIL), "2024-11-05")
    assert dag.next_dagrun_info(last_automated_run_info=last).partition_key == "2024-11-19"


def test_a_backfilled_day_is_not_scheduled_again(clock, stored):
    clock("2024-11-20 10:00", GUAYAQUIL)
    dag = stored(GUAYAQUIL, catchup=False)
    *_, latest = dag.iter_dagrun_infos_between(instant("2024-11-18", GUAYAQUIL), instant("2024-11-19", GUAYAQUIL))
    assert latest.partition_key == "2024-11-19"
    assert dag.next_dagrun_info(last_automated_run_info=latest).partition_key == "2024-11-20"


def test_the_scheduler_reads_back_the_run_it_planned(clock, stored):
    clock("2024-11-20 10:00", GUAYAQUIL)
    dag, model = stored(GUAYAQUIL, catchup=False), DagModel(dag_id="cash_close__box")
    model.calculate_dagrun_date_fields(dag, reference_run=None)
    planned = dag.timetable.next_run_info_from_dag_model(dag_model=model)
    assert planned == dag.next_dagrun_info(last_automated_run_info=None)


# --- keys


@pytest.mark.parametrize(
    ("zone", "key", "begins"),
    [
        (GUAYAQUIL, "2024-09-06", "2024-09-06T05:00Z"),
        (MADRID, "2024-02-29", "2024-02-28T23:00Z"),
        (MADRID, "2024-10-27", "2024-10-26T22:00Z"),
        (SANTIAGO, "2024-09-08", "2024-09-08T04:00Z"),
    ],
)
def test_a_day_has_one_partition_date_by_schedule_backfill_and_key(zone, key, begins, clock, stored):
    over = pendulum.parse(key, tz=zone).add(days=1)
    clock(over.to_datetime_string(), zone)
    dag = stored(zone, catchup=False)
    scheduled = dag.next_dagrun_info(last_automated_run_info=None)
    (backfilled,) = dag.iter_dagrun_infos_between(pendulum.parse(key, tz=zone), pendulum.parse(key, tz=zone))
    by_key = TriggerDAGRunPostBody(logical_date=None, partition_key=key).validate_context(dag)
    assert by_key["partition_date"] == scheduled.partition_date == backfilled.partition_date == pendulum.parse(begins)
    assert by_key["partition_key"] == scheduled.partition_key == backfilled.partition_key == key
    assert scheduled.run_after == backfilled.run_after


@pytest.mark.parametrize(
    "key",
    [
        *("2024-02-30", "2023-02-29", "yesterday", "06/09/2024", "0001-01-01", "9999-12-31"),
        *("2024-9-6", "20240906", "2024-W36-5", " 2024-09-06", "2024-09-06T00:00:00"),
    ],
)
def test_a_key_that_is_not_a_day_is_refused_in_the_trigger_form(key, stored):
    body = TriggerDAGRunPostBody(logical_date=None, partition_key=key)
    with pytest.raises(InvalidPartitionKeyError) as refusal:
        body.validate_context(stored(GUAYAQUIL))
    assert str(refusal.value) == (
        f"Partition key {key!r} is not a business date; write a day of the calendar, like 2024-09-06"
    )


@pytest.mark.parametrize("value", [None, 20240906, date(2024, 9, 6)])
def test_what_is_not_text_is_not_a_day(value):
    with pytest.raises(ValueError, match="is not a business date"):
        parse_day(value)


# --- run ids


@pytest.mark.parametrize("run_type", [DagRunType.SCHEDULED, DagRunType.BACKFILL_JOB])
def test_a_run_id_begins_with_the_business_date_and_is_new_each_time(run_type):
    def run_id() -> str:
        return BusinessDayTimetable(GUAYAQUIL).generate_run_id(
            run_type=run_type,
            run_after=instant("2024-09-07", GUAYAQUIL),
            data_interval=None,
            partition_key="2024-09-06",
        )

    assert run_id().startswith(f"2024-09-06__{run_type.value}__")
    assert run_id() != run_id()
    assert DagRun(dag_id="cash_close__box", run_id=run_id(), run_type=run_type).run_id  # Airflow takes it


def test_a_manual_run_keeps_an_id_that_airflow_allows_for_manual_runs(stored):
    body = TriggerDAGRunPostBody(logical_date=None, partition_key="2024-09-06")
    run_id = body.validate_context(stored(GUAYAQUIL))["run_id"]
    assert DagRunType.from_run_id(run_id) is DagRunType.MANUAL
    assert run_id.startswith("manual__")


# --- filters by partition date


def test_a_filter_by_dates_means_the_deployments_days():
    # What Airflow's list of runs does with partition_date_gte=2024-09-08&partition_date_lte=2024-09-08.
    window = DagRun.apply_partition_date_window(
        select(DagRun.id),
        timetable=BusinessDayTimetable(SANTIAGO),
        start=datetime(2024, 9, 8),
        end=datetime(2024, 9, 9),
        end_exclusive=True,
    )
    begins = instant("2024-09-08T01:00", SANTIAGO)
    assert list(window.compile().params.values()) == [begins, instant("2024-09-09", SANTIAGO)]


def test_a_filter_by_instants_means_those_instants():
    written = datetime.fromisoformat("2024-11-06T00:00:00+08:00")
    assert BusinessDayTimetable(GUAYAQUIL).localize_partition_datetime(written) == written


# --- storing


@pytest.mark.parametrize("zone", [GUAYAQUIL, "UTC", pendulum.FixedTimezone(-18000)])
def test_it_survives_airflows_serialization(zone):
    timetable = BusinessDayTimetable(zone)
    copy = decode_timetable(encode_timetable(timetable))
    assert type(copy) is BusinessDayTimetable
    assert copy == timetable
    assert encode_timetable(copy) == encode_timetable(timetable)


def test_a_stored_dag_ticks_in_the_deployments_zone(stored):
    timetable = stored().timetable
    assert timetable == BusinessDayTimetable(settings.TIMEZONE)
    assert timetable.type_name == "cierre.orchestration.business_day.BusinessDayTimetable"
    assert (timetable.partitioned, timetable.periodic) == (True, True)  # what backfills ask for
