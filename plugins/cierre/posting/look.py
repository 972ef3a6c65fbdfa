"""Looking before posting, where the ERP can be read: is the lot in use by others, and does it hold documents of this
ledger that it does not know, because it was restored from a backup?"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import psycopg

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.corrections import dates_of, first_of_next_month
from cierre.bookkeeping.keys import read_key, sent_key
from cierre.bookkeeping.read_back import BookedLine, differences
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import say
from cierre.ledger import attempts, revisions, takeovers
from cierre.ledger.attempts import Attempt
from cierre.ledger.revisions import FrozenEntry, Revision
from cierre.ports.erp import ReadableErp
from cierre.ports.errors import PeriodClosedError
from cierre.posting import proof
from cierre.posting.day_books import DayBooks
from cierre.posting.reap import reap
from cierre.posting.site import Site

log = logging.getLogger(__name__)

FORGOTTEN = Sentence("deleted: it was gone from the ERP when newer books were to replace it")
"""Why a document counts as gone that nobody has on record as deleted."""

_Place = tuple[str, date, str]
"""Tenant, date and lot: what the ERP is asked for at once."""

_Documents = dict[tuple[str, str], list[BookedLine]]
"""What stands at a place: the lines of each document, by sublot and number."""


@dataclass
class Looked:
    """What reading the ERP before a posting found: the documents by place, and the day's revision, which is another
    one where the ERP already holds the same books on another date."""

    revision: Revision
    documents: dict[_Place, _Documents] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)
    """Attempts (attempt_id) that were given up, and whose document a closed period keeps."""
    is_whole: bool = True
    """False where the ERP could not be read after all, such as by a user who has lost the right to."""

    def in_use_beside(self, entry: FrozenEntry) -> set[str]:
        """The sublots of an entry's lot and date where documents were seen."""
        return {sublot for sublot, _ in self.documents.get((entry.tenant, entry.entry_date, entry.lot), ())}

    def at(self, address: Address) -> dict[str, list[BookedLine]] | None:
        """The lines of the documents that were read at an address, by number; None where it was not read."""
        documents = self.documents.get((address.tenant, address.entry_date, address.lot))
        if documents is None:
            return None
        return {number: lines for (sublot, number), lines in documents.items() if sublot == address.sublot}


@dataclass(frozen=True)
class _Unknown:
    """A document of this ledger's own that it has no attempt for."""

    address: Address
    document: str
    lines: Sequence[BookedLine]

    @property
    def place(self) -> _Place:
        """Where it stands, without its sublot."""
        return self.address.tenant, self.address.entry_date, self.address.lot


