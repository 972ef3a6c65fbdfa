"""What the ledger says of a day before a person is asked about it: which earlier books the ERP still holds."""

from datetime import UTC, datetime

import pytest

from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.answers import Answer
from cierre.bookkeeping.approvals import Reason
from cierre.ledger import approvals, attempts, revisions, takeovers

BOX, RUN = "itb_caja_164", "manual__2024-09-07"


@pytest.fixture
def freeze(ledger, snapshot_id, day, make_payment, make_entry):
    """``freeze("10.00")``: the day's books with one payment of so much, as a revision."""

    def frozen(net: str, lot: str = "008964") -> revisions.Revision:
        document = make_payment(1, net)
        revision, _ = revisions.freeze(
            ledger, box=BOX, day=day, snapshot_id=snapshot_id, mapping="sga_ecuador", mapping_digest="m",
            tenant="T1,D MG 01 ", lot=lot, entries=[make_entry(document)], documents={document.key: document},
        )  # fmt: skip
        return revision

    return frozen


def posted(ledger, entry) -> attempts.Attempt:
    """The attempt by which the ERP came to hold an entry."""
    attempt = attempts.claim(ledger, entry, worker="test", lease_seconds=60)
    attempts.confirm(ledger, attempt, f"{entry.entry_id:06}")
    return attempt


@pytest.fixture
def taken_back(ledger, freeze):
    """A day whose first books were posted and reversed, and whose new ones were not posted yet: the earlier booking,
    the reversal's attempt and the new revision."""
    (booking,) = revisions.bookings(ledger, freeze("10.00"))
    posted(ledger, booking)
    now = freeze("11.00")
    return booking, posted(ledger, revisions.reversal(ledger, booking, now)), now


def earlier_books(ledger, revision) -> tuple[list[str], int, str | None]:
    """What of the day's earlier books the ERP still holds: for posting (keys), for the question, and their currency."""
    standing = approvals.standing(ledger, cash_box(BOX), revision)
    superseded = [entry.entry_key for entry in revisions.superseded(ledger, revision)]
    return superseded, len(standing.standing), standing.last_currency


def test_books_that_a_reversal_took_back_do_not_stand_any_more(ledger, taken_back):
    _, _, now = taken_back
    assert earlier_books(ledger, now) == ([], 0, None)


def test_books_stand_again_once_their_reversal_is_being_deleted(ledger, taken_back):
    booking, reversal, now = taken_back
    assert attempts.begin_to_delete(ledger, reversal, "the ERP refused the new books")
    assert earlier_books(ledger, now) == ([booking.entry_key], 1, "USD")


def test_books_do_not_stand_where_their_reversal_is_kept_after_all(ledger, taken_back):
    _, reversal, now = taken_back
    attempts.begin_to_delete(ledger, reversal, "the ERP refused the new books")
    attempts.keep_after_all(ledger, reversal)
    assert earlier_books(ledger, now) == ([], 0, None)


def met_others(ledger, entry) -> None:
    """An attempt at an entry met a document that may be somebody else's."""
    attempt = attempts.claim(ledger, entry, worker="test", lease_seconds=60)
    attempts.doom(ledger, attempt, "the ERP numbered it 000002", answered="000002")
    takeovers.note_doubt(ledger, attempt, "000001")


@pytest.mark.parametrize("more_came", [False, True])
def test_an_approval_leaves_to_others_just_what_it_was_asked_about_in_the_lot_that_the_box_has_left(
    ledger, freeze, more_came
):
    (booking,) = revisions.bookings(ledger, freeze("10.00"))
    met_others(ledger, booking)
    now = freeze("10.00", lot="008999")
    asked = approvals.unapproved(ledger, cash_box(BOX), now)
    assert Reason.OLD_LOT in asked
    approvals.ask(ledger, now, asked, RUN)
    if more_came:
        met_others(ledger, booking)
    assert approvals.decide(ledger, now, RUN, Answer("ana", True, datetime.now(UTC)))
    still_asked = approvals.unapproved(ledger, cash_box(BOX), now)
    assert (Reason.OLD_LOT in still_asked) == more_came
    assert len(takeovers.open_doubts(ledger, now)) == (2 if more_came else 0)
