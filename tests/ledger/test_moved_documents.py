"""Which documents new books of a day have otherwise than the books that they would replace."""

from decimal import Decimal

import pytest

from cierre.ledger import moved_documents, revisions, session

BOX = "itb_caja_164"


@pytest.fixture
def booked(ledger, snapshot_id, day, make_entry):
    """``booked(document, …)``: the day's books with these payments, as entries of a revision."""

    def frozen(*documents) -> list[revisions.FrozenEntry]:
        revision, _ = revisions.freeze(
            ledger, box=BOX, day=day, snapshot_id=snapshot_id, mapping="sga_ecuador", mapping_digest="m",
            tenant="T1,D MG 01 ", lot="008964", entries=[make_entry(*documents)],
            documents={document.key: document for document in documents},
        )  # fmt: skip
        return revisions.bookings(ledger, revision)

    return frozen


def test_documents_that_came_went_and_changed_are_named_with_their_money_and_others_are_not(
    ledger, day, booked, make_payment
):
    stays = make_payment(1, "10.00")
    before = booked(stays, make_payment(2, "20.00"), make_payment(3, "30.00"))
    after = booked(stays, make_payment(3, "30.50"), make_payment(4, "5.00"))
    rows = moved_documents.moved(ledger, BOX, day, before, after, most=10)
    assert [(row.document_key, row.before, row.after, row.moved, row.amounts) for row in rows] == [
        ("sga:payment:0-2", Decimal("20.00"), None, Decimal("40.00"), ["gross", "net"]),
        ("sga:payment:0-4", None, Decimal("5.00"), Decimal("10.00"), ["gross", "net"]),
        ("sga:payment:0-3", Decimal("30.00"), Decimal("30.50"), Decimal("1.00"), ["gross", "net"]),
    ]
    assert {tuple(row.accounts) for row in rows} == {("1.1.01.001", "4.1.01.001")}


def test_of_many_documents_those_that_move_most_are_named_and_all_are_counted(ledger, day, booked, make_payment):
    before = booked(*(make_payment(number, f"{number}.00") for number in range(1, 6)))
    rows = moved_documents.moved(ledger, BOX, day, before, [], most=2)
    assert [(row.before, row.in_all) for row in rows] == [(Decimal("5.00"), 5), (Decimal("4.00"), 5)]


def test_the_reader_of_the_board_may_ask_for_it(ledger, reader_dsn, day, booked, make_payment):
    before = booked(make_payment(1, "10.00"))
    with session.connect(reader_dsn) as reader:
        assert len(moved_documents.moved(reader, BOX, day, before, [], most=2)) == 1
        assert len(moved_documents.bases(reader, [before[0].revision_id])) == 1
