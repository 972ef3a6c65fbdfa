"""SGA attests nothing: what its rows say of one another, and what is told without a witness."""

import json
from decimal import Decimal

import pytest

from cierre.bookkeeping.certificate import Claim, contradictions
from hooks.sga.hook import certify
from support.sga_answers import credit_note, payment, receipt, session


def claims(*sessions: dict) -> list[Claim]:
    return certify(json.dumps(sessions), currency="USD", key="164")


def test_a_plain_day_breaks_no_rule_and_is_attested_by_nobody():
    found = claims(session([payment()], [credit_note()], [receipt()]))
    assert [claim for claim in found if not claim.holds] == []
    assert [
        claim.what for claim in found if not claim.inner_rule and (claim.attested_rows, claim.attested) != (None, None)
    ] == []


@pytest.mark.parametrize(
    ("sessions", "broken", "rows"),
    [
        ([session([payment(1), payment(6)])], "payments that stand under two forms of payment", 2),
        ([session([payment()]), session([payment()])], "payments that stand alike in two sessions", 2),
        (
            [session([], [credit_note()]), session([], [credit_note()])],
            "credit notes and receipts that stand in two rows",
            2,
        ),
    ],
)
def test_rows_that_break_a_rule_are_counted_and_left_to_staging(sessions, broken, rows):
    found = claims(*sessions)
    assert [(claim.what, claim.attested_rows, claim.landed_rows) for claim in found if not claim.holds] == [
        (broken, 0, rows)
    ]
    assert contradictions(found) == []


def test_what_nobody_attests_is_told_with_rows_and_money_and_the_use_of_credit_notes():
    found = claims(session([payment(1, 10), payment(7, 2.5)], [credit_note(4)], [receipt(6)]))
    told = {claim.what: (claim.landed_rows, claim.landed) for claim in found if not claim.inner_rule}
    assert told == {
        "unattested: rows of PAGOS": (2, Decimal("12.50")),
        "unattested: rows of NC": (1, Decimal("4.00")),
        "unattested: rows of RC": (1, Decimal("6.00")),
        "unattested: payments by credit notes, of this day or earlier": (1, Decimal("2.50")),
    }
