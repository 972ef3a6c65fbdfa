"""Reaping: an address that was given up is made empty, now and again later, since a request can execute late; one whose
document was found by reading, and is believed, is rid of that document's copies."""

import logging
from collections.abc import Sequence

import psycopg

from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import say
from cierre.ledger import attempts, revisions, takeovers
from cierre.ledger.attempts import Attempt
from cierre.ports.erp import Erp
from cierre.ports.errors import RetriableError
from cierre.posting import proof
from cierre.posting.site import Site

log = logging.getLogger(__name__)

UNREAD = Site()
"""A site that is only known to keep the contract."""


def reap(connection: psycopg.Connection, erp: Erp, attempt: Attempt, site: Site = UNREAD) -> int | None:
    """Deletes what a rejected or doomed attempt left, or leaves yet, at its address, as far as it is known to be ours
    (cierre.posting.proof); of a confirmed one the copies of its document. Returns how many documents there were, or
    None where a refused one, or what a person left to others, was left alone.

    Raises cierre.ports.errors.VendorError where the ERP gives no definite answer, and cierre.posting.proof.NotOursError
    where a person must decide: the attempt stays uncertain then, and no further attempt at its entry may start.
    """
    asked_at = attempts.clock(connection)
    standing = proof.standing_at(erp, attempt.address) if site.readable else None
    if attempt.state == "confirmed":
        removed = _delete(erp, attempt, _copies(erp, attempt, standing))
    elif standing is not None:
        entry = revisions.entry_of(connection, attempt.entry_id)
        ours = [n for n, lines in sorted(standing.items()) if proof.is_left(connection, entry, lines, site.ledger_id)]
        removed = _delete(erp, attempt, ours)
    elif takeovers.is_in_doubt(connection, attempt):
        # Its own document was deleted before that was noted, and its number may be another's by now.
        if attempt.reaped_at is None:
            raise proof.in_doubt(connection, erp, attempt)
        attempts.note_reaped(connection, attempt)
        return None
    else:
        removed = _delete(erp, attempt, [attempt.answered] if attempt.answered else [])
        if proof.may_empty(connection, attempt):
            removed += _delete(erp, attempt, erp.numbering.documents)
        elif attempt.state == "rejected":
            attempts.note_nothing_left(connection, attempt)
            return None
        elif attempt.reaped_at is None:
            raise proof.in_doubt(connection, erp, attempt)
    attempts.note_reaped(connection, attempt, removed=removed, asked_at=asked_at)
    return removed


def _copies(erp: Erp, attempt: Attempt, standing: proof.Standing | None) -> list[str]:
    if standing is None:
        told = (
            "document {document} at {address} was found by reading, and a copy of it may still come: the ERP cannot be"
            " read any more, so that nobody looks for one"
        )
        raise RetriableError(Sentence(told, document=attempt.document, address=attempt.address), vendor=erp.vendor)
    return proof.copies(attempt, standing)


def _delete(erp: Erp, attempt: Attempt, documents: Sequence[str]) -> int:
    removed = 0
    for document in documents:
        if erp.delete(attempt.address, document):
            removed += 1
            told = "Document {document} at {address} is not to stand there (given up, or a copy): it is deleted."
            log.warning(say(told, document=document, address=attempt.address))
    return removed
