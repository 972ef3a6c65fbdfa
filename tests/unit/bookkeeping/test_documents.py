from decimal import Decimal

import pytest

from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow, Reading, Total, totals, with_fit_text
from cierre.bookkeeping.text import LONGEST, UnfitText


def test_a_document_is_known_by_source_kind_and_id(payment):
    assert payment("0-5f2c-1").key == "sga:payment:0-5f2c-1"


def test_totals_count_rows_and_net_money_by_kind_and_form(payment):
    documents = [
        payment("b", form="6", net="10.01"),
        payment("a", form="1", net="0.00", scholarship="90.00"),
        payment("c", form="6", net="5.00"),
    ]

    assert totals(documents) == [
        Total(Kind.PAYMENT, "1", 1, Decimal("0.00")),
        Total(Kind.PAYMENT, "6", 2, Decimal("15.01")),
    ]


def test_no_documents_have_no_totals():
    assert totals([]) == []


def test_texts_that_are_long_only_together_are_booked_as_they_are(payment):
    document = payment("i" * LONGEST, form="f" * LONGEST)._replace(reference="r" * LONGEST)
    assert with_fit_text(document) == document


def test_an_invoices_number_is_booked_on_one_line(payment):
    document = payment()._replace(reference="001-002\n000000007")
    assert with_fit_text(document) == document._replace(reference="001-002 000000007")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"source_id": "0\n1"}, "its key cannot be booked: it holds the character U+000A"),
        ({"form": "1\t"}, "its form of payment cannot be booked: it holds the character U+0009"),
        ({"attributes": {"revenue_type": "2\0"}}, "its revenue type cannot be booked: it holds the character U+0000"),
        ({"reference": "\ud83d"}, "its number cannot be booked: it holds the character U+D83D"),
        ({"source_id": "i" * 121}, "its key cannot be booked: it has 121 characters, and the books hold 120"),
    ],
)
def test_a_text_that_the_books_cannot_hold_is_named(payment, fields, said):
    with pytest.raises(UnfitText) as unfit:
        with_fit_text(payment()._replace(**fields))
    assert str(unfit.value) == said


def held(reason: str, release: Document | None) -> QuarantinedRow:
    return QuarantinedRow("0/RC/0", Kind.PAYMENT, "1", reason, "…", None, {}, blocking=False, release=release)


def test_what_a_person_releases_is_a_document_that_says_why_it_was_held(payment):
    booked, fraud, gift = payment("0-a-1"), payment("0-b-1"), payment("0-c-1")
    rows = [held("no_cash", None), held("fraud", fraud), held("gift", gift)]
    reading = Reading([booked], rows)

    all_freed = reading.released()
    assert [document.source_id for document in all_freed.documents] == ["0-a-1", "0-b-1", "0-c-1"]
    assert all_freed.documents[1].attributes == {**fraud.attributes, "released": "fraud"}
    assert all_freed.quarantined == rows[:1]

    frauds_freed = reading.released(lambda reason: reason == "fraud")
    assert frauds_freed.documents == all_freed.documents[:2]
    assert frauds_freed.quarantined == [rows[0], rows[2]]
