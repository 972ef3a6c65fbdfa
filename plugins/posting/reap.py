"""Reaping: an address that was given up is made empty, now and again later, since a request can execute late."""

import logging

import psycopg

from language.say import say
from posting.port import Erp
from store import attempts
from store.attempts import Attempt

log = logging.getLogger(__name__)

NUMBERS_REAPED = 3
"""How many numbers a reap removes: one request makes one document; a proxy that repeats it makes one or two more."""


def reap(connection: psycopg.Connection, erp: Erp, attempt: Attempt) -> int:
    """Deletes whatever a rejected or doomed attempt left, or leaves yet, at its address; returns how many there were.

    Raises hooks.errors.VendorError where the ERP gives no definite answer: the attempt stays uncertain then, and no
    further attempt at its entry may start.
    """
    removed, asked_at = 0, attempts.clock(connection)
    for number in range(1, NUMBERS_REAPED + 1):
        document = f"{number:06d}"
        if erp.delete(attempt.address, document):
            removed += 1
            told = "Document {document} at {address} was of an attempt that is not valid: it is deleted."
            log.warning(say(told, document=document, address=attempt.address))
    attempts.note_reaped(connection, attempt, removed=removed, asked_at=asked_at)
    return removed
