"""What posting assumes of a site of Protheus, and how it is tried there (protheus.seed.txt, field-notes.md).

It writes entries of a cent at addresses that nothing else uses, and looks at what becomes of them.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from statistics import median
from typing import ClassVar, cast

from cierre.bookkeeping.journal import JournalEntry
from cierre.bookkeeping.read_back import differences
from cierre.bookkeeping.sentence import Sentence, listing, one_after_the_other
from cierre.language.say import say
from cierre.ports.erp import Acknowledged, TellsRights
from cierre.ports.errors import DataError, FatalError, VendorError
from cierre.ports.probe import Assumption, Bench, Check, Found, ProbeRefused, Test
from hooks.protheus.box_section import LIMITS
from hooks.protheus.numbering import NUMBERING
from hooks.protheus.rights import ROUTINE

log = logging.getLogger(__name__)

FIRST = NUMBERING.documents[0]

FRESH_TRIES = 3
"""How many unused sublots are asked for a first number, since somebody else may have used one of them."""

FRESH_SUBLOTS = 20
"""How many unused sublots are timed: as many numbers as a site may prepare ahead (MV_CTFQTD) would show by then."""

TIMING_SECONDS = 300.0
"""After which no further sublot is timed: a slow site is known by then."""

NEVER_GIVEN = "999999"
NO_ACCOUNT = "NO-EXISTE-PRUEBA"
LONG_KEY = "probe|" + "0123456789" * 7
"""Longer than the key of any box with a name of up to fifty characters."""

ASSUMPTIONS = {
    assumption.name: assumption
    for assumption in (
        Assumption(
            "may_post",
            "The login may run the routine of entries",
            Sentence("asked the site for the login's right to {routine}", routine=ROUTINE),
            Sentence(
                "The site may refuse what is posted: have its people give the login the right to {routine}.",
                routine=ROUTINE,
            ),
        ),
        Assumption(
            "numbers_from_one",
            "An unused address numbers from 000001",
            "inserted an entry of two lines at an unused sublot",
            obstacle="the first document of an unused address is not 000001, so no posting could be proved",
        ),
        Assumption(
            "tenant_echoed",
            "An answer names the company and branch that were asked",
            "compared the tenant of the insert's answer with the one that was sent",
            obstacle="its answers name another company or branch, so no posting could be proved",
        ),
        Assumption(
            "read_back",
            "What stands in a lot can be read back",
            "asked genericQuery for the lot and compared its lines with the entry",
            "Entries count as posted by the ERP's acknowledgement; changes made by hand there are not noticed.",
        ),
        Assumption(
            "clean_not_found",
            "A delete says clearly that a document is not there",
            "deleted a number that was never given, and a document twice",
            Sentence("If the words seen do say it, give the connection a not_found that fits them, and probe again."),
            obstacle="a delete does not say clearly that a document is not there, so no address could be proved to be"
            " empty",
        ),
        Assumption(
            "atomic_insert",
            "A refused entry leaves nothing behind",
            "inserted an entry whose second line has an account that does not exist, then looked at its address",
            "Posting empties the address of each refused entry, as it does anyway.",
        ),
        Assumption(
            "own_reversal_address",
            "A reversal goes to the lot and sublot that it names",
            "reversed an entry into a sublot of its own, and looked where it went",
            "Corrections post the opposite entry instead of using the ERP's reversal.",
        ),
        Assumption(
            "alphanumeric_sublots",
            "A sublot may have letters",
            "inserted an entry at a sublot with letters, and deleted it there",
            "Posting uses the sublots 001 to 999 only: as many attempts a lot and date.",
        ),
        Assumption(
            "max_lines",
            Sentence("A document takes {n} lines", n=LIMITS.lines),
            "inserted entries of ever fewer lines until one was taken",
            "Days are split into entries that this site takes.",
            LIMITS.lines,
        ),
        Assumption(
            "history_length",
            Sentence("A history of {n} characters is not continued", n=LIMITS.history),
            "inserted histories that are too long, and looked at what became of them",
            "Entries get fewer lines, so that they fit with the lines that continue their histories.",
            LIMITS.history,
        ),
        Assumption(
            "key_kept",
            Sentence("CT2_KEY is kept as sent"),
            "inserted an entry with a long key and read it back",
            "Documents can be told by their address only; posting does not rely on the key.",
        ),
        Assumption(
            "refuses_divergent",
            "An entry that diverges is refused, not kept as a pre-entry",
            "inserted an entry whose second line has an account that does not exist, and read its type",
            Sentence(
                "An acknowledgement does not say that an entry counts in the balances: only reading back does, and"
                " fails the day. Where the site cannot be read, its people must look for pre-entries (CT2_TPSALD 9)"
                " themselves."
            ),
        ),
        Assumption(
            "fresh_sublots_quick",
            "An unused sublot takes no longer than other calls",
            "inserted and deleted entries at many unused sublots, and took the time of both",
            Sentence(
                "Numbers are probably prepared ahead there (MV_CTFQTD). Every posting uses a fresh sublot, so each"
                " takes that long: give the connection a read_timeout of several times as much."
            ),
        ),
    )
}
"""All of them, by name."""


class Probe:
    """cierre.ports.probe.Probe for Protheus."""

    assumptions: ClassVar[Mapping[str, Assumption]] = ASSUMPTIONS

    def __init__(self, bench: Bench) -> None:
        self.bench, self.ground = bench, bench.ground
        self.readable = False
        self.limit, self.fits = LIMITS.lines, False

    def run(self, check: Callable[[str, Test], Check]) -> list[Check]:
        """A check for every assumption."""
        rights = check("may_post", self._may_post)
        self.address = self.bench.fresh()
        self.entry = self.ground.entry()
        try:
            self.first = self.bench.insert(self.address, self.entry)
        except DataError as refusal:
            raise ProbeRefused(
                Sentence(
                    "The ERP refuses a plain entry, so nothing can be told. {refusal} {advice}",
                    refusal=str(refusal),
                    advice=self._advice(rights),
                )
            ) from refusal
        checks = [
            rights,
            check("numbers_from_one", self._numbers_from_one),
            check("tenant_echoed", self._tenant_echoed),
            check("read_back", self._read_back),
            check("clean_not_found", self._clean_not_found),
        ]
        if checks[-1].value is not True:
            # The others make entries that are refused, and what those leave could not be removed for certain.
            return checks + _untried({one.assumption.name for one in checks})
        return [
            *checks,
            check("atomic_insert", self._atomic_insert),
            check("own_reversal_address", self._own_reversal_address),
            check("alphanumeric_sublots", self._alphanumeric_sublots),
            check("max_lines", self._max_lines),
            check("history_length", self._history_length),
            check("key_kept", self._key_kept),
            check("refuses_divergent", self._refuses_divergent),
            check("fresh_sublots_quick", self._fresh_sublots_quick),
        ]

    def _advice(self, rights: Check) -> Sentence:
        if rights.value is False:
            return Sentence("The login lacks the right to {routine}: have the ERP's people give it.", routine=ROUTINE)
        return Sentence(
            "Name two accounts that take entries (with cost centres, if they ask for them) and a date in an open"
            " period."
        )

    def _may_post(self) -> Found:
        try:
            may = cast(TellsRights, self.bench.erp).may_post(self.ground.tenant)
        except VendorError as error:
            return None, str(error)
        if may is None:
            return None, Sentence("the site does not tell")
        return may, Sentence("the site says that it may" if may else "the site says that it may not")

    def _numbers_from_one(self) -> Found:
        numbers = [self.first.document]
        while FIRST not in numbers and len(numbers) < FRESH_TRIES:
            numbers.append(self.bench.insert(self.bench.fresh(), self.entry).document)
        return FIRST in numbers, Sentence("unused sublots began with {numbers}", numbers=", ".join(numbers))

    def _tenant_echoed(self) -> Found:
        return self.address.is_of(self.first.tenant), Sentence("the answer is for {tenant}", tenant=self.first.tenant)

    def _read_back(self) -> Found:
        try:
            lines = self.bench.erp.read_back(self.ground.tenant, self.ground.day, self.ground.lot)
        except FatalError as error:
            return False, str(error)
        if lines is None:
            return False, Sentence("the site does not offer the query")
        found = differences(self.entry, [line for line in lines if line.sublot == self.address.sublot])
        self.readable = not found
        if found:
            return False, one_after_the_other(found)
        return True, Sentence("the entry was read back among {n} lines", n=len(lines))

    def _clean_not_found(self) -> Found:
        unused, used = self.bench.fresh(), self.bench.fresh()
        answer = self.bench.insert(used, self.entry)
        try:
            phantom = self.bench.delete(unused, NEVER_GIVEN)
            deleted, again = (self.bench.delete(used, answer.document) for _ in range(2))
        except (DataError, FatalError) as error:
            return False, str(error)
        if (phantom, deleted, again) == (False, True, False):
            return True, Sentence("both were answered as not found, and a document that stood as deleted")
        said = {True: Sentence("deleted"), False: Sentence("not found")}
        return False, Sentence(
            "the number never given was answered as {phantom}, the document as {first} and then as {again}",
            phantom=said[phantom], first=said[deleted], again=said[again],
        )  # fmt: skip

    def _atomic_insert(self) -> Found:
        address = self.bench.fresh()
        try:
            self.bench.insert(address, self.ground.entry(credit_account=NO_ACCOUNT))
        except DataError as refusal:
            words = refusal.message
        else:
            return None, Sentence("the ERP took account {account}", account=NO_ACCOUNT)
        if self.readable:
            left = {line.document for line in self.bench.lines_at(address)}
        else:
            left = {number for number in (FIRST, self.first.document) if self.bench.delete(address, number)}
        if not left:
            return True, Sentence("refused ({words}); nothing was left at its address", words=words)
        documents = ", ".join(sorted(left))
        return False, Sentence("refused ({words}); left at its address: {documents}", words=words, documents=documents)

    def _own_reversal_address(self) -> Found:
        origin, into = self.bench.fresh(), self.bench.fresh()
        document = self.bench.insert(origin, self.entry).document
        try:
            answer = self.bench.reverse(origin, document, into)
        except DataError as refusal:
            return False, str(refusal)
        if self.bench.delete(into, answer.document):
            return self._is_alone(answer), Sentence(
                "it stood at its own address as {document}", document=answer.document
            )
        return False, Sentence(
            "it was numbered {document} and did not stand at the sublot it named", document=answer.document
        )

    def _alphanumeric_sublots(self) -> Found:
        address = self.bench.fresh(letters=True)
        try:
            answer = self.bench.insert(address, self.entry)
        except DataError as refusal:
            return False, refusal.message
        stood = self.bench.delete(address, answer.document)
        return stood and self._is_alone(answer), Sentence(
            "sublot {sublot}: numbered {document}, deleted there"
            if stood
            else "sublot {sublot}: numbered {document}, not found there",
            sublot=address.sublot,
            document=answer.document,
        )

    def _is_alone(self, answer: Acknowledged) -> bool:
        """Whether a number is that of the first document of an unused address, as this site numbers it."""
        return answer.document in (FIRST, self.first.document)

    def _max_lines(self) -> Found:
        self.fits = self._takes(self.ground.entry(LIMITS.lines, "x" * LIMITS.history))
        if self.fits:
            return LIMITS.lines, Sentence("{n} lines were taken", n=LIMITS.lines)
        self.limit = self._largest(2, LIMITS.lines, lambda lines: self.ground.entry(lines, "x"))
        return self.limit, Sentence("{n} lines were taken, {more} not", n=self.limit, more=self.limit + 1)

    def _history_length(self) -> Found:
        if self.readable:
            return self._history_read_back()
        if self.fits or self._takes(self.ground.entry(self.limit, "x" * LIMITS.history)):
            return LIMITS.history, Sentence(
                "{n} lines with {length} characters each were taken", n=self.limit, length=LIMITS.history
            )
        length = self._largest(1, LIMITS.history, lambda length: self.ground.entry(self.limit, "x" * length))
        return length, Sentence(
            "{n} lines were taken with histories of {length} characters, not with {more}",
            n=self.limit, length=length, more=length + 1,
        )  # fmt: skip

    def _history_read_back(self) -> Found:
        address, sent = self.bench.fresh(), 2 * LIMITS.history + 10
        self.bench.insert(address, self.ground.entry(history="x" * sent))
        lines = self.bench.lines_at(address)
        kept, continued = len(lines[0].history), sum(line.side is None for line in lines)
        return kept, Sentence(
            "of {sent} characters {kept} stand in the line itself; {continued} lines continue the histories",
            sent=sent, kept=kept, continued=continued,
        )  # fmt: skip

    def _key_kept(self) -> Found:
        if not self.readable:
            return None, Sentence("the site's books cannot be read back")
        address = self.bench.fresh()
        try:
            self.bench.insert(address, self.entry, LONG_KEY)
        except DataError as refusal:
            return False, refusal.message
        keys = {line.key for line in self.bench.lines_at(address)}
        kept = min(map(len, keys))
        return keys == {LONG_KEY}, Sentence("of {sent} characters {kept} were kept", sent=len(LONG_KEY), kept=kept)

    def _refuses_divergent(self) -> Found:
        address = self.bench.fresh()
        try:
            self.bench.insert(address, self.ground.entry(credit_account=NO_ACCOUNT))
        except DataError as refusal:
            return True, Sentence("refused ({words})", words=refusal.message)
        took = Sentence("the ERP acknowledged an entry with account {account}", account=NO_ACCOUNT)
        if not self.readable:
            return False, Sentence("{took}; whether it counts in the balances cannot be read", took=took)
        types = sorted({line.outside for line in self.bench.lines_at(address) if line.side and line.outside})
        if types:
            return False, Sentence(
                "{took} and keeps it with type {types}, outside the balances", took=took, types=", ".join(types)
            )
        return False, Sentence("{took} and booked it", took=took)

    def _fresh_sublots_quick(self) -> Found:
        numbers: Counter[str] = Counter()
        inserts: list[float] = []
        deletes: list[float] = []
        until = time.monotonic() + TIMING_SECONDS
        while len(inserts) < FRESH_SUBLOTS and (not inserts or time.monotonic() < until):
            address, began = self.bench.fresh(), time.monotonic()
            number = self.bench.insert(address, self.entry).document
            stood = time.monotonic()
            self.bench.delete(address, number)
            numbers[number] += 1
            inserts.append(stood - began)
            deletes.append(time.monotonic() - stood)
        is_slow = median(inserts) > 3 * median(deletes) + 1
        numbered = listing(
            Sentence("{number} {n} times", number=number, n=times) for number, times in sorted(numbers.items())
        )
        return not is_slow, Sentence(
            "{n} unused sublots took {shortest} to {longest} s each, deleting there {deleting} s; they were numbered"
            " {numbered}{then}",
            n=len(inserts), shortest=_seconds(min(inserts)), longest=_seconds(max(inserts)),
            deleting=_seconds(median(deletes)), numbered=numbered, then=self._after_a_refusal(),
        )  # fmt: skip

    def _after_a_refusal(self) -> Sentence | str:
        """What becomes of the number of a refused entry: one that was prepared ahead may be marked as in use."""
        address = self.bench.fresh()
        try:
            self.bench.insert(address, self.ground.entry(credit_account=NO_ACCOUNT))
        except DataError:
            document = self.bench.insert(address, self.entry).document
            return Sentence(", and after a refused entry with {document}", document=document)
        return ""

    def _takes(self, entry: JournalEntry) -> bool:
        """Whether the ERP takes an entry; if so, it is removed at once, for it is a long one."""
        address = self.bench.fresh()
        try:
            answer = self.bench.insert(address, entry)
        except DataError as refusal:
            log.info(say("{n} lines: {why}", n=len(entry.lines), why=refusal.message))
            return False
        with suppress(VendorError):
            self.bench.delete(address, answer.document)
        return True

    def _largest(self, taken: int, refused: int, entry: Callable[[int], JournalEntry]) -> int:
        """The largest size of an entry that is taken, between one that is and one that is not."""
        while refused - taken > 1:
            middle = (taken + refused) // 2
            taken, refused = (middle, refused) if self._takes(entry(middle)) else (taken, middle)
        return taken


def _seconds(time: float) -> Decimal:
    return round(Decimal(time), 1)


def _untried(tried: set[str]) -> list[Check]:
    why = Sentence("not tried, since what it writes might not be removed for certain")
    return [Check(assumption, None, why) for name, assumption in ASSUMPTIONS.items() if name not in tried]
