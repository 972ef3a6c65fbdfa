"""What may be deleted from the ERP: what is known to be this ledger's own, and nothing else.

Known is the document whose number the ERP answered to our own request; what reading back shows with our key; what
stands, where nothing can be read, at an address that a request of ours went to without an answer; and what a person
put on record as ours.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar, cast

import psycopg

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import Side
from cierre.bookkeeping.keys import Key, read_key, sent_key
from cierre.bookkeeping.read_back import BookedLine, StandingDocument, differences
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import say
from cierre.ledger import attempts, revisions, takeovers
from cierre.ledger.attempts import Attempt
from cierre.ledger.revisions import FrozenEntry
from cierre.ports.erp import Erp, ReadableErp
from cierre.ports.errors import DataError, FatalError, RetriableError, UncertainError

log = logging.getLogger(__name__)

T = TypeVar("T")

TWO_WAYS_OUT = (
    "Nothing of it is deleted. If nobody but this ledger posts to lot {lot} (the ledger was restored from a backup, or"
    " a proxy repeats requests), clear the task derive of this run, with those after it: approve then asks a person"
    " whether to take the lot over. If somebody else does, give the cash box a lot of its own (erp.lot in its file) and"
    " clear the task derive in the same way: approve then asks a person to look at what stands in the old one"
)

LEFT_LOT = (
    "Nothing of it is deleted. The cash box has left lot {lot}: clear the task derive of this run, with those after it:"
    " approve then asks a person to look there in the ERP and to delete what is this ledger's"
)


class NotOursError(UncertainError):
    """A document stands where this ledger posts, and may be somebody else's: a person must decide."""

    advice = ""

    def __init__(self, message: str, lot: str, *, vendor: str, has_left: bool = False) -> None:
        ways_out = Sentence(LEFT_LOT if has_left else TWO_WAYS_OUT, lot=lot)
        told = Sentence("{what}. {ways_out}", what=message, ways_out=ways_out)
        super().__init__(told, vendor=vendor)
        self.lot = lot


class KeptByClosedPeriodError(DataError):
    """What a ledger that was restored from a backup does not know stands in a closed period, or may."""

    advice = (
        "Nothing was posted. Have the period opened, in the ERP and in periods.yaml, clear the task post, and have it"
        " closed again."
    )


class GoneError(RetriableError):
    """A document that was found by reading and taken for posted is not in the ERP any more: a delete that had no answer
    was carried out late, or somebody deleted it there. The ledger has it as withdrawn from now on."""

    advice = "Clear the step post of the day: it posts again what is missing, or takes away what reverses nothing."


class TakenUpError(RetriableError):
    """Another run has given up what this one was at, and makes its address empty."""

    advice = "The next try goes on from there."


Standing = dict[str, list[BookedLine]]
"""What stands at an address: the lines of each document, by its number."""


def by_document(lines: Sequence[BookedLine]) -> dict[tuple[str, str], list[BookedLine]]:
    """A lot's lines by sublot and document."""
    documents: dict[tuple[str, str], list[BookedLine]] = defaultdict(list)
    for line in lines:
        documents[line.sublot, line.document].append(line)
    return dict(documents)


def read(erp: Erp, tenant: str, entry_date: date, lot: str) -> list[BookedLine] | None:
    """What stands in a lot on a date; None where the site does not offer to be read, or not to this user: that is no
    reason not to post. Raises RetriableError where it does not answer."""
    # Asked only where a probe found the site to be one that can be read.
    readable = cast(ReadableErp, erp)
    return _where_it_may_be_read(lambda: readable.read_back(tenant, entry_date, lot))


def standing_in(erp: ReadableErp, tenant: str, lot: str) -> list[StandingDocument]:
    """Documents that stand in a lot on whatever date; none where it may not be read. Raises as ``read``."""
    return _where_it_may_be_read(lambda: erp.in_lot(tenant, lot)) or []


