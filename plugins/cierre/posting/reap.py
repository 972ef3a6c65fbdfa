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

GONE = Sentence("deleted: it was taken for posted, and was gone from the ERP within the day")
"""Why a document counts as gone: a delete of before it was found had no answer, and was probably carried out late."""

UNREAD = Site()
"""A site that is only known to keep the contract."""


def reap(connection: psycopg.Connection, erp: Erp, attempt: Attempt, site: Site = UNREAD) -> int | None:
    """Deletes what a rejected or doomed attempt left, or leaves yet, at its address, as far as it is known to be ours
    (cierre.posting.proof); of a confirmed one the copies of its document. Returns how many documents there were, or
    None where a refused one, or what a person left to others, was left alone.

    Raises cierre.ports.errors.VendorError where the ERP gives no definite answer, and cierre.posting.proof.NotOursError
    where a person must decide: the attempt stays uncertain then, and no further attempt at its entry may start. Raises
    cierre.posting.proof.GoneError where the document of a confirmed one is not there any more, which is on record then.
    """
    asked_at = attempts.clock(connection)
    standing = proof.standing_at(erp, attempt.address) if site.readable else None
    if attempt.state == "confirmed":
        if standing is None:
            raise _nobody_can_look(erp, attempt)
        if proof.is_gone(standing.get(attempt.confirmed_document), site.ledger_id):
            _withdraw(connection, erp, attempt)
        removed = _delete(erp, attempt, proof.copies(attempt, standing))
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


def _withdraw(connection: psycopg.Connection, erp: Erp, attempt: Attempt) -> None:
    """Puts on record that a document is gone, unless another run is deleting it, or has deleted it just now."""
    if not attempts.begin_to_delete(connection, attempt, GONE):
        return
    attempts.withdraw(connection, attempt)
    told = (
        "document {document} at {address}, which was found by reading and taken for posted, is not in the ERP any more"
    )
    raise proof.GoneError(Sentence(told, document=attempt.document, address=attempt.address), vendor=erp.vendor)


def _nobody_can_look(erp: Erp, attempt: Attempt) -> RetriableError:
    told = (
        "document {document} at {address} was found by reading, and a copy of it may still come: the ERP cannot be"
        " read any more, so that nobody looks for one"
    )
    return RetriableError(Sentence(told, document=attempt.document, address=attempt.address), vendor=erp.vendor)


def _delete(erp: Erp, attempt: Attempt, documents: Sequence[str]) -> int:
    removed = 0
    for document in documents:
        if erp.delete(attempt.address, document):
            removed += 1
            told = "Document {document} at {address} is not to stand there (given up, or a copy): it is deleted."
            log.warning(say(told, document=document, address=attempt.address))
    return removed
