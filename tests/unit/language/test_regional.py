from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from cierre.language.regional import speaking


@pytest.mark.parametrize(
    ("tag", "currency", "said"),
    [
        ("es-EC", "USD", "-1.234.567,89"),
        ("es-MX", "USD", "-1,234,567.89"),
        ("en-US", "USD", "-1,234,567.89"),
        ("es-CL", "CLP", "-1.234.568"),
    ],
)
def test_amounts_are_written_as_the_region_does_with_the_currencys_decimals(tag, currency, said):
    assert speaking(tag).money(Decimal("-1234567.89"), currency) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [("0", ""), ("7.4", "7"), ("950", "950"), ("9520", "9,5k"), ("123456", "123k"), ("-1234567", "-1,2M")],
)
def test_a_days_total_fits_a_narrow_column(amount, said):
    assert speaking("es-EC").compact(Decimal(amount)) == said


def test_days_months_and_ages_are_said_in_the_language():
    spanish = speaking("es-EC")
    assert spanish.month(date(2026, 11, 1)) == "Noviembre de 2026"
    assert spanish.day(date(2026, 11, 5)) == "5 de noviembre de 2026"
    assert spanish.age(datetime.now(UTC) - timedelta(days=3)) == "3 días"
    assert (spanish.short_day(date(2026, 11, 5)), speaking("en-US").short_day(date(2026, 11, 5))) == ("5 nov", "Nov 5")
    noon = datetime(2026, 11, 5, 17, tzinfo=UTC)
    assert spanish.instant(noon, ZoneInfo("America/Guayaquil")) == "5 nov 2026 12:00\u202fp.\u202fm."
    assert speaking("en").days_old(date(2026, 11, 1), date(2026, 11, 21)) == "20 days"
