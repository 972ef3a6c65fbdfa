"""What must be true of a closed day, whatever happened on the way: asked of the ERP, of the ledger, of the school."""

from decimal import Decimal

from cierre.ledger import overview
from e2e.holds import BoxDay

HALF_DONE = """
SELECT 'a snapshot without control totals' AS what FROM landing.snapshot
 WHERE connection = %(connection)s AND source_key = %(key)s AND business_date = %(day)s
   AND NOT EXISTS (SELECT FROM landing.control_total WHERE control_total.snapshot_id = snapshot.snapshot_id)
UNION ALL
SELECT 'a revision without entries' FROM ledger.revision
 WHERE box = %(box)s AND business_date = %(day)s
   AND NOT EXISTS (SELECT FROM ledger.entry WHERE entry.revision_id = revision.revision_id)
UNION ALL
SELECT 'an entry without lines' FROM ledger.entry
 WHERE box = %(box)s AND business_date = %(day)s
   AND NOT EXISTS (SELECT FROM ledger.line WHERE line.entry_id = entry.entry_id)
UNION ALL
SELECT 'a reconciliation without comparisons' FROM reconciliation.run
 WHERE box = %(box)s AND business_date = %(day)s
   AND NOT EXISTS (SELECT FROM reconciliation.comparison WHERE comparison.run_id = run.run_id)
UNION ALL
SELECT 'an attempt of unknown outcome' FROM erp.uncertain WHERE box = %(box)s AND business_date = %(day)s
"""
"""Work of a day that was begun and neither ended nor undone."""


def attempts(it: BoxDay) -> list[str]:
    """The states of the day's posting attempts, oldest first."""
    found = it.ledger.execute(
        "SELECT state FROM erp.attempt JOIN ledger.entry USING (entry_id)"
        " WHERE box = %s AND business_date = %s ORDER BY attempt_id",
        (it.box.id, it.day),
    )
    return [state for (state,) in found]


def live_documents(it: BoxDay) -> list[str]:
    """The ERP's live documents in the box's lot on the day, as lot/sublot/document."""
    held = it.sandbox.protheus_ledger(lot=it.box.erp.lot, day=it.day, live=True)
    return sorted(f"{document.lot}/{document.sublot}/{document.document}" for document in held)


def assert_closed_once(it: BoxDay) -> None:
    """The day is reconciled, nothing of it is half done, and the ERP holds one document for each entry it should.

    Among them stands one that is not reversed, and it holds what the school's own books of the day say.
    """
    where = {"box": it.box.id, "day": it.day, "connection": it.box.connection, "key": it.box.key}
    assert [what for (what,) in it.ledger.execute(HALF_DONE, where)] == []
    (state,) = [day.state for day in overview.day(it.ledger, it.day) if day.box == it.box.id]
    assert state == "reconciled"
    confirmed = it.ledger.execute(
        "SELECT attempt.lot || '/' || sublot || '/' || document, entry_key"
        "  FROM erp.attempt JOIN ledger.entry USING (entry_id)"
        " WHERE box = %(box)s AND business_date = %(day)s AND state = 'confirmed'",
        where,
    ).fetchall()
    assert live_documents(it) == sorted(place for place, _ in confirmed)
    assert len({key for _, key in confirmed}) == len(confirmed)
    (standing,) = it.ledger.execute(
        "SELECT sublot, total FROM ledger.chain"
        " WHERE box = %(box)s AND business_date = %(day)s AND standing = 'standing'",
        where,
    ).fetchall()
    sublot, total = standing
    (document,) = it.sandbox.protheus_ledger(lot=it.box.erp.lot, day=it.day, sublot=sublot, live=True)
    books = it.sandbox.books(it.tenant, int(it.box.key), it.day)
    receipts = sum((figure.amount for figure in books.receipts.values()), Decimal(0))
    expected = books.gross.amount + receipts + books.credit_notes.amount
    assert document.debit == document.credit == total == expected