def _where_it_may_be_read(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except FatalError as error:
        log.warning(say("What stands in the ERP cannot be read, so its answers count alone: {why}", why=error))
        return None


def standing_at(erp: Erp, address: Address) -> Standing | None:
    """What the ERP says that stands at an address; None where it cannot be asked."""
    lines = read(erp, address.tenant, address.entry_date, address.lot)
    if lines is None:
        return None
    documents = by_document(lines)
    return {number: documents[sublot, number] for sublot, number in documents if sublot == address.sublot}


def is_of(connection: psycopg.Connection, entry: FrozenEntry, lines: Sequence[BookedLine], ledger_id: str) -> bool:
    """Whether a document that was read, at an address that the entry was sent to, is what was sent.

    It is where it carries the entry's very key. A reversal that the ERP made carries the key of what it takes back, or
    none; a key may have been cut; one of before ledgers had ids has none. There the lines must agree, too; and a key
    with the id of another ledger is somebody else's whatever its lines say.
    """
    said = lines[0].key
    if said == sent_key(entry.entry_key, ledger_id):
        return True
    if is_anothers(said, ledger_id):
        return False
    return not differences(revisions.journal_entry(connection, entry), lines)


def is_anothers(said: str, ledger_id: str) -> bool:
    """Whether a key that was read has the id of another ledger. A site may have cut the key within the id: what is left
    of this ledger's own is no other's."""
    return not ledger_id.startswith(read_key(said).ledger)


def is_gone(lines: Sequence[BookedLine] | None, ledger_id: str) -> bool:
    """Whether what stands under a document's number is not that document. ``lines``: those that were read there, None
    where there are none. A site may give a number again whose document was deleted."""
    return not lines or is_anothers(lines[0].key, ledger_id)


def may_be(said: str, sent: str) -> bool:
    """Whether a key that was read is one that was sent, or what a site that cut it within the ledger's id left of it.
    Only the whole key proves whose it is."""
    return said == sent or (bool(read_key(said).ledger) and sent.startswith(said))


def is_left(connection: psycopg.Connection, entry: FrozenEntry, lines: Sequence[BookedLine], ledger_id: str) -> bool:
    """Whether a document that was read at an address that was given up is to go: it is what was sent there, or carries
    the key of another entry of the same day and this ledger, which a restored ledger may have forgotten."""
    is_forgotten = bool(ledger_id) and is_of_day(read_key(lines[0].key), entry, ledger_id)
    return is_forgotten or is_of(connection, entry, lines, ledger_id)


def is_of_day(key: Key, entry: FrozenEntry, ledger_id: str) -> bool:
    """Whether a key that was read is of an entry's day in this ledger."""
    return key.ledger == ledger_id and key.is_of_day(entry.box, entry.business_date)


def said(lines: Sequence[BookedLine]) -> tuple[str, Counter[tuple[Side | None, str, Decimal, str]]]:
    """What a document that was read says: its key and its lines, whose order and places do not count. Two of one
    address that say the same are of one request, which was carried out twice."""
    return lines[0].key, Counter((line.side, line.account, line.amount, line.currency) for line in lines)


def copies(attempt: Attempt, standing: Standing) -> list[str]:
    """The documents at a confirmed attempt's address that say just what its own does; none where that is gone, or where
    anything else stands there, too, such as a reversal that a person made: how often it stands then a person must say.
    """
    says = {number: said(lines) for number, lines in standing.items()}
    if any(one != says.get(attempt.confirmed_document) for one in says.values()):
        return []
    return sorted(says.keys() - {attempt.confirmed_document})


def may_empty(connection: psycopg.Connection, attempt: Attempt) -> bool:
    """Whether whatever stands at an attempt's address may be deleted where the ERP cannot be read.

    Where a person took the lot over; where our own request went without an answer; or where it was refused, in a lot
    that nobody else is known to use.
    """
    address = attempt.address
    if takeovers.is_taken_over(connection, attempt.site, address):
        return True
    if attempt.state == "rejected":
        return attempts.lot_is_ours(connection, attempt.site, address.tenant, address.lot)
    return attempt.answered is None


def in_doubt(connection: psycopg.Connection, erp: Erp, attempt: Attempt) -> NotOursError:
    """Notes that an attempt's address cannot be emptied, and says what a person has to decide."""
    document = erp.numbering.in_the_way(attempt.answered or "")
    takeovers.note_doubt(connection, attempt, document)
    told = Sentence(
        "the ERP numbered an entry {number} at {address}, so the address was not empty; that document was deleted"
        " again, and document {document} there may be somebody else's",
        number=attempt.answered,
        address=attempt.address,
        document=document,
    )
    has_left = _has_left(connection, attempt)
    return NotOursError(told, attempt.address.lot, vendor=erp.vendor, has_left=has_left)


def _has_left(connection: psycopg.Connection, attempt: Attempt) -> bool:
    """Whether the day's newest books are meant for another lot than an attempt's."""
    entry = revisions.entry_of(connection, attempt.entry_id)
    newest = revisions.current(connection, entry.box, entry.business_date)
    return newest is not None and bool(newest.lot) and (newest.tenant, newest.lot) != (entry.tenant, entry.lot)
