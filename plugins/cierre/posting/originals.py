"""What a correction reverses, as the ERP holds it now.

A reversal takes back what was posted. Where somebody changed the document in the ERP since, it would leave what was
changed, or repeat it in the reversal; so the document is to be as it was posted before anything is sent.
"""

from datetime import date

import psycopg

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.read_back import Code
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import revisions
from cierre.ledger.reconciliation import Difference
from cierre.ledger.revisions import Revision
from cierre.ports.erp import ReadableErp
from cierre.posting.site import Site
from cierre.posting.verification import read

COUNTS = frozenset(Code) - {Code.KEY, Code.NEVER_POSTED, Code.RETURNED}
"""What makes a document of ours another one to the balances."""


def edited_originals(
    connection: psycopg.Connection, erp: ReadableErp, box: CashBox, day: date, revision: Revision, site: Site
) -> list[Sentence]:
    """Each line that is otherwise in the ERP than it was posted, of the documents that posting a revision would
    reverse; none where they are as posted, or where the ERP cannot be read. What is deleted instead may be as it is.

    Works under the lock of the box's day. Raises VendorError where the ERP is known to be readable and does not answer.
    """
    reversed_entries = {
        entry.entry_id
        for entry in revisions.superseded(connection, revision)
        if not (site.correction == "delete" and site.is_open(entry.entry_date))
    }
    if not reversed_entries or not site.readable:
        return []
    found = read(connection, erp, box, day)
    differences = found.differences if found else []
    return [_said(one) for one in differences if one.entry_id in reversed_entries and one.line.code in COUNTS]


def _said(difference: Difference) -> Sentence:
    line = difference.line
    said: dict[str, object] = {
        "document": difference.document,
        "address": difference.address,
        "line": line.booked_line,
        "posted": line.posted and line.posted.__str__(),
        "booked": line.booked and line.booked.__str__(),
    }
    if line.code is Code.GONE:
        return Sentence("document {document} at {address} is not in the ERP any more", **said)
    if line.booked is None:
        return Sentence("document {document} at {address}: {posted} is missing", **said)
    if line.posted is None:
        return Sentence("document {document} at {address}, line {line}: {booked} was not posted", **said)
    if line.code is Code.OUTSIDE:
        told = "document {document} at {address}, line {line}: {posted} is kept outside the balances (type {type})"
        return Sentence(told, **said, type=line.outside)
    return Sentence("document {document} at {address}, line {line}: {posted} was posted, {booked} stands there", **said)