def look(
    connection: psycopg.Connection, erp: ReadableErp, site: Site, at: str | None, revision: Revision, worker: str
) -> Looked:
    """Reads where the day's books stand or will stand, and settles what it finds there.

    Documents of the day that this ledger posted and does not know are adopted, where they are what is still to be
    posted, or what newer books replace, and deleted otherwise. ``at`` is the ERP's site. Raises
    cierre.posting.proof.NotOursError where nothing was ever posted to the lot and others' documents stand in it,
    cierre.posting.proof.KeptByClosedPeriodError or another DataError where a document of our own cannot be deleted,
    cierre.posting.proof.TakenUpError where another run settles the same documents.
    """
    looked = Looked(revision)
    books = DayBooks.of(connection, revision)  # the unsent ones maybe sent all the same, before the ledger was restored
    if not books.all:
        return looked
    for tenant, lot in {(entry.tenant, entry.lot) for entry in books.own}:
        _refuse_a_lot_in_use(connection, erp, site, at, tenant, lot)
    unknown: list[_Unknown] = []
    own, gone = {entry.entry_id for entry in (*books.own, *books.replaced)}, list[Attempt]()
    # Only books that were corrected may have been so in any month since; others were at most a month late.
    late = first_of_next_month(revision.business_date)
    corrected = books.replaced or books.unsent
    until = last_first_open_date(connection, site) if corrected else max(site.open_from or late, late)
    for place in sorted(_places(books.all, dates_of_day(connection, revision, until))):
        lines = proof.read(erp, *place)
        if lines is None:
            looked.is_whole = False
            return looked
        documents = proof.by_document(lines)
        looked.documents[place] = documents
        # Asked after the ERP was: whoever posts notes its address before it writes there.
        known = attempts.at_place(connection, at, *place)
        for sublot in sorted({sublot for sublot, _ in documents} & known.keys()):
            if known[sublot].state in ("rejected", "doomed"):
                try:
                    reap(connection, erp, known[sublot], site)
                except PeriodClosedError:
                    if known[sublot].entry_id in own and known[sublot].is_of_no_books:
                        raise _kept_by_closed_period(erp, known[sublot].address, known[sublot].answered) from None
                    looked.kept.add(known[sublot].attempt_id)  # for whoever clears the way of its entry
        gone += [one for one in known.values() if one.entry_id in own and _is_missing(one, documents, site)]
        unknown += [
            _Unknown(Address(*place, sublot), document, lines)
            for (sublot, document), lines in documents.items()
            if sublot not in known and _is_ours(lines, site, revision)
        ]
    # Without a sign that the ledger was restored, people reversed in the ERP by hand what stands there, and the ERP
    # copied its key. That is for reconciliation to tell.
    was_restored = _were_forgotten(connection, unknown)
    for attempt in gone:
        _withdraw(connection, erp, site, attempt, was_restored=was_restored)
    if unknown:
        told = "The ERP holds {n} documents of this day that carry this ledger's id and that it does not know."
        log.warning(say(told, n=len(unknown)))
        _settle(connection, erp, site, at, unknown, looked, worker, was_restored)
    return looked


def _is_missing(attempt: Attempt, documents: Mapping[tuple[str, str], Sequence[BookedLine]], site: Site) -> bool:
    """Whether a document that the ledger has as standing is not among those of its place, by sublot and number."""
    if attempt.state != "confirmed" or attempt.deleting_since:
        return False
    return proof.is_gone(documents.get((attempt.address.sublot, attempt.confirmed_document)), site.ledger_id)


def _were_forgotten(connection: psycopg.Connection, unknown: Sequence[_Unknown]) -> bool:
    """Whether documents say that the ledger was restored from a backup and forgot what it had posted: they are of books
    that it has not confirmed, or say the same twice."""
    of_known_books = all(revisions.is_confirmed(connection, read_key(one.lines[0].key).entry) for one in unknown)
    return not of_known_books or _are_repeated(unknown)


def _withdraw(
    connection: psycopg.Connection, erp: ReadableErp, site: Site, attempt: Attempt, *, was_restored: bool
) -> None:
    """Puts on record that a document is gone which the ledger has as standing: it was restored from a backup and forgot
    that it had it deleted, or the ERP gave its number again, to somebody else. What is not there is neither the day's
    books nor to be reversed, and what stands there instead is not ours to delete.

    Asked once more, at its own address: whoever posted it may have done so since the place was read.
    """
    standing = proof.standing_at(erp, attempt.address)
    if standing is None:
        return
    there = standing.get(attempt.confirmed_document)
    is_gone = there is None and (was_restored or takeovers.is_taken_over_since(connection, attempt))
    if not (is_gone or (there is not None and proof.is_anothers(there[0].key, site.ledger_id))):
        return
    if attempts.begin_to_delete(connection, attempt, FORGOTTEN):
        attempts.withdraw(connection, attempt)
        told = "Document {document} at {address} is gone from the ERP, and the ledger had it as standing."
        log.warning(say(told, document=attempt.document, address=attempt.address))


def last_first_open_date(connection: psycopg.Connection, site: Site) -> date:
    """The last date that may have been the first of the ERP's open periods: a month that was closed and is open again
    had its books dated after it."""
    next_month = first_of_next_month(attempts.clock(connection).date())
    return max(site.open_from or next_month, next_month)


