from decimal import Decimal

import pytest

from bookkeeping.money import AmountError, amount, quantum


@pytest.mark.parametrize(
    ("text", "currency", "money"),
    [
        ("35.300000000000004", "USD", "35.30"),
        (Decimal("0.005"), "USD", "0.01"),
        (" 12 ", "USD", "12.00"),
        (7, "EUR", "7.00"),
        ("68643.0", "CLP", "68643"),
        ("-0.004", "USD", "0.00"),
    ],
)
def test_a_vendors_number_is_rounded_to_its_currency(text, currency, money):
    assert amount(text, currency) == Decimal(money)
    assert amount(text, currency).as_tuple().exponent == Decimal(money).as_tuple().exponent


@pytest.mark.parametrize("value", [35.3, True, None, "", "abc", "NaN", "Infinity", "1,50", Decimal("sNaN")])
def test_what_is_not_an_amount_is_refused_and_quoted(value):
    with pytest.raises(AmountError, match="is not an amount"):
        amount(value, "USD")


def test_an_unknown_currency_is_refused_with_the_known_ones():
    with pytest.raises(AmountError, match="unknown currency 'XYZ'; known are CLP, EUR, USD, UYU"):
        quantum("XYZ")
