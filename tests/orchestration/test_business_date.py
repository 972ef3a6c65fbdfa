from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from airflow.exceptions import ParamValidationError
from airflow.sdk import DAG
from airflow.sdk.api.datamodels._generated import DagRunType
from airflow.sdk.definitions.param import ParamsDict
from airflow.serialization.serialized_objects import DagSerialization

from cierre.bookkeeping.cash_box import CashBox
from cierre.closing.business_date import BusinessDateError, DayNotOver, business_date
from hooks.registry import box_model
from operators.form import params

GUAYAQUIL, MADRID = "America/Guayaquil", "Europe/Madrid"
LATER = datetime(2025, 1, 1, tzinfo=UTC)


def cash_box(**changes) -> CashBox:
    return box_model().model_validate(
        {
            "id": "itb_caja_164",
            "name": "ITB caja 164",
            "source": "sga",
            "connection": "sga_itb",
            "key": "164",
            "company": "itb",
            "erp": {"tenant": "T1,D MG 01 ", "lot": "008964"},
            "timezone": GUAYAQUIL,
            "currency": "USD",
            "mapping": "sga_ecuador",
            "start_date": "2024-01-01",
        }
        | changes
    )


def closes(*, key=None, parameter=None, run_type="manual", box=None, now=LATER) -> date:
    return business_date(
        partition_key=key,
        params=ParamsDict({"business_date": parameter}),
        run_type=run_type,
        box=box or cash_box(),
        now=now,
    )


def refusal(**run) -> str:
    with pytest.raises(BusinessDateError) as error:
        closes(**run)
    assert not isinstance(error.value, DayNotOver)  # that one means: wait
    assert "ITB caja 164" in str(error.value)
    assert "Nothing was read or posted." in str(error.value)
    return str(error.value)


def at(wall: str, zone: str) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone))


# --- which day


@pytest.mark.parametrize("run_type", DagRunType)
def test_the_partition_key_is_the_business_date_of_every_type_of_run(run_type):
    assert closes(key="2024-09-06", run_type=run_type) == date(2024, 9, 6)


def test_without_a_key_the_parameter_is_the_business_date():
    assert closes(parameter="2024-02-29") == date(2024, 2, 29)


def test_key_and_parameter_may_agree():
    assert closes(key="2024-09-06", parameter="2024-09-06") == date(2024, 9, 6)


def test_key_and_parameter_that_differ_are_refused_naming_both():
    message = refusal(key="2024-09-06", parameter="2024-09-07")
    assert "the partition key says 2024-09-06 and business_date says 2024-09-07" in message


@pytest.mark.parametrize("run_type", ["manual", "scheduled", "operator_triggered"])
def test_a_run_that_names_no_day_fails_and_says_how_to_name_one(run_type):
    message = refusal(run_type=run_type)
    assert "as business_date or as the partition key" in message


@pytest.mark.parametrize("parameter", ["2024-09-06", "2024-09-07", "junk", ""])
def test_a_parameter_in_a_backfill_is_refused_even_on_the_day_it_names(parameter):
    assert "a backfill takes its days from its range" in refusal(
        key="2024-09-06", parameter=parameter, run_type="backfill"
    )


@pytest.mark.parametrize("text", ["2024-02-30", "2024-9-6", "06-09-2024", "", "9999-12-30", "9999-12-31"])
@pytest.mark.parametrize("place", ["key", "parameter"])
def test_a_text_that_is_not_a_day_is_refused(place, text):
    assert f"{text!r} is not a business date" in refusal(**{place: text})


# --- whether it can be closed


def test_a_day_before_the_boxs_start_date_is_refused():
    box = cash_box(start_date="2024-09-06")
    assert closes(key="2024-09-06", box=box) == date(2024, 9, 6)
    message = refusal(key="2024-09-05", box=box)
    assert "2024-09-05: the day is before the box's start date, 2024-09-06" in message
    assert "itb_caja_164.yaml" in message


@pytest.mark.parametrize("run_type", ["manual", "backfill", "operator_triggered", "asset_triggered"])
def test_a_day_that_is_not_over_is_refused_saying_when_it_will_be(run_type):
    now = at("2024-09-06 23:59:59", GUAYAQUIL)
    message = refusal(key="2024-09-06", run_type=run_type, now=now)
    assert "2024-09-06: the day is not over; it can be closed from 2024-09-07 00:00 on (America/Guayaquil)" in message
    assert closes(key="2024-09-06", run_type=run_type, now=at("2024-09-07 00:00", GUAYAQUIL)) == date(2024, 9, 6)


def test_a_day_in_the_future_is_refused():
    assert "can be closed from 2099-01-02 00:00" in refusal(key="2099-01-01")


def test_the_closing_hour_is_waited_for():
    box = cash_box(closing_hour="03:30")
    assert "from 2024-09-07 03:30 on" in refusal(key="2024-09-06", box=box, now=at("2024-09-07 03:29", GUAYAQUIL))
    assert closes(key="2024-09-06", box=box, now=at("2024-09-07 03:30", GUAYAQUIL)) == date(2024, 9, 6)


def test_a_scheduled_run_of_a_box_west_of_the_deployment_waits_for_the_boxs_own_midnight():
    tick = at("2024-09-07 00:00", MADRID)  # 17:00 of the 6th in Guayaquil
    with pytest.raises(DayNotOver) as early:
        closes(key="2024-09-06", run_type="scheduled", now=tick)
    assert early.value.closes_at == at("2024-09-07 00:00", GUAYAQUIL) == at("2024-09-07 07:00", MADRID)
    assert closes(key="2024-09-06", run_type="scheduled", now=early.value.closes_at) == date(2024, 9, 6)


@pytest.mark.parametrize(
    ("day", "ended"),
    [
        ("2024-09-06", "2024-09-06 17:00"),  # summer in Madrid
        ("2024-12-31", "2024-12-31 18:00"),  # winter
        ("2024-10-27", "2024-10-27 18:00"),  # the day of 25 hours
    ],
)
def test_a_box_east_of_the_deployment_can_be_closed_when_its_own_day_is_over(day, ended):
    madrid, ended = cash_box(timezone=MADRID), at(ended, GUAYAQUIL)
    assert closes(key=day, box=madrid, now=ended) == date.fromisoformat(day)
    assert "the day is not over" in refusal(key=day, box=madrid, now=ended.replace(hour=ended.hour - 1, minute=59))


def test_a_scheduled_run_of_a_box_east_of_the_deployment_need_not_wait():
    tick = at("2024-09-07 00:00", GUAYAQUIL)
    assert closes(key="2024-09-06", run_type="scheduled", box=cash_box(timezone=MADRID), now=tick) == date(2024, 9, 6)


# --- the trigger form


@pytest.fixture
def dag():
    return DagSerialization.from_dict(DagSerialization.to_dict(DAG("cash_close__box", params=params(cash_box()))))


def test_the_trigger_form_shows_a_date_picker_that_may_stay_empty(dag):
    picker = dag.params.get_param("business_date")
    assert (picker.schema["type"], picker.schema["format"], picker.value) == (["null", "string"], "date", None)
    dag.params.validate()


def test_the_trigger_form_takes_a_day_and_refuses_anything_else(dag):
    assert dag.params.deep_merge({"business_date": "2024-09-06"}).validate()["business_date"] == "2024-09-06"
    for value in ("2024-02-30", "yesterday", "", 20240906):
        with pytest.raises(ParamValidationError):
            dag.params.deep_merge({"business_date": value}).validate()
