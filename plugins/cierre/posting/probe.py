"""The probe: every assumption that posting makes about a site of the ERP, put to the test in its test company.

It writes entries of a cent at addresses that nothing else uses, looks at what becomes of them, and removes them.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Container, Iterable
from contextlib import suppress
from statistics import median

import psycopg

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.derive import MAX_LINES
from cierre.bookkeeping.history import LIMIT
from cierre.bookkeeping.journal import JournalEntry
from cierre.bookkeeping.read_back import differences
from cierre.language.say import say
from cierre.ledger import probes
from cierre.ports.erp import Acknowledged, ReadableErp
from cierre.ports.errors import DataError, FatalError, VendorError
from cierre.posting.probe_entries import Bench
from cierre.posting.probe_report import ASSUMPTIONS, Check, ProbeReport
from cierre.posting.probe_target import Ground, ProbeRefused
from cierre.posting.protocol import FIRST_DOCUMENT

log = logging.getLogger(__name__)

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

Found = tuple[bool | int | None, str]
"""The value found (None: could not be told), and what was seen."""


def probe(connection: psycopg.Connection, erp: ReadableErp, ground: Ground, *, boxes: Iterable[CashBox]) -> ProbeReport:
    """Puts every assumption to the test at a site and removes what it wrote, even where a test fails midway.

    ``boxes`` are all configured cash boxes: their lots are never touched. Works on an autocommit connection. Raises
    ProbeRefused where it must not or cannot write there, cierre.ledger.probes.ProbeBusy where another probe of the
    tenant is at it, and VendorError where the ERP does not answer the first entry; what could not be removed then is
    named in the log, and removed by the next probe.
    """
    owned = {box.erp.lot: box.id for box in boxes}
    if owner := owned.get(ground.lot):
        raise ProbeRefused(f"Lot {ground.lot} belongs to the cash box {owner}: name one that nobody uses.")
    if probes.was_posted_to(connection, ground.lot):
        raise ProbeRefused(f"Cash boxes have posted to lot {ground.lot}: name one that nobody uses.")
    with probes.alone(connection, ground.connection, ground.tenant):
        return _probe(connection, erp, ground, owned.keys())


def _probe(connection: psycopg.Connection, erp: ReadableErp, ground: Ground, owned: Container[str]) -> ProbeReport:
    left_behind = {
        address: documents
        for address, documents in probes.left_behind(connection, ground.connection, ground.tenant).items()
        if address.lot not in owned and not probes.was_posted_to(connection, address.lot)
    }
    bench = Bench(connection, erp, ground, left_behind)
    tests = _Tests(bench)
    try:
        checks = tests.all()
    finally:
        left = bench.clear(readable=tests.readable)
        for sentence in left:
            log.warning(say("Left behind: {what}", what=sentence))
    return ProbeReport(ground.connection, ground.tenant, ground.lot, ground.day, tuple(checks), tuple(left))


class _Tests:
    """The tests, in an order in which each may use what those before it found out."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.ground = bench, bench.ground
        self.readable = False
        self.limit, self.fits = MAX_LINES, False

    def all(self) -> list[Check]:
        """A check for every assumption."""
        self.address = self.bench.fresh()
        self.entry = self.ground.entry()
        try:
            self.first = self.bench.insert(self.address, self.entry)
        except DataError as refusal:
            raise ProbeRefused(
                f"The ERP refuses a plain entry, so nothing can be told. {refusal} Name two accounts that take"
                " entries (with cost centres, if they ask for them) and a date in an open period."
            ) from refusal
        checks = [
            self._check("numbers_from_one", self._numbers_from_one),
            self._check("tenant_echoed", self._tenant_echoed),
            self._check("read_back", self._read_back),
            self._check("clean_not_found", self._clean_not_found),
        ]
        if checks[-1].value is not True:
            # The others make entries that are refused, and what those leave could not be removed for certain.
            return checks + self._untried({check.assumption.name for check in checks})
        return [
            *checks,
            self._check("atomic_insert", self._atomic_insert),
            self._check("own_reversal_address", self._own_reversal_address),
            self._check("alphanumeric_sublots", self._alphanumeric_sublots),
            self._check("max_lines", self._max_lines),
            self._check("history_length", self._history_length),
            self._check("key_kept", self._key_kept),
            self._check("refuses_divergent", self._refuses_divergent),
            self._check("fresh_sublots_quick", self._fresh_sublots_quick),
        ]

    def _check(self, name: str, test: Callable[[], Found]) -> Check:
        log.info(say("Testing: {assumption}.", assumption=ASSUMPTIONS[name].says))
        try:
            return Check(ASSUMPTIONS[name], *test())
        except VendorError as error:
            return Check(ASSUMPTIONS[name], None, str(error))

    def _untried(self, tried: set[str]) -> list[Check]:
        why = "not tried, since what it writes might not be removed for certain"
        return [Check(assumption, None, why) for name, assumption in ASSUMPTIONS.items() if name not in tried]

    def _numbers_from_one(self) -> Found:
        numbers = [self.first.document]
        while FIRST_DOCUMENT not in numbers and len(numbers) < FRESH_TRIES:
            numbers.append(self.bench.insert(self.bench.fresh(), self.entry).document)
        return FIRST_DOCUMENT in numbers, f"unused sublots began with {', '.join(numbers)}"

    def _tenant_echoed(self) -> Found:
        group, _, branch = self.ground.tenant.partition(",")
        answered = (self.first.company_group.strip(), self.first.branch.strip())
        return answered == (group.strip(), branch.strip()), f"the answer is for {','.join(answered)}"

    def _read_back(self) -> Found:
        try:
            lines = self.bench.erp.read_back(self.ground.tenant, self.ground.day, self.ground.lot)
        except FatalError as error:
            return False, str(error)
        if lines is None:
            return False, "the site does not offer the query"
        found = differences(self.entry, [line for line in lines if line.sublot == self.address.sublot])
        self.readable = not found
        return self.readable, "; ".join(found) or f"the entry was read back among {len(lines)} lines"

    def _clean_not_found(self) -> Found:
        unused, used = self.bench.fresh(), self.bench.fresh()
        answer = self.bench.insert(used, self.entry)
        try:
            phantom = self.bench.delete(unused, NEVER_GIVEN)
            deleted, again = (self.bench.delete(used, answer.document) for _ in range(2))
        except (DataError, FatalError) as error:
            return False, str(error)
        if (phantom, deleted, again) == (False, True, False):
            return True, "both were answered as not found, and a document that stood as deleted"
        return False, f"deleted: {phantom} of the number never given, {deleted} at first and {again} the second time"

    def _atomic_insert(self) -> Found:
        address = self.bench.fresh()
        try:
            self.bench.insert(address, self.ground.entry(credit_account=NO_ACCOUNT))
        except DataError as refusal:
            words = f"refused ({refusal.message})"
        else:
            return None, f"the ERP took account {NO_ACCOUNT}"
        if self.readable:
            left = {line.document for line in self.bench.lines_at(address)}
        else:
            left = {number for number in (FIRST_DOCUMENT, self.first.document) if self.bench.delete(address, number)}
        return not left, f"{words}; left at its address: {', '.join(sorted(left)) or 'nothing'}"

    def _own_reversal_address(self) -> Found:
        origin, into = self.bench.fresh(), self.bench.fresh()
        document = self.bench.insert(origin, self.entry).document
        try:
            answer = self.bench.reverse(origin, document, into)
        except DataError as refusal:
            return False, str(refusal)
        if self.bench.delete(into, answer.document):
            return self._is_alone(answer), f"it stood at its own address as {answer.document}"
        return False, f"it was numbered {answer.document} and did not stand at the sublot it named"

    def _alphanumeric_sublots(self) -> Found:
        address = self.bench.fresh(letters=True)
        try:
            answer = self.bench.insert(address, self.entry)
        except DataError as refusal:
            return False, refusal.message
        stood = self.bench.delete(address, answer.document)
        return stood and self._is_alone(answer), (
            f"sublot {address.sublot}: numbered {answer.document}, {'deleted' if stood else 'not found'} there"
        )

    def _is_alone(self, answer: Acknowledged) -> bool:
        """Whether a number is that of the first document of an unused address, as this site numbers it."""
        return answer.document in (FIRST_DOCUMENT, self.first.document)

    def _max_lines(self) -> Found:
        self.fits = self._takes(self.ground.entry(MAX_LINES, "x" * LIMIT))
        if self.fits:
            return MAX_LINES, f"{MAX_LINES} lines were taken"
        self.limit = self._largest(2, MAX_LINES, lambda lines: self.ground.entry(lines, "x"))
        return self.limit, f"{self.limit} lines were taken, {self.limit + 1} not"

    def _history_length(self) -> Found:
        if self.readable:
            return self._history_read_back()
        if self.fits or self._takes(self.ground.entry(self.limit, "x" * LIMIT)):
            return LIMIT, f"{self.limit} lines with {LIMIT} characters each were taken"
        length = self._largest(1, LIMIT, lambda length: self.ground.entry(self.limit, "x" * length))
        return length, f"{self.limit} lines were taken with histories of {length} characters, not with {length + 1}"

    def _history_read_back(self) -> Found:
        address, sent = self.bench.fresh(), 2 * LIMIT + 10
        self.bench.insert(address, self.ground.entry(history="x" * sent))
        lines = self.bench.lines_at(address)
        kept, continued = len(lines[0].history), sum(line.side is None for line in lines)
        return kept, f"of {sent} characters {kept} stand in the line itself; {continued} lines continue the histories"

    def _key_kept(self) -> Found:
        if not self.readable:
            return None, "the site's books cannot be read back"
        address = self.bench.fresh()
        try:
            self.bench.insert(address, self.entry, LONG_KEY)
        except DataError as refusal:
            return False, refusal.message
        keys = {line.key for line in self.bench.lines_at(address)}
        return keys == {LONG_KEY}, f"of {len(LONG_KEY)} characters {min(map(len, keys))} were kept"

    def _refuses_divergent(self) -> Found:
        address = self.bench.fresh()
        try:
            self.bench.insert(address, self.ground.entry(credit_account=NO_ACCOUNT))
        except DataError as refusal:
            return True, f"refused ({refusal.message})"
        took = f"the ERP acknowledged an entry with account {NO_ACCOUNT}"
        if not self.readable:
            return False, f"{took}; whether it counts in the balances cannot be read"
        types = sorted({line.outside for line in self.bench.lines_at(address) if line.side and line.outside})
        if types:
            return False, f"{took} and keeps it with type {', '.join(types)}, outside the balances"
        return False, f"{took} and booked it"

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
        named = ", ".join(f"{number} {times} times" for number, times in sorted(numbers.items()))
        return not is_slow, (
            f"{len(inserts)} unused sublots took {min(inserts):.1f} to {max(inserts):.1f} s each, deleting there"
            f" {median(deletes):.1f} s; they were numbered {named}{self._after_a_refusal()}"
        )

    def _after_a_refusal(self) -> str:
        """What becomes of the number of a refused entry: one that was prepared ahead may be marked as in use."""
        address = self.bench.fresh()
        try:
            self.bench.insert(address, self.ground.entry(credit_account=NO_ACCOUNT))
        except DataError:
            return f", and after a refused entry with {self.bench.insert(address, self.entry).document}"
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
