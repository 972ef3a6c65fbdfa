from decimal import Decimal

from cierre.bookkeeping.documents import Kind, Total, totals


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