def dates_of_day(connection: psycopg.Connection, revision: Revision, last_open: date) -> set[date]:
    """Where books of a day may be dated: on its own date, on each first of a month since, and on each other date that
    the ledger knows to have been the first open one, up to ``last_open``."""
    firsts = dates_of(revision.business_date, last_open)
    return {*firsts, *revisions.open_dates(connection, revision.box, revision.business_date, last_open)}


def _places(entries: Sequence[FrozenEntry], days: Iterable[date]) -> set[_Place]:
    """Where books of the day may stand: wherever an entry of it is dated, and in its lots on the given days."""
    lots = {(entry.tenant, entry.lot) for entry in entries}
    dated = {(entry.tenant, entry.entry_date, entry.lot) for entry in entries}
    return dated | {(tenant, day, lot) for tenant, lot in lots for day in days}


def _refuse_a_lot_in_use(
    connection: psycopg.Connection, erp: ReadableErp, site: Site, at: str | None, tenant: str, lot: str
) -> None:
    if attempts.lot_was_posted_to(connection, at, tenant, lot):
        return
    for address, document, key in proof.standing_in(erp, tenant, lot):
        if site.ledger_id and read_key(key).ledger == site.ledger_id:
            continue
        if takeovers.is_taken_over(connection, at, address):
            continue
        takeovers.note_lot_in_use(connection, at, address, document)
        raise proof.NotOursError(
            Sentence(
                "nothing was ever posted from here to lot {lot}, and document {document} stands at {address}, which may"
                " be somebody else's; nothing is sent",
                lot=lot,
                document=document,
                address=address,
            ),
            lot,
            vendor=erp.vendor,
        )


def _is_ours(lines: Sequence[BookedLine], site: Site, revision: Revision) -> bool:
    """Whether a document carries the key of an entry of the day, and this ledger's id, or what a site left of it."""
    key = read_key(lines[0].key)
    is_own = bool(key.ledger) and not proof.is_anothers(lines[0].key, site.ledger_id)
    return is_own and key.is_of_day(revision.box, revision.business_date)


def _settle(
    connection: psycopg.Connection,
    erp: ReadableErp,
    site: Site,
    at: str | None,
    unknown: list[_Unknown],
    looked: Looked,
    worker: str,
    was_restored: bool,
) -> None:
    revision = _dated_as_found(connection, site, unknown, looked.revision)
    looked.revision = revision
    left, claims = list(unknown), list[tuple[Attempt, FrozenEntry, _Unknown]]()
    to_be_posted = partial(_to_be_posted, connection, revision)
    replaced = partial(_replaced, connection, site, revision)
    reversals = partial(_reversals, connection, site, revision, left, claims)
    # Together: after a run that is broken off midway, the rest would no longer say that the ledger was restored.
    with connection.transaction():
        for wanted in (to_be_posted, replaced, reversals) if was_restored else (to_be_posted, reversals):
            for entry, keys in wanted():
                if document := next((one for one in left if _is_it(connection, entry, keys, one)), None):
                    left.remove(document)
                    claims.append((_claim(connection, entry, document, at, worker), entry, document))
        own = {attempt.attempt_id for attempt, *_ in claims}
        # What is left of a key that was cut may be another's: a document that carries it is never deleted.
        proved = [one for one in left if read_key(one.lines[0].key).ledger == site.ledger_id]
        to_go = _given_up(connection, erp, site, at, revision, proved, own) if was_restored else []
    _delete(erp, to_go)
    # Last: a run that is broken off before leaves claims behind, and whoever comes next clears their whole addresses.
    # In the order in which they were made: a reversal is not adopted where what it takes back was not.
    for attempt, entry, document in claims:
        if not _adopt(connection, attempt, entry, document):
            told = "document {document} at {address}, found to be {entry}, was taken up by another run meanwhile"
            where = {"document": document.document, "address": document.address}
            raise proof.TakenUpError(Sentence(told, **where, entry=entry.entry_key), vendor=erp.vendor)


