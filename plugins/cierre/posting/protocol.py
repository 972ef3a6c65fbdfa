"""The posting protocol: the address is the key, and no address is used twice.

An insert may commit and its answer be lost, and it may execute late; so an entry is never sent again to an address
it was sent to before. Each attempt claims a fresh sublot of the box's own lot and commits the claim, sends one
request, and is confirmed only by an answer that leaves no doubt. Any other attempt is doomed, and its address is made
empty (reaped) before the next attempt starts. So the day converges to exactly one document an entry; until it is
known which, the attempt stands as uncertain and the day is not closed.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import cast

import psycopg

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.keys import sent_key
from cierre.bookkeeping.read_back import differences
from cierre.bookkeeping.sentence import Sentence, one_after_the_other
from cierre.language.say import money, say
from cierre.ledger import attempts, revisions, takeovers
from cierre.ledger.attempts import NOT_SENT, Attempt, NthSublot
from cierre.ledger.revisions import FrozenEntry, Revision
from cierre.ports.erp import ANY_NUMBER, Acknowledged, Erp, Numbering, ReadableErp, site_of
from cierre.ports.errors import DataError, PeriodClosedError, RetriableError, UncertainError, VendorError
from cierre.posting import proof
from cierre.posting.day_books import DayBooks
from cierre.posting.look import Looked, dates_of_day, last_first_open_date, look
from cierre.posting.originals import EditedError, edits, is_gone
from cierre.posting.reap import reap
from cierre.posting.site import Site

log = logging.getLogger(__name__)

TRIES = 3
"""How many addresses one run tries before it leaves the entry to the task's own retries."""

LEASE_MARGIN = 15.0
"""Seconds that a claim outlives the longest request, for the time around it."""

AHEAD = 20
"""How many unused addresses in a row must be empty before a lot that was taken over counts as emptied."""


REPLACED = Sentence("deleted: newer books of the day replace it")
REVERSES_NOTHING = Sentence("deleted: what it reversed is not in the ERP any more")
MAY_BE_GONE = Sentence("deleted: the lot was taken over, and it may have been gone")


BOTH_STAND = Sentence(
    "Set right what the ERP refuses, then clear the step post of the day: it takes back what is left of the old books."
)


class _BesideItsOriginal(Exception):
    """The ERP booked a reversal at the address of what it reverses, whatever it was told; it was deleted again."""


def doubt_about(answer: Acknowledged, address: Address, numbering: Numbering) -> str:
    """Why an answer does not prove that the entry, alone, stands at the address; empty where it does."""
    if not address.is_of(answer.tenant):
        told = "the ERP answered for {tenant}, not for {asked}"
        return Sentence(told, tenant=answer.tenant, asked=address.tenant.strip())
    if not answer.document:
        return Sentence("the ERP gave it no number")
    if numbering.documents[0] not in (ANY_NUMBER, answer.document):
        return Sentence("the ERP numbered it {number}, so the address was not empty", number=answer.document)
    return ""


def _standing(made: Sequence[Attempt]) -> Attempt | None:
    """The attempt by which an entry stands in the ERP, if any of them does."""
    return next((one for one in made if one.state == "confirmed" and not one.deleting_since), None)


def _documents(standing: Sequence[Attempt]) -> Sentence:
    told = "document {document} at {address}"
    return one_after_the_other([Sentence(told, document=one.document, address=one.address) for one in standing])


