"""An entry beside the lines that the ERP says it holds."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.read_back import BookedLine, differences

ENTRY = JournalEntry(
    "itb_caja_164",
    date(2024, 9, 6),
    1,
    "USD",
    (
        Line(Side.DEBIT, "1.1", Decimal("10.00"), "Caja"),
        Line(Side.DEBIT, "1.1", Decimal("10.00"), "Caja"),
        Line(Side.CREDIT, "4.1", Decimal("20.00"), "Ingresos"),
    ),
)


@pytest.fixture
def booked() -> list[BookedLine]:
    """The entry, as the ERP holds it."""
    return [
        BookedLine("001", "000001", f"{number:03d}", line.side, line.account, line.amount, "USD", line.history, "key")
        for number, line in enumerate(ENTRY.lines, start=1)
    ]


def test_the_same_lines_in_another_order_agree(booked):
    assert differences(ENTRY, reversed(booked)) == []


def test_continued_histories_and_lines_in_further_currencies_do_not_count(booked):
    more = [
        replace(booked[0], side=None, amount=Decimal("0.00"), line="004"),
        replace(booked[0], currency="02", amount=Decimal("9.10")),
    ]
    assert differences(ENTRY, booked + more) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"amount": Decimal("9.99")},
            ["the ERP lacks debit 1.1 10.00", "the ERP has debit 1.1 9.99, which was not posted"],
        ),
        ({"account": "1.2"}, ["the ERP lacks debit 1.1 10.00", "the ERP has debit 1.2 10.00, which was not posted"]),
        (
            {"side": Side.CREDIT},
            ["the ERP lacks debit 1.1 10.00", "the ERP has credit 1.1 10.00, which was not posted"],
        ),
    ],
)
def test_a_line_that_was_changed_is_named_as_it_was_and_as_it_is(booked, change, told):
    assert differences(ENTRY, [replace(booked[0], **change), *booked[1:]]) == told


def test_equal_lines_are_counted(booked):
    assert differences(ENTRY, booked[1:]) == ["the ERP lacks debit 1.1 10.00"]
    assert differences(ENTRY, booked[2:]) == ["the ERP lacks debit 1.1 10.00 (2 times)"]
    assert differences(ENTRY, [*booked, booked[0]]) == ["the ERP has debit 1.1 10.00, which was not posted"]


def test_lines_that_add_up_to_the_same_are_not_the_same(booked):
    split = [replace(booked[0], amount=Decimal("4.00")), replace(booked[1], amount=Decimal("16.00")), booked[2]]
    assert len(differences(ENTRY, split)) == 3
