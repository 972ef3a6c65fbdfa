"""Documents in other currencies than their box's: each by its own rate, to the last cent."""

from decimal import Decimal

import pytest

from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.journal import Foreign, LineSource, Side
from cierre.bookkeeping.problems import ProblemKind

POSTINGS = [
    {"side": "debit", "amount": "net", "history": "Caja {date}", "rules": [{"account": "1.1.01.001"}]},
    {"side": "debit", "amount": "promotion", "history": "Promo {date}", "rules": [{"account": "4.2.01.002"}]},
    {"side": "credit", "amount": "gross", "history": "Ingresos {date}", "rules": [{"account": "4.1.01.002"}]},
]
ROUNDING = {"account": "5.9.01.001", "history": "Redondeo {date}"}


@pytest.fixture(scope="module")
def rounding(changed):
    return changed(Kind.PAYMENT, POSTINGS, rounding=ROUNDING)


@pytest.fixture
def in_euros(payment):
    """A function that makes a payment in euros at a rate (None: it says none)."""

    def make(source_id: str, rate: str | None, **fields: str) -> Document:
        document = payment(source_id, currency="EUR", **fields)
        return document._replace(attributes={**document.attributes, **({"rate": rate} if rate is not None else {})})

    return make


def test_a_document_is_booked_by_its_own_rate_with_its_own_amounts_beside(in_euros, rounding, box, day):
    documents = [in_euros("a", "1.10", net="100.00"), in_euros("b", "1.20", net="100.00")]
    (entry,) = derive(documents, rounding, box, day).entries
    debit, credit = entry.lines

    assert (debit.amount, debit.foreign) == (Decimal("230.00"), Foreign("EUR", Decimal("200.00")))
    assert (credit.amount, credit.foreign) == (debit.amount, debit.foreign)
    assert debit.sources == (
        LineSource("sga:payment:a", "net", Decimal("110.00"), Decimal("100.00")),
        LineSource("sga:payment:b", "net", Decimal("120.00"), Decimal("100.00")),
    )


def test_currencies_never_share_a_line(payment, in_euros, rounding, box, day):
    (entry,) = derive([payment("a", net="1.00"), in_euros("b", "1", net="1.00")], rounding, box, day).entries

    assert [(line.side, line.amount, line.foreign) for line in entry.lines] == [
        (side, Decimal("1.00"), foreign)
        for side in Side
        for foreign in (None, Foreign("EUR", Decimal("1.00")))
    ]  # fmt: skip


def test_a_rounding_line_stands_on_the_side_that_lacks_the_cent(in_euros, rounding, box, day):
    # 1.33 × 0.04 = 0.0532 and twice 1.33 × 0.02 = 0.0266: 0.06 of debits, 0.05 of credits.
    over = derive([in_euros("a", "1.33", net="0.02", promotion="0.02")], rounding, box, day).entries[0]
    # 1.31 × 0.06 = 0.0786 and twice 1.31 × 0.03 = 0.0393: 0.08 on both sides.
    even = derive([in_euros("b", "1.31", net="0.03", promotion="0.03")], rounding, box, day).entries[0]
    # 1.26 × 0.02 = 0.0252 and twice 1.26 × 0.01 = 0.0126: 0.02 of debits, 0.03 of credits.
    under = derive([in_euros("c", "1.26", net="0.01", promotion="0.01")], rounding, box, day).entries[0]

    def rounded(entry):
        return [(line.side, line.amount) for line in entry.lines if line.account == ROUNDING["account"]]

    assert rounded(over) == [(Side.CREDIT, Decimal("0.01"))]
    assert rounded(even) == []
    assert rounded(under) == [(Side.DEBIT, Decimal("0.01"))]


@pytest.mark.parametrize("rate", [None, "", "0", "-1", "NaN", "Infinity", "cuarenta"])
def test_a_document_without_a_rate_that_can_be_used_stops_the_day(in_euros, rounding, box, day, rate):
    (problem,) = derive([in_euros("a", rate)], rounding, box, day).problems

    assert problem.kind is ProblemKind.MISSING_RATE


def test_cents_without_a_rounding_account_stop_the_day_with_the_fix(in_euros, changed, box, day):
    unmapped = changed(Kind.PAYMENT, POSTINGS)
    (problem,) = derive([in_euros("a", "1.33", net="0.02", promotion="0.02")], unmapped, box, day).problems

    assert str(problem) == (
        "1 payment of 0.02 EUR whose conversion leaves a rounding difference in USD, and mapping sga_ecuador has no "
        'rounding account; add to mapping sga_ecuador: rounding: {account: <account>, history: "Redondeo {date}"}'
    )


def test_what_comes_to_nothing_is_never_booked_as_nothing(in_euros, rounding, box, day):
    derivation = derive([in_euros("a", "0.001", net="1.00")], rounding, box, day)

    assert derivation.entries == []
    assert [problem.kind for problem in derivation.problems] == [ProblemKind.TOO_SMALL]


def test_a_document_that_is_not_mapped_is_not_told_to_leave_cents_too(in_euros, changed, box, day):
    lacking = [{**POSTINGS[0], "rules": [{"when": {"form": "1"}, "account": "1.1.01.001"}]}, *POSTINGS[1:]]
    (problem,) = derive([in_euros("a", "1.33", form="2")], changed(Kind.PAYMENT, lacking), box, day).problems

    assert problem.kind is ProblemKind.UNMAPPED