def _given_up(
    connection: psycopg.Connection,
    erp: ReadableErp,
    site: Site,
    at: str | None,
    revision: Revision,
    documents: Sequence[_Unknown],
    own: set[int],
) -> list[_Unknown]:
    """Puts on record that documents of this ledger, which are of no books that it has, are to go; gives them in the
    order in which they are to. ``own``: the attempts of this run; what stands at the address of another's is that run's
    affair.

    Before the ERP is told: a delete may be carried out late, and what a later run would take for posted, or would post
    there, would be gone.
    """
    books = DayBooks.of(connection, revision).all
    to_go = list[_Unknown]()
    for document in _in_the_order_to_delete(documents):
        address = document.address
        if not site.is_open(address.entry_date):
            raise _kept_by_closed_period(erp, address, document.document)
        entry = next(one for one in books if (one.tenant, one.lot) == (address.tenant, address.lot))
        given_up = attempts.give_up_found(connection, entry, address, document.document, site=at)
        known = given_up or attempts.at_place(connection, at, *document.place)[address.sublot]
        if known.attempt_id in own or known.is_of_no_books:
            to_go.append(document)
    return to_go


def _delete(erp: ReadableErp, documents: Sequence[_Unknown]) -> None:
    for document in documents:
        try:
            erp.delete(document.address, document.document)
        except PeriodClosedError:
            raise _kept_by_closed_period(erp, document.address, document.document) from None
        told = "Document {document} at {address} is of this ledger and of no books that it has: it is deleted."
        log.warning(say(told, document=document.document, address=document.address))


def _kept_by_closed_period(erp: ReadableErp, address: Address, document: str | None) -> proof.KeptByClosedPeriodError:
    told = (
        "document {document} at {address} is of this ledger and of no books that it has, as it was restored from a"
        " backup; it must go before the day is posted, and its period is closed"
    )
    return proof.KeptByClosedPeriodError(Sentence(told, document=document, address=address), vendor=erp.vendor)


def _in_the_order_to_delete(documents: Sequence[_Unknown]) -> list[_Unknown]:
    """Date by date, since closed periods come first: where one keeps a document, nothing has gone yet. Of one date the
    last first: reversals before what they take back."""
    last_first = sorted(documents, key=lambda one: (one.address.sublot, one.document), reverse=True)
    return sorted(last_first, key=lambda one: one.address.entry_date)


def _are_repeated(unknown: Sequence[_Unknown]) -> bool:
    """Whether two documents say the same, line by line, of one entry: no person reverses twice what stands once."""
    said = [proof.said(one.lines) for one in unknown]
    return any(one in said[:before] for before, one in enumerate(said))


def _claim(
    connection: psycopg.Connection, entry: FrozenEntry, document: _Unknown, at: str | None, worker: str
) -> Attempt:
    """Puts on record that an entry may be what stands at a document's address."""
    sublot = document.address.sublot
    return attempts.claim(connection, entry, worker=worker, lease_seconds=0, site=at, sublot=sublot)


def _adopt(connection: psycopg.Connection, attempt: Attempt, entry: FrozenEntry, document: _Unknown) -> bool:
    """Puts on record that a document is an entry; False where another run gave the claim up for this one, to empty its
    address."""
    if not attempts.confirm(connection, attempt, document.document, found=True):
        return False
    told = "{entry} stands in the ERP as document {document} at {address}: nothing is sent."
    log.info(say(told, entry=entry.entry_key, document=document.document, address=document.address))
    return True


_Wanted = Iterator[tuple[FrozenEntry, set[str]]]
"""Entries that a document may be, each with the keys that it may then carry; any where there are none."""


def _to_be_posted(connection: psycopg.Connection, revision: Revision) -> _Wanted:
    """The day's books, as far as nothing stands for them: whatever says the same lines will do."""
    for entry in revisions.bookings(connection, revision):
        if not _is_live(connection, entry):
            yield entry, set()


