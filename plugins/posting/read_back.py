"""Read-back: what the ERP says it holds of a day, line by line beside what was posted, where the site can be asked.

An acknowledgement says what was true when it was given. Reading back finds what changed since: a document changed or
deleted by hand, one that nobody posted, an ERP restored from a backup, a request carried out long after it was given
up.
"""

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import psycopg

from bookkeeping.address import Address
from bookkeeping.cash_box import CashBox
from bookkeeping.journal import Side
from bookkeeping.money import ZERO
from bookkeeping.read_back import BookedLine, differences
from bookkeeping.reconcile import Comparison
from bookkeeping.sentence import Sentence, one_after_the_other
from language.say import say
from posting.port import ReadableErp
from posting.reap import reap
from store import ledger
from store import read_back as stored
from store.ledger import FrozenEntry

log = logging.getLogger(__name__)

ACKNOWLEDGED, READ_BACK = "ERP acknowledged", "ERP read back"

_Lot = tuple[str, date, str]
"""Tenant, date and lot: what the ERP is asked for at once."""

_Documents = dict[tuple[str, str], list[BookedLine]]
"""A lot's lines by sublot and document."""

_Sum = tuple[int, Decimal]
"""So many documents, and the sum of their debits."""


@dataclass
class ReadBack:
    """What reading a day back found: documents that were ``posted``, those that stand as posted (``verified``), those
    that stand and were ``never_posted``, and every discrepancy in a sentence. Money is in the box's currency."""

    posted: _Sum = (0, ZERO)
    verified: _Sum = (0, ZERO)
    never_posted: _Sum = (0, ZERO)
    discrepancies: list[Sentence] = field(default_factory=list)

    @property
    def comparisons(self) -> list[Comparison]:
        """As reconciliation compares its stations."""
        (posted, posted_sum), (verified, verified_sum) = self.posted, self.verified
        others, others_sum = self.never_posted
        return [
            Comparison("entries", "", ACKNOWLEDGED, READ_BACK, posted, verified, posted_sum, verified_sum),
            Comparison("entries never posted", "", ACKNOWLEDGED, READ_BACK, 0, others, ZERO, others_sum),
        ]


def verify(connection: psycopg.Connection, erp: ReadableErp, box: CashBox, day: date) -> ReadBack | None:
    """Compares all that a box's day has in the ERP with the ledger, and keeps which documents are verified.

    Also looks for documents in the box's lot on that date that are not of any posting; those of a posting that was
    given up, which arrived after all, are removed. Works under the lock of the box's day. Returns None where the
    site does not offer to be read; raises VendorError where it does not answer.
    """
    entries = stored.posted(connection, box.id, day)
    own = (box.erp.tenant, day, box.erp.lot)
    lots: dict[_Lot, _Documents] = {}
    for lot in {own, *map(_lot_of, entries)}:
        lines = erp.read_back(*lot)
        if lines is None:
            return None
        lots[lot] = _by_document(lines)
    found = ReadBack()
    for entry in entries:
        _compare(connection, entry, lots[_lot_of(entry)], found)
    _look_for_others(connection, erp, own, lots[own], box.currency, found)
    return found


def _lot_of(entry: FrozenEntry) -> _Lot:
    return entry.tenant, entry.entry_date, entry.lot


def _by_document(lines: list[BookedLine]) -> _Documents:
    documents: _Documents = defaultdict(list)
    for line in lines:
        documents[line.sublot, line.document].append(line)
    return dict(documents)


def _compare(connection: psycopg.Connection, entry: FrozenEntry, documents: _Documents, found: ReadBack) -> None:
    """One posted entry beside the document that should hold it."""
    attempts = stored.attempts_in(connection, *_lot_of(entry)).values()
    attempt = next(a for a in attempts if (a.entry_id, a.state) == (entry.entry_id, "confirmed"))
    lines = documents.get((attempt.address.sublot, attempt.document), [])
    wrong = differences(ledger.journal_entry(connection, entry), lines)
    stored.note(connection, attempt, agrees=not wrong)
    found.posted = _plus(found.posted, entry.total)
    about = {
        "entry": entry.entry_key,
        "document": attempt.document,
        "address": attempt.address,
        "total": entry.total,
        "currency": entry.currency,
    }
    if not lines:
        found.discrepancies.append(
            Sentence(
                "{entry}, document {document} at {address} ({total} {currency}), is not in the ERP any more: deleted"
                " there by hand, or the ERP was restored from a backup",
                **about,
            )
        )
    elif wrong:
        found.discrepancies.append(
            Sentence(
                "{entry}, document {document} at {address} ({total} {currency}), was changed in the ERP: {how}",
                **about,
                how=one_after_the_other(wrong),
            )
        )
    else:
        found.verified = _plus(found.verified, entry.total)


def _look_for_others(
    connection: psycopg.Connection, erp: ReadableErp, lot: _Lot, documents: _Documents, currency: str, found: ReadBack
) -> None:
    """What stands in the box's lot and was not posted.

    The ledger is asked after the ERP was: each posting notes its address before it writes there, so none that was
    read can be unknown.
    """
    attempts = stored.attempts_in(connection, *lot)
    late = set()
    for (sublot, document), lines in documents.items():
        attempt = attempts.get(sublot)
        match attempt.state if attempt else "unknown":
            case "claimed":
                continue
            case "confirmed" if attempt.document == document:
                continue
            case "doomed" | "rejected":
                late.add(sublot)
                continue
            case "withdrawn":
                why = Sentence("was withdrawn and stands again: the ERP was restored from a backup")
            case _:
                why = Sentence("was not posted from here, though the lot is this cash box's own")
        total = sum((line.amount for line in lines if (line.side, line.currency) == (Side.DEBIT, currency)), ZERO)
        found.never_posted = _plus(found.never_posted, total)
        found.discrepancies.append(
            Sentence(
                "document {document} at {address} ({total} {currency}) {why}",
                document=document,
                address=Address(*lot, sublot),
                total=total,
                currency=currency,
                why=why,
            )
        )
    for sublot in late:
        address = attempts[sublot].address
        log.warning(say("A posting that was given up arrived at {address} after all.", address=address))
        reap(connection, erp, attempts[sublot])


def _plus(sums: _Sum, total: Decimal) -> _Sum:
    return sums[0] + 1, sums[1] + total
