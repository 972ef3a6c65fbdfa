"""Documents as columns: whoever asks for a document gets it as it was."""

from cierre.bookkeeping.columns import Documents


def test_documents_of_columns_are_those_they_were_made_of(payment):
    documents = [payment("b", fraud="true"), payment("a:1", form="2", net="1.00")]
    columns = Documents.of(documents)

    assert columns.all() == documents
    assert columns == {"sga:payment:b": documents[0], "sga:payment:a:1": documents[1]}
    assert [columns.number(key) for key in columns] == [0, 1]
    assert "sga:payment:c" not in columns


def test_columns_that_are_in_the_order_of_their_keys_stay_the_same(payment):
    first, last = payment("a"), payment("b")
    assert Documents.of([last, first]).in_order().all() == [first, last]
    ordered = Documents.of([first, last])
    assert ordered.in_order() is ordered


def test_of_documents_with_one_key_the_last_is_there(payment):
    assert Documents.of([payment("a", net="1.00"), payment("a", net="2.00")]).all() == [payment("a", net="2.00")]
    assert Documents.of([]).all() == []