def _replaced(connection: psycopg.Connection, site: Site, revision: Revision) -> _Wanted:
    """Books that newer ones replace. Once they are known to stand they are taken back as others are, in an open period
    if need be, where they could not be deleted."""
    for entry in (*revisions.superseded(connection, revision), *revisions.unsent(connection, revision)):
        if not _is_live(connection, entry) and not revisions.reversals(connection, entry):
            yield entry, {sent_key(entry.entry_key, site.ledger_id)}


def _reversals(
    connection: psycopg.Connection,
    site: Site,
    revision: Revision,
    unknown: Sequence[_Unknown],
    claims: Sequence[tuple[Attempt, FrozenEntry, _Unknown]],
) -> _Wanted:
    """What takes back books that stand: as it would be dated now, or, where a document of theirs was found on their own
    date, on that one, whose period may be closed since. Of what another run only claimed no reversal is believed: that
    claim may be given up, and its document deleted."""
    for entry in revisions.superseded(connection, revision):
        if not _stands(connection, entry, {attempt.attempt_id for attempt, *_ in claims}):
            continue
        keys = {sent_key(entry.entry_key, site.ledger_id), sent_key(f"{entry.entry_key}|R", site.ledger_id)}
        on_its_date = any(one.address.entry_date == entry.entry_date and _carries_one_of(keys, one) for one in unknown)
        for open_from in (None, site.open_from) if on_its_date else (site.open_from,):
            if any(_is_live(connection, made) for made in revisions.reversals(connection, entry)):
                break
            reversal = revisions.reversal(connection, entry, revision, open_from, site.history)
            yield reversal, keys | {sent_key(reversal.entry_key, site.ledger_id)}


def _is_live(connection: psycopg.Connection, entry: FrozenEntry) -> bool:
    return any(attempt.state in ("claimed", "confirmed") for attempt in attempts.of_entry(connection, entry))


def _stands(connection: psycopg.Connection, entry: FrozenEntry, found: set[int]) -> bool:
    """Whether books are known to stand, or were found to by this run, which claimed them (``found``)."""
    made = attempts.of_entry(connection, entry)
    return any(attempt.state == "confirmed" or attempt.attempt_id in found for attempt in made)


def _is_it(connection: psycopg.Connection, entry: FrozenEntry, keys: set[str], document: _Unknown) -> bool:
    """Whether a document is an entry: on its date, of its lines, with one of the keys if there are any."""
    address = document.address
    if (address.tenant, address.entry_date, address.lot) != (entry.tenant, entry.entry_date, entry.lot):
        return False
    if keys and not _carries_one_of(keys, document):
        return False
    return not differences(revisions.journal_entry(connection, entry), document.lines)


def _carries_one_of(keys: set[str], document: _Unknown) -> bool:
    return any(proof.may_be(document.lines[0].key, key) for key in keys)


def _dated_as_found(
    connection: psycopg.Connection, site: Site, unknown: Sequence[_Unknown], revision: Revision
) -> Revision:
    """The revision, dated as the ERP holds it: where all its entries stand there on another date than they are meant
    for, as in a period that was closed since, they need not be booked again."""
    entries = revisions.bookings(connection, revision)
    if any(_is_live(connection, entry) for entry in entries):
        return revision
    for day in sorted({one.address.entry_date for one in unknown} - {entry.entry_date for entry in entries}):
        there = [one for one in unknown if one.address.entry_date == day]
        if _all_stand(connection, entries, there, site):
            return revisions.dated_on(connection, revision, day, site.history)
    return revision


def _all_stand(
    connection: psycopg.Connection, entries: Sequence[FrozenEntry], documents: Sequence[_Unknown], site: Site
) -> bool:
    left = list(documents)
    for entry in entries:
        said = revisions.journal_entry(connection, entry)
        same = next((one for one in left if not differences(said, one.lines)), None)
        if same is None:
            return False
        left.remove(same)
    return bool(entries)
