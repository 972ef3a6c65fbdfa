"""Read-back: what the ERP says it holds of a day, line by line beside what was posted, where the site can be asked.

An acknowledgement says what was true when it was given. Reading back finds what changed since: a document changed or
deleted by hand, one that nobody posted, an ERP restored from a backup, a request carried out long after it was given
up.
"""

import logging
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import psycopg

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.journal import Side
from cierre.bookkeeping.keys import read_key, sent_key
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.read_back import BookedLine, Code, LineDifference, amounts_apart, line_differences, sentences
from cierre.bookkeeping.reconcile import Comparison
from cierre.bookkeeping.sentence import Sentence, one_after_the_other
from cierre.language.say import say
from cierre.ledger import attempts, read_back as stored, revisions
from cierre.ledger.attempts import Attempt
from cierre.ledger.reconciliation import Difference
from cierre.ledger.revisions import FrozenEntry
from cierre.ports.erp import ReadableErp, site_of
from cierre.posting.proof import Standing, by_document, copies, is_left, is_of_day
from cierre.posting.reap import reap
from cierre.posting.site import Site

log = logging.getLogger(__name__)

ACKNOWLEDGED, READ_BACK = "ERP acknowledged", "ERP read back"

_Lot = tuple[str, date, str]
"""Tenant, date and lot: what the ERP is asked for at once."""

_Documents = dict[tuple[str, str], list[BookedLine]]
"""A lot's lines by sublot and document."""

_Sum = tuple[int, Decimal]
"""So many documents, and the sum of their debits."""


MOST_TOLD = 20
"""Lines of one document that are told in a sentence; all of them are kept."""


@dataclass
class ReadBack:
    """What reading a day back found: documents that were ``posted``, those that stand as posted (``verified``), those
    that stand, with the money that the ERP has for them (``standing``), those that stand and were ``never_posted``,
    every discrepancy in a sentence, and every line that differs. Money is in the box's currency.

    ``lines`` are how many lines the posted documents that stand have, and how many of them are as posted. ``proved``: a
    line that was posted was seen where it was posted, so the site can be read. ``removed``: documents of postings that
    were given up, which stood there and were deleted.
    """

    posted: _Sum = (0, ZERO)
    verified: _Sum = (0, ZERO)
    standing: _Sum = (0, ZERO)
    never_posted: _Sum = (0, ZERO)
    lines: tuple[int, int] = (0, 0)
    discrepancies: list[Sentence] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    proved: bool = False
    removed: int = 0

    @property
    def comparisons(self) -> list[Comparison]:
        """As reconciliation compares its stages; lines only where they differ."""
        (posted, posted_sum), (standing, standing_sum) = self.posted, self.standing
        others, others_sum = self.never_posted
        entries = Comparison("entries", "", ACKNOWLEDGED, READ_BACK, posted, standing, posted_sum, standing_sum)
        strangers = Comparison("entries never posted", "", ACKNOWLEDGED, READ_BACK, 0, others, ZERO, others_sum)
        there, right = self.lines
        if there == right:
            return [entries, strangers]
        lines = Comparison("lines", "", ACKNOWLEDGED, READ_BACK, there, right, posted_sum, standing_sum)
        return [entries, lines, strangers]


def verify(
    connection: psycopg.Connection, erp: ReadableErp, box: CashBox, day: date, *, keeps_keys: bool = False
) -> ReadBack | None:
    """Compares all that a box's day has in the ERP with the ledger, and keeps which documents are verified.

    Also looks for documents in the box's lot on that date that are not of any posting; those of a posting that was
    given up, which arrived after all, are removed. Works under the lock of the box's day. Returns None where the
    site does not offer to be read; raises VendorError where it does not answer. ``keeps_keys``: see
    cierre.bookkeeping.read_back.
    """
    at = site_of(erp)
    entries = [entry for entry in stored.posted(connection, box.id, day) if _is_at(connection, entry, at)]
    own = (box.erp.tenant, day, box.erp.lot)
    lots: dict[_Lot, _Documents] = {}
    for lot in {own, *map(_lot_of, entries)}:
        lines = erp.read_back(*lot)
        if lines is None:
            return None
        lots[lot] = by_document(lines)
    found = ReadBack()
    for entry in entries:
        _compare(connection, entry, at, lots[_lot_of(entry)], found, keeps_keys=keeps_keys)
    _look_for_others(connection, erp, own, lots[own], box.currency, found)
    return found


def _is_at(connection: psycopg.Connection, entry: FrozenEntry, at: str | None) -> bool:
    """Whether an entry stands at a site of the ERP: what was posted to another one is not looked for here."""
    confirmed = [one for one in attempts.of_entry(connection, entry) if one.state == "confirmed"]
    return any(at is None or one.site in (None, at) for one in confirmed)


def _lot_of(entry: FrozenEntry) -> _Lot:
    return entry.tenant, entry.entry_date, entry.lot