@dataclass
class Poster:
    """Brings what the ERP holds of a day to what the ledger's current revision says.

    Works on an autocommit connection under the lock of the box's day. ``sleep`` takes seconds. ``undoes``: a correction
    that the ERP refuses midway is undone, which needs that lock.
    """

    connection: psycopg.Connection
    erp: Erp
    worker: str
    site: Site = field(default_factory=Site)
    sleep: Callable[[float], None] = time.sleep
    undoes: bool = True
    _looked: Looked | None = field(default=None, init=False)
    _confirmed_now: set[int] = field(default_factory=set, init=False)
    """The attempts (attempt_id) that this run sent and that were confirmed."""
    _has_withdrawn: bool = field(default=False, init=False)
    """Whether this run deleted anything that newer books replace."""

    @property
    def _nth_sublot(self) -> NthSublot:
        return partial(self.erp.numbering.sublot, more=self.site.alphanumeric_sublots)

    def converge(self, revision: Revision) -> Revision:
        """Posts the current revision, then takes back what earlier ones left in the ERP; sends nothing if all is so.

        In this order a correction that is refused changes nothing: the old books stand until the new ones do. Returns
        the revision, which is a further one of the same books where the ERP was found to hold them on another date.
        Raises DataError where the ERP refuses an entry (its words in the message), EditedError where somebody changed
        there what is to be reversed, KeptByClosedPeriodError where a closed period keeps it from being put in order,
        UncertainError or RetriableError where the outcome could not be known or nothing could be sent: a later run goes
        on from there.
        """
        self._confirmed_now, self._has_withdrawn = set(), False
        revision, books = self._look(revision)
        self._must_not_be_gone_unseen(books.replaced)
        self._must_stand_as_posted(books.replaced)
        for entry in books.replaced:
            if not _standing(self._clear_the_way(entry)):
                self._delete_reversals(entry)
        try:
            for entry in books.own:
                self._settle(entry, partial(self._insert, entry))
            for entry in books.replaced:
                self._take_back(entry, revision)
        except DataError as refusal:
            self._undo(revision, books.replaced)
            self._tell_what_stands_twice(refusal, books)
            raise
        return revision

    def _look(self, revision: Revision) -> tuple[Revision, DayBooks]:
        """Asks the ERP what it holds of the day, where it can be asked and there is something to send; returns the
        revision and the day's books as they stand then. What it does not let itself be asked any more is dealt with as
        at a site that never did."""
        self._looked = None
        books = DayBooks.of(self.connection, revision)
        taken_over = self._taken_over(revision, books)
        if self.site.readable and (taken_over or self._has_to_send(books)):
            erp = cast(ReadableErp, self.erp)
            self._end_reversals(books.replaced)
            looked = look(self.connection, erp, self.site, site_of(erp), revision, self.worker)
            revision, books = looked.revision, DayBooks.of(self.connection, looked.revision)
            self._looked = looked if looked.is_whole else None
        if taken_over and self._looked is None:
            self._empty_what_was_taken_over(taken_over, books)
            books = DayBooks.of(self.connection, revision)
        return revision, books

    def _end_reversals(self, old: Sequence[FrozenEntry]) -> None:
        """Ends what dead workers left half done of reversals: a restored ledger may have one under way, and have
        forgotten the next try at it, which stands. While the first counts, no other is believed."""
        for entry in old:
            for made in revisions.reversals(self.connection, entry):
                for attempt in attempts.of_entry(self.connection, made):
                    self._end(attempt)

    def _must_stand_as_posted(self, old: Sequence[FrozenEntry]) -> None:
        """A reversal of what somebody changed in the ERP would leave the difference there for good. What is deleted
        instead may be as it is; so may what is gone from a closed period, once that is open again."""
        edited: list[Sentence] = []
        gone: list[Sentence] = []
        for entry in old:
            posted = self._confirmed(entry)
            if self._looked is None or posted is None or self._is_to_be_deleted(entry):
                continue
            documents = self._looked.at(posted.address)
            if documents is not None:
                changed = edits(self.connection, entry, posted, documents)
                (gone if is_gone(posted, documents) else edited).extend(changed)
        if gone and not edited and self.site.correction == "delete":
            told = "{lines}; newer books replace what was there, and its period is closed"
            why = Sentence(told, lines=one_after_the_other(gone))
            raise proof.KeptByClosedPeriodError(why, vendor=self.erp.vendor)
        if gone or edited:
            raise EditedError([*edited, *gone], vendor=self.erp.vendor)

    def _must_not_be_gone_unseen(self, old: Sequence[FrozenEntry]) -> None:
        """Where corrections delete, newer books may have deleted these after a backup that the ledger was restored
        from, which is why the lot was taken over. In an open period they are deleted again, which does no harm; the
        reversal of what is gone would stay."""
        if self._looked is not None or self.site.correction != "delete":
            return
        for entry in old:
            posted = self._confirmed(entry)
            if posted is None or self.site.is_open(entry.entry_date):
                continue
            if takeovers.is_taken_over_since(self.connection, posted):
                told = (
                    "lot {lot} was taken over, nobody can look whether {entry} still stands at {address}, and its"
                    " period is closed"
                )
                where = {"lot": entry.lot, "entry": entry.entry_key, "address": posted.address}
                raise proof.KeptByClosedPeriodError(Sentence(told, **where), vendor=self.erp.vendor)

    def _is_to_be_deleted(self, entry: FrozenEntry) -> bool:
        """Whether books that newer ones replace are deleted; otherwise they are reversed."""
        return self.site.correction == "delete" and self.site.is_open(entry.entry_date)

    def _has_to_send(self, books: DayBooks) -> bool:
        """Whether anything is to be posted or taken back. It may be, too, where a day that had books has none now:
        nobody else would find out that a ledger that was restored forgot what it posted of them."""
        if not books.own:
            return bool(books.replaced or books.unsent)
        return not all(map(self._confirmed, books.own)) or any(map(self._confirmed, books.replaced))

    def _taken_over(self, revision: Revision, books: DayBooks) -> list[tuple[FrozenEntry, int]]:
        """An entry for each lot and date of the day that a person took over, with the number of that.

        Dates are those of the day's entries, and each that may have been the first open one since: a reversal or late
        books that the ledger forgot stand there.
        """
        last_open = last_first_open_date(self.connection, self.site)
        dates = sorted(dates_of_day(self.connection, revision, last_open))
        places = {(one.tenant, one.lot, day): replace(one, entry_date=day) for one in books.all for day in dates}
        places |= {(entry.tenant, entry.lot, entry.entry_date): entry for entry in books.all}
        found = takeovers.takeovers_of(self.connection, site_of(self.erp), places)
        return [(entry, found[place]) for place, entry in places.items() if place in found]

    def _empty_what_was_taken_over(self, taken_over: Sequence[tuple[FrozenEntry, int]], books: DayBooks) -> None:
        for entry, takeover in taken_over:
            self._empty_ahead(entry, takeover)
            if self.site.correction == "delete":
                self._withdraw_what_may_be_gone(entry, takeover, books)

    def _empty_ahead(self, entry: FrozenEntry, takeover: int) -> None:
        """Empties the lot's next addresses on a date, until many in a row were empty: a ledger that was restored from a
        backup has used some of them and does not know it. Once for each time that the lot was taken over. Raises
        KeptByClosedPeriodError where the ERP would not let anything go on that date."""
        at = site_of(self.erp)
        while True:
            emptied = attempts.emptied_by(self.connection, entry, site=at, takeover=takeover)
            waiting = [attempt for attempt, _ in emptied if attempt.reaped_at is None]
            if not waiting and len(emptied) >= AHEAD and not any(removed for _, removed in emptied[-AHEAD:]):
                return
            if not self.site.is_open(entry.entry_date):
                told = (
                    "lot {lot} was taken over, and on {date}, in a closed period, documents may stand in it that this"
                    " ledger does not know of"
                )
                where = {"lot": entry.lot, "date": f"{entry.entry_date:%d/%m/%Y}"}
                raise proof.KeptByClosedPeriodError(Sentence(told, **where), vendor=self.erp.vendor)
            for attempt in waiting:
                reap(self.connection, self.erp, attempt, self.site)
            if waiting:
                continue
            attempts.take_over_address(
                self.connection,
                entry,
                site=at,
                takeover=takeover,
                nth=self._nth_sublot,
            )

    def _withdraw_what_may_be_gone(self, entry: FrozenEntry, takeover: int, books: DayBooks) -> None:
        """Books that were posted to the entry's lot and date before the lot was taken over may have been deleted since,
        and the ledger have forgotten it. Nobody can look: so they are deleted, to be posted anew."""
        place = (entry.tenant, entry.lot, entry.entry_date)
        emptied = attempts.emptied_by(self.connection, entry, site=site_of(self.erp), takeover=takeover)
        first = min((attempt.attempt_id for attempt, _ in emptied), default=0)
        for own in books.own:
            standing = self._confirmed(own)
            if standing and standing.attempt_id < first and (own.tenant, own.lot, own.entry_date) == place:
                told = (
                    "Lot {lot} was taken over, and nobody can look whether {entry} still stands at {address}: it is"
                    " posted anew."
                )
                log.info(say(told, lot=own.lot, entry=own.entry_key, address=standing.address))
                self._delete(standing, MAY_BE_GONE)

    def _take_back(self, entry: FrozenEntry, revision: Revision) -> None:
        """Undoes a booking that newer books replace: by a reversal of its own address, or by withdrawing it."""
        self._clear_the_way(entry)
        original = self._confirmed(entry)
        # Also where nothing stands to be taken back: a run that died may have found a reversal, and not yet adopted it.
        for made in revisions.reversals(self.connection, entry):
            self._clear_the_way(made)
            if self._confirmed(made):
                return
        if original is None:
            return
        if self._is_to_be_deleted(entry):
            self._withdraw(entry, original)
            return
        reversal = revisions.reversal(self.connection, entry, revision, self.site.open_from, self.site.history)
        told = "The day's books changed: {entry}, which stands at {address}, is reversed."
        log.info(say(told, entry=entry.entry_key, address=original.address))
        same_place = (reversal.entry_date, reversal.lot) == (entry.entry_date, entry.lot)
        if self.site.own_reversal_address and same_place:
            try:
                self._settle(reversal, partial(self._reverse, original, reversal))
                return
            except _BesideItsOriginal:
                self.site = replace(self.site, own_reversal_address=False)
        # The ERP dates a reversal like its original, so one into an open period is an entry of its own; so is one in
        # another lot; and so it is at a site that books every reversal beside its original, where an address would
        # prove nothing.
        self._settle(reversal, partial(self._insert, reversal))

    def _delete_reversals(self, entry: FrozenEntry) -> None:
        """Deletes the reversals of what does not stand any more: they take back nothing. A delete without an answer may
        have been carried out after its document had been taken for posted, and reversed."""
        for made in revisions.reversals(self.connection, entry):
            if standing := _standing(self._clear_the_way(made)):
                told = "{entry} is not in the ERP any more: its reversal is deleted from {address}."
                log.warning(say(told, entry=entry.entry_key, address=standing.address))
                self._delete(standing, REVERSES_NOTHING)

    def _undo(self, revision: Revision, old: Sequence[FrozenEntry]) -> None:
        """The ERP refused a part of a correction: what was already posted of it is deleted again, so that the day
        stands there as before. What cannot be deleted stands, and the log says so."""
        latest = revisions.current(self.connection, revision.box, revision.business_date)
        if not self.undoes or latest is None or latest.revision_id != revision.revision_id:
            return
        if not any(map(self._confirmed, old)) or self._may_have_withdrawn(revision, old):
            return
        own = revisions.bookings(self.connection, revision)
        sent = [attempt.attempt_id for entry in own for attempt in attempts.of_entry(self.connection, entry)]
        first = min([*sent, *self._confirmed_now], default=None)
        try:
            for entry in revisions.standing_since(self.connection, revision, first) if first is not None else ():
                if confirmed := self._confirmed(entry):
                    told = "The ERP refuses a part of the correction: {entry} is deleted again from {address}."
                    log.warning(say(told, entry=entry.entry_key, address=confirmed.address))
                    self._delete(confirmed, attempts.UNDONE)
        except VendorError as trouble:
            told = "A part of the correction still stands in the ERP beside the old books: {why}"
            log.error(say(told, why=trouble))

    def _tell_what_stands_twice(self, refusal: DataError, books: DayBooks) -> None:
        """Says with a refusal, where the correction could not be undone, which old books stand beside the new ones."""
        new = [standing for entry in books.own if (standing := self._confirmed(entry))]
        old = [standing for entry in books.replaced if (standing := self._confirmed(entry))
               and not any(map(self._confirmed, revisions.reversals(self.connection, entry)))]  # fmt: skip
        if not (new and old):
            return
        told = "{refusal}. The ERP now holds the day's new books ({new}) and, beside them, old ones ({old}): both count"
        refusal.message = Sentence(told, refusal=refusal.message, new=_documents(new), old=_documents(old))
        refusal.advice = BOTH_STAND

    def _may_have_withdrawn(self, revision: Revision, old: Sequence[FrozenEntry]) -> bool:
        """Whether this correction deleted old books, which nothing brings back. The new ones stand before the first of
        the old goes: so where this run posted any of them, no earlier run got as far."""
        if self._has_withdrawn:
            return True
        own = (self._confirmed(entry) for entry in revisions.bookings(self.connection, revision))
        if any(one.attempt_id in self._confirmed_now for one in own if one):
            return False
        return any(attempt.state == "withdrawn" and attempt.outcome == REPLACED for entry in old
                   for attempt in attempts.of_entry(self.connection, entry))  # fmt: skip

    def _withdraw(self, entry: FrozenEntry, original: Attempt) -> None:
        """Deletes a posted document that newer books replace."""
        self._delete(original, REPLACED)
        self._has_withdrawn = True
        told = "The day's books changed: {entry}, which stood at {address}, was deleted."
        log.info(say(told, entry=entry.entry_key, address=original.address))

    def _delete(self, attempt: Attempt, why: str) -> None:
        """Deletes a confirmed document. That it is to go is on disk before the ERP is told, so that whoever comes next
        goes on with it. Deleting it again is harmless, so no answer is doubted."""
        attempts.begin_to_delete(self.connection, attempt, why)
        try:
            self.erp.delete(attempt.address, attempt.confirmed_document)
        except DataError:
            attempts.keep_after_all(self.connection, attempt)
            raise
        attempts.withdraw(self.connection, attempt)

    def _go_on_deleting(self, attempt: Attempt) -> None:
        """Ends what another worker began, whose delete had no answer."""
        try:
            self.erp.delete(attempt.address, attempt.confirmed_document)
        except PeriodClosedError:
            # The period was closed upon it. Only reading tells whether the document had gone before.
            standing = proof.standing_at(self.erp, attempt.address) if self.site.readable else None
            if standing is None:
                raise
            if attempt.document in standing:
                attempts.keep_after_all(self.connection, attempt, in_doubt=True)
                return
        attempts.withdraw(self.connection, attempt)

    def _reverse(self, original: Attempt, reversal: FrozenEntry, address: Address) -> Acknowledged:
        answer = self.erp.reverse(of=original.address, document=original.confirmed_document, into=address)
        first = self.erp.numbering.documents[0]
        if self.site.reversals_probed or first == ANY_NUMBER or answer.document in (first, original.document):
            return answer
        # A site that was not probed, and does not heed the address asked for, puts the reversal beside its original.
        try:
            if self._may_be_ours(original.address, answer.document, reversal) and self.erp.delete(
                original.address, answer.document
            ):
                raise _BesideItsOriginal
        except VendorError as error:  # says nothing of the reversal, which was sent
            told = Sentence("the reversal was numbered {number}; {why}", number=answer.document, why=error)
            raise UncertainError(told, vendor=self.erp.vendor) from error
        return answer

    def _may_be_ours(self, address: Address, document: str, entry: FrozenEntry) -> bool:
        """Whether a document may be an entry that was just sent, as far as the ERP can be asked."""
        standing = proof.standing_at(self.erp, address) if self.site.readable else None
        if standing is None:
            return True
        lines = standing.get(document)
        return proof.is_of(self.connection, entry, lines, self.site.ledger_id) if lines else False

    def _insert(self, entry: FrozenEntry, address: Address) -> Acknowledged:
        key = sent_key(entry.entry_key, self.site.ledger_id)
        return self.erp.insert(address, revisions.journal_entry(self.connection, entry), key)

    def _settle(self, entry: FrozenEntry, send: Callable[[Address], Acknowledged]) -> None:
        """Ends with the entry confirmed, or raises."""
        for _ in range(TRIES):
            if confirmed := _standing(self._clear_the_way(entry)):
                told = "{entry} already stands at {address}: nothing is sent."
                log.info(say(told, entry=entry.entry_key, address=confirmed.address))
                return
            if self._attempt(entry, send):
                return
        raise RetriableError(
            Sentence(
                "{entry} of {box} for {day} could not be proved to stand in the ERP after {n} attempts, and their"
                " addresses were made empty again",
                entry=entry.entry_key,
                box=entry.box,
                day=entry.business_date,
                n=TRIES,
            ),
            vendor=self.erp.vendor,
        )

    def _confirmed(self, entry: FrozenEntry) -> Attempt | None:
        return _standing(attempts.of_entry(self.connection, entry))

    def _clear_the_way(self, entry: FrozenEntry) -> list[Attempt]:
        """Dooms what a dead worker left claimed, and empties every address whose outcome is not known. Returns the
        entry's attempts as they are then."""
        made = attempts.of_entry(self.connection, entry)
        if any([self._end(attempt) for attempt in made]):
            made = attempts.of_entry(self.connection, entry)
        kept = self._looked.kept if self._looked else set()
        left = [one for one in made if one.is_unreaped or (one.is_given_up and one.attempt_id in kept)]
        for attempt in left:
            try:
                reap(self.connection, self.erp, attempt, self.site)
            except PeriodClosedError:
                if not self._adopt(entry, attempt):
                    raise
        return attempts.of_entry(self.connection, entry) if left else made

    def _end(self, attempt: Attempt) -> bool:
        """Ends what a dead worker left half done; False where there is nothing to end."""
        if attempt.state == "claimed":
            self._wait_for_lease(attempt)
            attempts.doom(self.connection, attempt, attempts.ITS_WORKER_ENDED)
            return True
        if attempt.deleting_since and attempt.state == "confirmed":
            self._go_on_deleting(attempt)
            return True
        return False

    def _adopt(self, entry: FrozenEntry, attempt: Attempt) -> bool:
        """Where a period was closed upon a request that was carried out after all: its document is believed, if it
        was read back, is whole, and the entry stands nowhere else. Newer books take it back as any other."""
        standing = proof.standing_at(self.erp, attempt.address) if self.site.readable else None
        said = revisions.journal_entry(self.connection, entry)
        whole = [number for number, lines in (standing or {}).items() if not differences(said, lines)
                 and proof.is_of(self.connection, entry, lines, self.site.ledger_id)]  # fmt: skip
        if len(whole) != 1 or any(one.state == "confirmed" for one in attempts.of_entry(self.connection, entry)):
            return False
        told = "{entry} was carried out after all, as document {document} at {address}, whose period is closed."
        log.warning(say(told, entry=entry.entry_key, document=whole[0], address=attempt.address))
        return attempts.adopt(self.connection, attempt, whole[0])

    def _wait_for_lease(self, attempt: Attempt) -> None:
        """Waits until the attempt's worker cannot be at it any more: for what is left of its lease, or for the whole of
        it where nobody knows what is left."""
        lease = attempts.lease(self.connection, attempt)
        if lease.whole_if_unknown is not None:
            if lease.whole_if_unknown:
                self._wait(attempt, lease.whole_if_unknown)
            return
        while lease.seconds_left:
            self._wait(attempt, lease.seconds_left)
            lease = attempts.lease(self.connection, attempt)

    def _wait(self, attempt: Attempt, seconds: float) -> None:
        told = "An earlier attempt at {address} may still be under way: it is waited for, {seconds} s."
        log.info(say(told, address=attempt.address, seconds=round(seconds)))
        self.sleep(seconds)

    def _attempt(self, entry: FrozenEntry, send: Callable[[Address], Acknowledged]) -> bool:
        """One claim, one request. True if it is confirmed; False if it was doomed and its address is empty again."""
        attempt = attempts.claim(
            self.connection,
            entry,
            worker=self.worker,
            lease_seconds=self.erp.timeout_seconds + LEASE_MARGIN,
            nth=self._nth_sublot,
            site=site_of(self.erp),
            in_use=self._looked.in_use_beside(entry) if self._looked else (),
        )
        total = money(entry.total, entry.currency)
        told = "Sending {entry} ({total}) to {address}."
        log.info(say(told, entry=entry.entry_key, total=total, address=attempt.address))
        try:
            answer = send(attempt.address)
        except DataError as refusal:
            attempts.reject(self.connection, attempt, str(refusal))
            self._clean_up(replace(attempt, state="rejected"), refusal)
            raise
        except _BesideItsOriginal:
            why = Sentence("the ERP put it beside its original, where it was deleted again")
            attempts.doom(self.connection, attempt, why, answered=NOT_SENT)
            attempts.note_reaped(self.connection, attempt)
            raise
        except UncertainError as unknown:
            return self._doom(entry, attempt, str(unknown))
        except VendorError as unsent:
            attempts.doom(self.connection, attempt, str(unsent), answered=NOT_SENT)
            attempts.note_reaped(self.connection, attempt)
            raise
        if doubt := doubt_about(answer, attempt.address, self.erp.numbering):
            own = answer.document if attempt.address.is_of(answer.tenant) else ""
            return self._doom(entry, attempt, doubt, answered=own or None)
        if not attempts.confirm(self.connection, attempt, answer.document):
            self._remove_own(entry, attempt, answer.document)
        self._confirmed_now.add(attempt.attempt_id)
        told = "{entry} stands in the ERP as document {document} at {address}."
        log.info(say(told, entry=entry.entry_key, document=answer.document, address=attempt.address))
        return True

    def _clean_up(self, attempt: Attempt, refusal: DataError) -> None:
        """Empties the address of a request that the ERP refused. Whatever goes wrong with that never hides the
        refusal: it is told after it."""
        try:
            reap(self.connection, self.erp, attempt, self.site)
        except DataError as trouble:
            if self.site.atomic_insert or isinstance(trouble, PeriodClosedError):
                # A refused entry leaves nothing there; and where the period is closed, nothing could be booked.
                attempts.note_nothing_left(self.connection, attempt)
                return
            refusal.message = self._told_after(refusal, attempt, trouble)
        except VendorError as trouble:
            refusal.message = self._told_after(refusal, attempt, trouble)

    def _told_after(self, refusal: DataError, attempt: Attempt, trouble: VendorError) -> Sentence:
        return Sentence(
            "{refusal}. Whether that left anything at {address} is not known yet, and is looked at again every five"
            " minutes ({why})",
            refusal=refusal.message,
            address=attempt.address,
            why=trouble.message,
        )

    def _doom(self, entry: FrozenEntry, attempt: Attempt, why: str, answered: str | None = None) -> bool:
        told = "The attempt at {address} is uncertain ({why}); its address is made empty."
        log.warning(say(told, address=attempt.address, why=why))
        if not attempts.doom(self.connection, attempt, why, answered=answered) and answered:
            self._remove_own(entry, attempt, answered)
        reap(self.connection, self.erp, replace(attempt, state="doomed", answered=answered), self.site)
        return False

    def _remove_own(self, entry: FrozenEntry, attempt: Attempt, document: str) -> None:
        """This worker came back too late: the attempt was given up for it. Its own document goes, nobody else's: where
        the ERP gives numbers again, another's may have that number by now. Nor does it go where another run has taken
        it for posted, since its period was closed meanwhile."""
        made = {one.attempt_id: one for one in attempts.of_entry(self.connection, entry)}
        if made[attempt.attempt_id].state == "confirmed":
            told = (
                "the attempt at {address} was given up while it was under way, and another run has taken its document"
                " for posted"
            )
            raise proof.TakenUpError(Sentence(told, address=attempt.address), vendor=self.erp.vendor)
        if self._may_be_ours(attempt.address, document, entry):
            self.erp.delete(attempt.address, document)
        raise proof.TakenUpError(
            Sentence(
                "the attempt at {address} was taken over by another run while it was under way; its document was"
                " deleted",
                address=attempt.address,
            ),
            vendor=self.erp.vendor,
        )
