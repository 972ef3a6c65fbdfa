"""What a company expects to arrive: money at the till of closed days, less the contract's charges."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from cierre.bookkeeping.matching.company import CompanyArrivals, Taken, expected, items

DAY = date(2026, 3, 2)


def rules(**card):
    charges = [{"valid_from": "2025-01-01", "fee": "3.5", "vat": "15"}]
    return CompanyArrivals.model_validate(
        {
            "country": "EC",
            "since": "2026-01-01",
            "statements": ["banco"],
            "channels": {
                "cash": {"account": "22", "forms": ["1"]},
                "card": {"account": "22", "forms": ["4"], "charges": charges, **card},
            },
            "terminals": {"a": "T1"},
        }
    )


def taken(net, form="4", kind="payment", documents=1, day=DAY, **attributes):
    sale_type, returned = attributes.get("sale_type"), attributes.get("returned")
    return Taken("a", day, form, "USD", kind, sale_type, returned, Decimal(net), documents)


def nets(found):
    return {one.form: (one.gross, one.net) for one in found}


def test_charges_are_rounded_on_each_document_or_on_the_day():
    # 3.5 % of 0.33 is 0.01155, of 0.99 0.03465.
    three = [taken("0.33", documents=3)]
    assert nets(expected(three, rules())) == {"4": (Decimal("0.99"), Decimal("0.96"))}
    assert nets(expected([taken("0.50", documents=3)], rules())) == {"4": (Decimal("1.50"), Decimal("1.44"))}
    assert nets(expected([taken("0.50", documents=3)], rules(charged="day"))) == {
        "4": (Decimal("1.50"), Decimal("1.44"))
    }
    assert nets(expected([taken("0.40", documents=3)], rules())) == {"4": (Decimal("1.20"), Decimal("1.17"))}
    assert nets(expected([taken("0.40", documents=3)], rules(charged="day"))) == {
        "4": (Decimal("1.20"), Decimal("1.15"))
    }


def test_what_went_out_of_the_till_is_not_to_arrive():
    found = expected([taken("10.00", "1"), taken("4.00", "1", "refund"), taken("5.00", "1", "sale")], rules())
    assert nets(found) == {"1": (Decimal("6.00"), Decimal("6.00"))}


def test_days_before_the_rules_begin_and_forms_without_a_channel_are_not_expected():
    assert expected([taken("1.00", day=date(2025, 12, 31)), taken("1.00", "9")], rules()) == []
    assert expected([taken("1.00", "1"), taken("1.00", "1", "refund")], rules()) == []


def test_an_expected_amount_is_an_item_of_its_channel_and_terminal():
    (item,) = items(expected([taken("10.00", "1")], rules()), rules())
    assert (item.id, item.units, item.channel, item.terminal) == ("a|2026-03-02|USD|1", 1000, "cash@22/USD", "T1")


def test_an_amount_in_another_currency_is_an_item_of_another_channel():
    pesos = taken("10.00", "1")._replace(currency="UYU")
    dollars, other = items(expected([taken("10.00", "1"), pesos], rules()), rules())
    assert dollars.channel != other.channel
    assert rules().rules(["USD", "UYU"]).keys() >= {dollars.channel, other.channel}


def test_rules_that_cannot_be_are_refused():
    with pytest.raises(ValidationError, match="form 1 is in two channels"):
        rules(forms=["1"])
    with pytest.raises(ValidationError, match="must not go down"):
        rules(latest=30, grace=20)
