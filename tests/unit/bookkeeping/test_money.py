from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.money import DECIMALS, NOISE, TOO_LARGE, AmountError, amount, figure, quantum, rounded


@pytest.mark.parametrize(
    ("text", "currency", "money"),
    [
        ("35.300000000000004", "USD", "35.30"),
        (Decimal("0.0000004"), "USD", "0.00"),
        (" 12 ", "USD", "12.00"),
        (7, "EUR", "7.00"),
        ("68643.0", "CLP", "68643"),
        ("-0.00", "USD", "0.00"),
        (Decimal("1E+3"), "USD", "1000.00"),
        (Decimal("5.684341886080802e-14"), "USD", "0.00"),
        ("989.9999999", "CLP", "990"),
        ("+12.50", "USD", "12.50"),
        (".5", "USD", "0.50"),
        ("999999999999999.99", "USD", "999999999999999.99"),
    ],
)
def test_a_vendors_number_is_taken_in_its_currencys_units(text, currency, money):
    assert amount(text, currency) == Decimal(money)
    assert amount(text, currency).as_tuple().exponent == Decimal(money).as_tuple().exponent


@pytest.mark.parametrize("value", [35.3, True, None, "", "abc", "NaN", "Infinity", "1,50", Decimal("sNaN")])
def test_what_is_not_an_amount_is_refused_and_quoted(value):
    with pytest.raises(AmountError, match="is not an amount"):
        amount(value, "USD")


@pytest.mark.parametrize(
    ("value", "currency"),
    [("1.234", "USD"), (Decimal("0.005"), "USD"), ("-0.004", "USD"), ("12.990", "CLP"), (Decimal("990.5"), "CLP"),
     (Decimal("333.5"), "CLP"), (Decimal("0.000002"), "USD"), ("10.001", "EUR")],
)  # fmt: skip
def test_more_decimals_than_the_currency_has_are_no_amount_however_small(value, currency):
    with pytest.raises(AmountError) as raised:
        amount(value, currency)
    assert raised.value.why == f"which has more decimals than {currency} has ({DECIMALS[currency]})"


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1.500", "USD"),
        ("1.230", "UYU"),
        ("12.000", "CLP"),
        ("-1.000", "EUR"),
        ("+100.000", "USD"),
        (" 999.000 ", "CLP"),
    ],
)
def test_a_text_whose_decimals_may_be_thousands_is_no_amount(text, currency):
    with pytest.raises(AmountError) as raised:
        amount(text, currency)
    assert raised.value.why == f"which has more decimals than {currency} has ({DECIMALS[currency]})"


@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from(["", "-", "+"]), st.sampled_from(sorted(DECIMALS)))
def test_no_text_with_a_group_of_thousands_is_taken_for_units(thousands, units, sign, currency):
    with pytest.raises(AmountError):
        amount(f"{sign}{thousands}.{units:03d}", currency)


@pytest.mark.parametrize(
    ("value", "money"),
    [("0.500", "0.50"), ("1500.000", "1500"), ("012.500", "12.50"), ("1.5000", "1.50"), (Decimal("1.500"), "1.50"),
     ("1.50", "1.50")],
)  # fmt: skip
def test_decimals_that_cannot_be_thousands_are_decimals(value, money):
    assert amount(value, "USD") == Decimal(money)


@pytest.mark.parametrize("value", [10**15, "1000000000000000", -(10**15), Decimal("1e999999999"), "9" * 5000])
def test_what_the_books_could_not_hold_is_no_amount(value):
    with pytest.raises(AmountError) as raised:
        amount(value, "USD")
    assert raised.value.why == "which is more than the books can hold"


@pytest.mark.parametrize(
    "text", ["1e3", "1E+3", "1,234.50", "1.234,50", "1 234.50", "1'234", "1_000", "12.", "12.50-", "−5", "$5", "0x10",
             "١٢٣", "１２", "--5", "5 USD", "12\x00", "1.2.3"],
)  # fmt: skip
def test_a_text_that_is_not_plainly_a_number_is_no_amount(text):
    with pytest.raises(AmountError):
        amount(text, "USD")


def test_what_is_zero_has_no_sign():
    assert [str(amount(zero, "USD")) for zero in ("-0", "-0.00", Decimal("-1e-9"))] == ["0.00"] * 3


@given(
    st.decimals(allow_nan=False, min_value=-(10**15) + 1, max_value=10**15 - 1, places=2),
    st.floats(-9e-7, 9e-7).map(lambda noise: Decimal(noise).quantize(Decimal("1e-12"))),
)
def test_floating_point_noise_never_changes_an_amount(exact, noise):
    assert amount(exact + noise, "USD") == exact


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9), st.sampled_from(sorted(DECIMALS)))
def test_an_amount_is_never_further_from_what_came_than_noise(value, currency):
    try:
        taken = amount(value, currency)
    except AmountError:
        return
    assert abs(taken - value) <= NOISE
    assert taken == taken.quantize(quantum(currency))
    assert abs(taken) < TOO_LARGE


@given(st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.floats(), st.lists(st.none())))
def test_anything_at_all_is_an_amount_or_refused(value):
    with suppress(AmountError):
        assert isinstance(amount(value, "USD"), Decimal)


def test_what_was_calculated_is_rounded_half_up():
    assert [rounded(Decimal(value), "USD") for value in ("0.005", "-0.005", "-0.004")] == [
        Decimal("0.01"), Decimal("-0.01"), Decimal("0.00"),
    ]  # fmt: skip


@pytest.mark.parametrize(("sum", "told"), [("667.0000001", "667"), ("667.5", "667.50"), ("667.004", "667.00")])
def test_a_sources_own_sum_is_told_without_noise_and_never_rounded_to_agree(sum, told):
    assert str(figure(Decimal(sum), "CLP")) == told


def test_an_unknown_currency_is_refused_with_the_known_ones():
    with pytest.raises(AmountError, match="unknown currency 'XYZ'; known are CLP, EUR, USD, UYU"):
        quantum("XYZ")
