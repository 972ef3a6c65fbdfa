"""The posting protocol: the address is the key, and no address is used twice.

An insert may commit and its answer be lost, and it may execute late; so an entry is never sent again to an address
it was sent to before. Each attempt claims a fresh sublot of the box's own lot and commits the claim, sends one
request, and is confirmed only by an answer that leaves no doubt. Any other attempt is doomed, and its address is made
empty (reaped) before the next attempt starts. So the day converges to exactly one document an entry; until it is
known which, the attempt stands as uncertain and the day is not closed.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import psycopg

from bookkeeping.address import Address
from bookkeeping.sentence import Sentence
from hooks.errors import DataError, RetriableError, UncertainError, VendorError
from language.say import money, say
from posting.port import Acknowledged, Erp
from posting.reap import reap
from posting.site import Site
from store import attempts, ledger
from store.attempts import Attempt
from store.ledger import FrozenEntry, Revision

log = logging.getLogger(__name__)

FIRST_DOCUMENT = "000001"
"""The number that the ERP gives to the first document of an unused address (protheus.seed.txt, INSERT, OBS **)."""

TRIES = 3
"""How many addresses one run tries before it leaves the entry to the task's own retries."""

LEASE_MARGIN = 15.0
"""Seconds that a claim outlives the longest request, for the time around it."""


def doubt_about(answer: Acknowledged, address: Address) -> str:
    """Why an answer does not prove that the entry, alone, stands at the address; empty where it does."""
    group, _, branch = address.tenant.partition(",")
    if (answer.company_group.strip(), answer.branch.strip()) != (group.strip(), branch.strip()):
        answered = f"{answer.company_group},{answer.branch}"
        return Sentence("the ERP answered for {tenant}, not for {asked}", tenant=answered, asked=address.tenant.strip())
    if answer.document != FIRST_DOCUMENT:
        if not answer.document:
            return Sentence("the ERP gave it no number")
        return Sentence("the ERP numbered it {number}, so the address was not empty", number=answer.document)
    return ""