def _compare(
    connection: psycopg.Connection,
    entry: FrozenEntry,
    at: str | None,
    documents: _Documents,
    found: ReadBack,
    *,
    keeps_keys: bool,
) -> None:
    """One posted entry beside the document that should hold it."""
    known = attempts.at_place(connection, at, *_lot_of(entry)).values()
    attempt = next(a for a in known if (a.entry_id, a.state) == (entry.entry_id, "confirmed"))
    lines = documents.get((attempt.address.sublot, attempt.confirmed_document), [])
    sent = revisions.journal_entry(connection, entry)
    # What the ERP itself reverses may keep its original's key; what was posted before the ledger was restored from a
    # backup has the key that it had then.
    own = revisions.ledger_id(connection)
    earlier = {line.key for line in lines if is_of_day(read_key(line.key), entry, own)}
    keys = {entry.entry_key, sent_key(entry.entry_key, own), *earlier} if entry.reverses is None else ()
    wrong = line_differences(sent, lines, keys, keeps_keys=keeps_keys)
    stored.note(connection, attempt, agrees=not wrong)
    found.posted = _plus(found.posted, entry.total)
    about = {
        "entry": entry.entry_key,
        "document": attempt.document,
        "address": attempt.address,
        "total": entry.total,
        "currency": entry.currency,
    }
    place = (entry.entry_id, attempt.address, attempt.confirmed_document, entry.currency)
    if not lines:
        gone = LineDifference(Code.GONE, None, None, None, None, "", entry.total)
        found.differences.append(Difference(*place, gone, amount=entry.total))
        found.discrepancies.append(
            Sentence(
                "{entry}, document {document} at {address} ({total} {currency}), is not in the ERP any more: deleted"
                " there by hand, or the ERP was restored from a backup",
                **about,
            )
        )
        return
    changed = sum(one.line is not None for one in wrong)
    found.proved = found.proved or changed < len(sent.lines)
    found.lines = _lines_plus(found.lines, len(sent.lines), changed, added=len(wrong) - changed)
    if any(line.side is not None and not line.outside for line in lines):
        found.standing = _plus(found.standing, _money(lines, entry))
    found.differences += [Difference(*place, one) for one in wrong]
    if not wrong:
        found.verified = _plus(found.verified, entry.total)
    elif {one.code for one in wrong} == {Code.OUTSIDE} and changed == len(sent.lines):
        found.discrepancies.append(
            Sentence(
                "{entry}, document {document} at {address} ({total} {currency}), is kept in the ERP with type {type},"
                " as a pre-entry outside the balances: it is not booked until somebody makes it effective there",
                **about,
                type=wrong[0].outside,
            )
        )
    else:
        found.discrepancies.append(
            Sentence(
                "{entry}, document {document} at {address} ({total} {currency}), was changed in the ERP: {how}",
                **about,
                how=one_after_the_other(_how(wrong, entry.currency)),
            )
        )


def _how(wrong: list[LineDifference], currency: str) -> list[Sentence]:
    told = [*sentences(wrong, currency), *amounts_apart(wrong)]
    if len(told) > MOST_TOLD:
        return [*told[:MOST_TOLD], Sentence("and {n} more", n=len(told) - MOST_TOLD)]
    return told


def _money(lines: list[BookedLine], entry: FrozenEntry) -> Decimal:
    """What the ERP's balances have of a document: its debits, or its credits where only these are otherwise."""
    sums = {Side.DEBIT: ZERO, Side.CREDIT: ZERO}
    for line in lines:
        if line.side is not None and line.currency == entry.currency and not line.outside:
            sums[line.side] += line.amount
    return sums[Side.DEBIT] if sums[Side.DEBIT] != entry.total else sums[Side.CREDIT]


def _lines_plus(sums: tuple[int, int], there: int, changed: int, added: int) -> tuple[int, int]:
    """Lines posted, and lines as posted; lines that were only added make the latter more than the former."""
    return sums[0] + there, sums[1] + (there - changed if changed else there + added)


def _look_for_others(
    connection: psycopg.Connection, erp: ReadableErp, lot: _Lot, documents: _Documents, currency: str, found: ReadBack
) -> None:
    """What stands in the box's lot and was not posted.

    The ledger is asked after the ERP was: each posting notes its address before it writes there, so none that was
    read can be unknown.
    """
    known = attempts.at_place(connection, site_of(erp), *lot)
    late = set()
    for (sublot, document), lines in documents.items():
        attempt = known.get(sublot)
        match attempt.state if attempt else "unknown":
            case "claimed":
                continue
            case "confirmed" if attempt and attempt.document == document:
                continue
            case "doomed" | "rejected" if attempt and _is_left(connection, attempt, lines):
                late.add(sublot)
                continue
            case "confirmed" if attempt and attempt.adopted_at and document in copies(attempt, _at(sublot, documents)):
                late.add(sublot)
                continue
            case "withdrawn":
                code = Code.RETURNED
                why = Sentence("was withdrawn and stands again: the ERP was restored from a backup")
            case _:
                code = Code.NEVER_POSTED
                why = Sentence("was not posted from here, though the lot is this cash box's own")
        total = sum((line.amount for line in lines if (line.side, line.currency) == (Side.DEBIT, currency)), ZERO)
        found.never_posted = _plus(found.never_posted, total)
        address = Address(*lot, sublot)
        stranger = LineDifference(code, None, None, None, None, "", -total)
        found.differences.append(Difference(None, address, document, currency, stranger, booked_amount=total))
        found.discrepancies.append(
            Sentence(
                "document {document} at {address} ({total} {currency}) {why}",
                document=document,
                address=address,
                total=total,
                currency=currency,
                why=why,
            )
        )
    for sublot in late:
        address = known[sublot].address
        log.warning(say("A request that nobody waits for any more was carried out at {address}.", address=address))
        site = Site(readable=True, ledger_id=revisions.ledger_id(connection))
        found.removed += reap(connection, erp, known[sublot], site) or 0


def _at(sublot: str, documents: _Documents) -> Standing:
    return {number: lines for (place, number), lines in documents.items() if place == sublot}


def _is_left(connection: psycopg.Connection, attempt: Attempt, lines: list[BookedLine]) -> bool:
    entry = revisions.entry_of(connection, attempt.entry_id)
    return is_left(connection, entry, lines, revisions.ledger_id(connection))


def _plus(sums: _Sum, total: Decimal) -> _Sum:
    return sums[0] + 1, sums[1] + total
