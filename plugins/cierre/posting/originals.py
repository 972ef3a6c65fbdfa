"""What a correction reverses, as the ERP holds it now.

A reversal takes back what was posted. Where somebody changed the document in the ERP since, it would leave what was
changed, or repeat it in the reversal; so the document is to be as it was posted before anything is sent.
"""

from collections.abc import Mapping, Sequence

import psycopg

from cierre.bookkeeping.read_back import BookedLine, Code, LineDifference, line_differences
from cierre.bookkeeping.sentence import Sentence, one_after_the_other
from cierre.ledger import revisions
from cierre.ledger.attempts import Attempt
from cierre.ledger.revisions import FrozenEntry
from cierre.ports.errors import DataError

COUNTS = frozenset(Code) - {Code.KEY, Code.NEVER_POSTED, Code.RETURNED}
"""What makes a document of ours another one to the balances."""


class EditedError(DataError):
    """What is to be reversed was changed in the ERP since it was posted; ``lines`` say each how."""

    advice = "Nothing was posted. Have its people set that back there, to what was posted; then clear the task post."

    def __init__(self, lines: Sequence[Sentence], *, vendor: str) -> None:
        told = Sentence("what is to be reversed was changed: {lines}", lines=one_after_the_other(lines))
        super().__init__(told, vendor=vendor)
        self.lines = list(lines)


def is_gone(attempt: Attempt, documents: Mapping[str, Sequence[BookedLine]]) -> bool:
    """Whether nothing is left of a posted document. ``documents``: what was read at its address, by number."""
    return not documents.get(attempt.confirmed_document)


def edits(
    connection: psycopg.Connection, entry: FrozenEntry, attempt: Attempt, documents: Mapping[str, Sequence[BookedLine]]
) -> list[Sentence]:
    """Each line of a posted entry that is otherwise in the ERP than it was posted. ``documents``: what was read at its
    address, by number."""
    if is_gone(attempt, documents):
        return [Sentence("document {document} at {address} is not in the ERP any more", **_place(attempt))]
    lines = documents[attempt.confirmed_document]
    differences = line_differences(revisions.journal_entry(connection, entry), lines)
    return [_said(one, attempt) for one in differences if one.code in COUNTS]


def _place(attempt: Attempt) -> dict[str, object]:
    return {"document": attempt.confirmed_document, "address": attempt.address}


def _said(line: LineDifference, attempt: Attempt) -> Sentence:
    said = _place(attempt) | {
        "line": line.booked_line,
        "posted": line.posted and line.posted.__str__(),
        "booked": line.booked and line.booked.__str__(),
    }
    if line.booked is None:
        return Sentence("document {document} at {address}: {posted} is missing", **said)
    if line.posted is None:
        return Sentence("document {document} at {address}, line {line}: {booked} was not posted", **said)
    if line.code is Code.OUTSIDE:
        told = "document {document} at {address}, line {line}: {posted} is kept outside the balances (type {type})"
        return Sentence(told, **said, type=line.outside)
    return Sentence("document {document} at {address}, line {line}: {posted} was posted, {booked} stands there", **said)