@dataclass
class Poster:
    """Brings what the ERP holds of a day to what the ledger's current revision says.

    Works on an autocommit connection under the lock of the box's day. ``sleep`` takes seconds.
    """

    connection: psycopg.Connection
    erp: Erp
    worker: str
    site: Site = field(default_factory=Site)
    sleep: Callable[[float], None] = time.sleep

    def converge(self, revision: Revision) -> None:
        """Takes back what earlier revisions left in the ERP, then posts the current one; sends nothing if all is so.

        Raises DataError where the ERP refuses an entry (its words in the message), UncertainError or RetriableError
        where the outcome could not be known or nothing could be sent: a later run goes on from there.
        """
        for entry in ledger.superseded(self.connection, revision):
            self._take_back(entry, revision)
        for entry in ledger.bookings(self.connection, revision):
            self._settle(entry, partial(self._insert, entry))

    def _take_back(self, entry: FrozenEntry, revision: Revision) -> None:
        """Undoes a booking that newer books replace: by a reversal of its own address, or by withdrawing it."""
        self._clear_the_way(entry)
        original = self._confirmed(entry)
        if original is None:
            return
        if self.site.correction == "delete" and self.site.is_open(entry.entry_date):
            self._withdraw(entry, original)
            return
        reversal = ledger.reversal(self.connection, entry, revision, self.site.open_from)
        told = "The day's books changed: {entry}, which stands at {address}, is reversed."
        log.info(say(told, entry=entry.entry_key, address=original.address))
        if self.site.own_reversal_address and reversal.entry_date == entry.entry_date:
            self._settle(reversal, partial(self._reverse, original))
        else:
            # The ERP dates a reversal like its original, so one into an open period is an entry of its own; and so
            # it is at a site that books every reversal beside its original, where an address would prove nothing.
            self._settle(reversal, partial(self._insert, reversal))

    def _withdraw(self, entry: FrozenEntry, original: Attempt) -> None:
        """Deletes a posted document that newer books replace. Deleting it again is harmless, so no answer is doubted:
        the attempt stays confirmed until one says that the document is gone."""
        self.erp.delete(original.address, original.document)
        attempts.withdraw(self.connection, original, "deleted: newer books of the day replace it")
        told = "The day's books changed: {entry}, which stood at {address}, was deleted."
        log.info(say(told, entry=entry.entry_key, address=original.address))

    def _reverse(self, original: Attempt, address: Address) -> Acknowledged:
        answer = self.erp.reverse(of=original.address, document=original.document, into=address)
        if answer.document not in (FIRST_DOCUMENT, original.document):
            # A site that does not heed the address asked for puts the reversal beside its original.
            try:
                self.erp.delete(original.address, answer.document)
            except VendorError as error:  # says nothing of the reversal, which was sent
                told = Sentence("the reversal was numbered {number}; {why}", number=answer.document, why=error)
                raise UncertainError(told, vendor="ERP") from error
        return answer

    def _insert(self, entry: FrozenEntry, address: Address) -> Acknowledged:
        return self.erp.insert(address, ledger.journal_entry(self.connection, entry), entry.entry_key)

    def _settle(self, entry: FrozenEntry, send: Callable[[Address], Acknowledged]) -> None:
        """Ends with the entry confirmed, or raises."""
        for _ in range(TRIES):
            self._clear_the_way(entry)
            if confirmed := self._confirmed(entry):
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
            vendor="Protheus",
        )

    def _confirmed(self, entry: FrozenEntry) -> Attempt | None:
        found = attempts.of_entry(self.connection, entry)
        return next((attempt for attempt in found if attempt.state == "confirmed"), None)

    def _clear_the_way(self, entry: FrozenEntry) -> None:
        """Dooms what a dead worker left claimed, and empties every address whose outcome is not known."""
        for attempt in attempts.of_entry(self.connection, entry):
            if attempt.state == "claimed":
                self._wait_for_lease(attempt)
                attempts.doom(self.connection, attempt, "its worker ended before the outcome was known")
        for attempt in attempts.unreaped(self.connection, entry):
            reap(self.connection, self.erp, attempt)

    def _wait_for_lease(self, attempt: Attempt) -> None:
        while seconds := attempts.seconds_of_lease_left(self.connection, attempt):
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
            alphanumeric_sublots=self.site.alphanumeric_sublots,
        )
        total = money(entry.total, entry.currency)
        told = "Sending {entry} ({total}) to {address}."
        log.info(say(told, entry=entry.entry_key, total=total, address=attempt.address))
        try:
            answer = send(attempt.address)
        except DataError as refusal:
            attempts.reject(self.connection, attempt, str(refusal))
            reap(self.connection, self.erp, attempt)
            raise
        except UncertainError as unknown:
            return self._doom(attempt, str(unknown))
        except VendorError as unsent:
            attempts.doom(self.connection, attempt, str(unsent))
            attempts.note_reaped(self.connection, attempt)
            raise
        if doubt := doubt_about(answer, attempt.address):
            return self._doom(attempt, doubt)
        if not attempts.confirm(self.connection, attempt, answer.document):
            self._remove_own(attempt, answer.document)
        told = "{entry} stands in the ERP as document {document} at {address}."
        log.info(say(told, entry=entry.entry_key, document=answer.document, address=attempt.address))
        return True

    def _doom(self, attempt: Attempt, why: str) -> bool:
        told = "The attempt at {address} is uncertain ({why}); its address is made empty."
        log.warning(say(told, address=attempt.address, why=why))
        attempts.doom(self.connection, attempt, why)
        reap(self.connection, self.erp, attempt)
        return False

    def _remove_own(self, attempt: Attempt, document: str) -> None:
        """This worker came back too late: the attempt was given up for it. Its own document goes, nobody else's."""
        self.erp.delete(attempt.address, document)
        raise RetriableError(
            Sentence(
                "the attempt at {address} was taken over by another run while it was under way; its document was"
                " deleted",
                address=attempt.address,
            ),
            vendor="Protheus",
        )
