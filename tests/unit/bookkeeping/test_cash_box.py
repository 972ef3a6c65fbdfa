from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from cierre.bookkeeping.cash_box import Approvals, CashBox
from hooks.registry import box_model

FIELDS = {
    "id": "itb_caja_164",
    "name": "Caja 164",
    "source": "sga",
    "connection": "sga_itb",
    "key": "164",
    "company": "itb",
    "erp": {"tenant": "T1,D MG 01 ", "lot": "008964"},
    "timezone": "America/Guayaquil",
    "currency": "USD",
    "mapping": "sga_ecuador",
    "start_date": "2024-01-01",
}


def a_box(**changes: object) -> CashBox:
    return box_model().model_validate({**FIELDS, **changes})


def test_a_box_has_defaults_for_the_erps_connection_and_the_closing_hour():
    box = a_box()

    assert (box.erp.connection, box.closing_hour) == ("protheus", "00:00")
    assert box.start_date == date(2024, 1, 1)


def test_the_tenant_keeps_the_branchs_padding():
    assert a_box().erp.tenant == "T1,D MG 01 "


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("id", "Caja-164", "'Caja-164' is not a name of small letters, digits and underscores"),
        ("source", "sap", "unknown source 'sap'; known are bsale, sga, sge, zeta"),
        ("connection", "sga itb", "'sga itb' is not the id of an Airflow connection"),
        ("key", " ", "must not be empty"),
        ("erp", {"tenant": "T1, D MG 01", "lot": "008964"}, "'group,branch' with no blank after the comma"),
        ("erp", {"tenant": "T1", "lot": "008964"}, "'group,branch' with no blank after the comma"),
        ("erp", {"tenant": "T1,D MG 01", "lot": "8964"}, "'8964' is not a lot of six letters or digits"),
        ("timezone", "Ecuador", "'Ecuador' is not a time zone"),
        ("timezone", "America", "'America' is not a time zone"),
        ("currency", "XYZ", "unknown currency 'XYZ'; known are CLP, EUR, USD, UYU"),
        ("closing_hour", "24:00", "'24:00' is not an hour from '00:00' to '23:59'"),
        ("start_date", "20240101", "'20240101' is not a date as YYYY-MM-DD"),
        ("start_date", "0204-01-01", "0204-01-01 is no day from 2000-01-01 to 2100-12-31"),
        ("start_date", "2204-01-01", "2204-01-01 is no day from 2000-01-01 to 2100-12-31"),
        ("name", "Caja 164,\n", "must be one line of text"),
        ("name", "Caja\0", "must be one line of text"),
        (
            "approvals",
            {"second_over": "5", "by": ["ana", "Ana"]},
            "second_over asks two persons, and by names only",
        ),
        ("colour", "red", "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_field_is_refused_in_words(field, value, message):
    with pytest.raises(ValidationError) as refused:
        a_box(**{field: value})

    assert message in str(refused.value)


def test_every_problem_of_a_box_is_told_at_once():
    with pytest.raises(ValidationError) as refused:
        a_box(currency="XYZ", timezone="Ecuador", erp={"tenant": "T1", "lot": "1"})

    assert refused.value.error_count() == 4


def test_a_day_is_over_at_midnight_of_the_boxs_own_zone():
    box = a_box()

    assert box.closes_at(date(2024, 9, 6)) == datetime(2024, 9, 7, 5, tzinfo=UTC)
    assert not box.is_over(date(2024, 9, 6), datetime(2024, 9, 7, 4, 59, 59, tzinfo=UTC))
    assert box.is_over(date(2024, 9, 6), datetime(2024, 9, 7, 5, tzinfo=UTC))


def test_a_closing_hour_is_counted_on_the_next_day():
    box = a_box(closing_hour="06:30")

    assert box.closes_at(date(2024, 12, 31)) == datetime(2025, 1, 1, 11, 30, tzinfo=UTC)


def test_a_madrid_day_ends_by_summer_time_and_by_winter_time():
    box = a_box(timezone="Europe/Madrid")

    assert box.closes_at(date(2024, 7, 1)) == datetime(2024, 7, 1, 22, tzinfo=UTC)
    assert box.closes_at(date(2024, 12, 1)) == datetime(2024, 12, 1, 23, tzinfo=UTC)


def test_a_midnight_that_the_clocks_skip_is_the_first_instant_after_it():
    # Santiago, 8 September 2024: 24:00 of Saturday is 01:00 of Sunday.
    closes_at = a_box(timezone="America/Santiago").closes_at(date(2024, 9, 7))

    assert closes_at == datetime(2024, 9, 8, 4, tzinfo=UTC)
    assert (closes_at.hour, closes_at.utcoffset().total_seconds()) == (1, -3 * 3600)


def test_a_day_that_is_over_stays_over_while_the_clocks_go_back():
    # Madrid, 27 October 2024: 02:00-03:00 happens twice. The second 02:10 is after the first 02:30.
    box = a_box(timezone="Europe/Madrid", closing_hour="02:30")

    assert box.is_over(date(2024, 10, 26), datetime(2024, 10, 27, 2, 10, tzinfo=box.zone, fold=1))


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        a_box().is_over(date(2024, 9, 6), datetime(2024, 9, 7, 5))


def test_a_box_that_says_nothing_of_approvals_never_asks_for_one():
    assert a_box().approvals == Approvals(amount_over=None, corrections=False, first_day=False, discrepancy_up_to=None)


def test_approvals_are_read_as_they_are_typed():
    said = {"amount_over": "5000.00", "corrections": "true", "first_day": "true", "discrepancy_up_to": "0.05"}

    assert a_box(approvals=said).approvals == Approvals(
        amount_over=Decimal("5000.00"), corrections=True, first_day=True, discrepancy_up_to=Decimal("0.05")
    )


@pytest.mark.parametrize("field", ["amount_over", "second_over", "discrepancy_up_to"])
@pytest.mark.parametrize("text", ["50.000", "50.000,00", "50,000.00", "1e3", "NaN", "50 000", "USD 50"])
def test_an_amount_that_may_be_read_in_two_ways_is_refused(field, text):
    with pytest.raises(ValidationError, match=r"50000\.00"):
        a_box(approvals={field: text})
    with pytest.raises(ValidationError, match=r"50000\.00"):
        a_box(second_look={"policy": "correct", "up_to": text})


def test_an_approval_over_less_than_nothing_is_refused():
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        a_box(approvals={"amount_over": "-1"})
