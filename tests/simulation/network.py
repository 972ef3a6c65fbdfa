"""The way to the ERP and back: what a hook makes of it (cierre.ports.errors), with every fault of a network."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import JournalEntry
from cierre.bookkeeping.read_back import BookedLine, StandingDocument
from cierre.ports.errors import DataError, FatalError, PeriodClosedError, RetriableError, UncertainError
from hooks.protheus.numbering import NUMBERING
from simulation.erp import Document, PeriodClosed, Place, Refused, TrueLedger
from simulation.oracle import FOREIGN
from simulation.process import Process
from simulation.surroundings import OURS
from simulation.weather import HOUR, LATEST, Weather
from simulation.world import World

TIMEOUT = 60.0
"""Seconds that a hook waits for an answer."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What comes back for a write."""

    document: str
    tenant: str


@dataclass
class Wire:
    """The network of one seed, and what was seen on it. ``broken`` takes an invariant's name and what broke it;
    ``foreign`` is what others booked there, ``decided`` gives whether a person said that the lot is ours."""

    world: World
    weather: Weather
    erp: TrueLedger
    broken: Callable[[str, str], None]
    site: str = "https://erp.example/rest"
    readable: bool = False
    foreign: Mapping[Place, Document] = field(default_factory=dict)
    decided: Callable[[], bool] = lambda: False
    knows: Callable[[str, Address], bool] | None = None
    """Where given, whether an address was ever claimed at a site."""
    sparing: Callable[[], bool] = lambda: False
    """Whether the lot is shared and nobody can see it."""
    copies: Random = field(default_factory=Random)
    """What a proxy copies then is drawn apart, so that the seeds of others stay as they are."""
    in_transit: int = 0
    """Writes and deletes that are on their way now."""
    calls: Counter[str] = field(default_factory=Counter)
    under_way: int = 0
    """Requests that were given up and are still to be carried out."""
    kept: bool = False
    """Whether a closed period ever kept something from being deleted."""
    to_be_emptied: set[Address] = field(default_factory=set)
    """Where a delete of ours that nobody waits for any more is still to be carried out."""
    down_until: float = 0.0
    awake: bool = True
    """Whether workers never sleep in this seed, so that no lease can run out while its worker sends."""
    locked: bool = True
    """Whether every run holds the day's lock, so that none can slip in between another's doom and its reap."""
    _in_flight: dict[str, tuple[Process, Address]] = field(default_factory=dict)
    _sent: dict[str, list[Address]] = field(default_factory=dict)
    _written_to: set[Address] = field(default_factory=set)
    _lots: set[str] = field(default_factory=set)
    _emptied: set[Address] = field(default_factory=set)
    seen_empty: set[str] = field(default_factory=set)
    """Lots in which a reading found nothing: whoever else posts there comes later."""
    acknowledged: set[str] = field(default_factory=set)
    """Lots in which an unused address was answered with the first number."""

    def sending(self, process: Process, address: Address, key: str) -> None:
        """Checks, at the moment of a write, what the protocol says of writes."""
        if address in self._written_to:
            self.broken("an address is written to once", f"{process.name} writes to {address} again")
        if self.awake and key in self._in_flight:
            other, where = self._in_flight[key]
            self.broken("one request at a time", f"{process.name} sends {key} while {other.name}'s is at {where}")
        for earlier in self._sent.get(key, ()) if self.locked else ():
            if earlier.sublot < address.sublot and earlier not in self._emptied:
                self.broken("reaped before the next attempt", f"{process.name} sends {key}; {earlier} was not emptied")
        is_first = self.readable and address.lot not in self._lots | self.seen_empty and not self.decided()
        if is_first and self.erp.documents_in(address.tenant, address.lot):
            self.broken("nothing is sent into a lot in use", f"{process.name} writes to {address}")
        self._lots.add(address.lot)
        self._written_to.add(address)
        self._in_flight[key] = process, address
        self._sent.setdefault(key, []).append(address)

    def landed(self, process: Process, key: str) -> None:
        """The process no longer waits for its write."""
        if self._in_flight.get(key, (None,))[0] is process:
            del self._in_flight[key]

    def emptied(self, address: Address) -> None:
        """A definite answer said that no first document stands at the address; or nothing ever reached it."""
        self._emptied.add(address)

    def seen(self, tenant: str, entry_date: date, lot: str, lines: list[BookedLine]) -> None:
        """A reading said what stands in a lot: no document of ours at an address is as good as an answer about it."""
        ours = {line.sublot for line in lines if line.key.endswith(f"@{OURS}")}
        for address in self._written_to:
            if address.sublot not in ours and (address.tenant, address.entry_date, address.lot) == (
                tenant, entry_date, lot
            ):  # fmt: skip
                self.emptied(address)

    def forget(self) -> None:
        """The ledger was restored: what it did since its backup it may do again."""
        self._written_to.clear()
        self._sent.clear()
        self._emptied.clear()
        self.acknowledged.clear()

    def touching(self, process: Process, address: Address, document: str) -> None:
        """Checks, at the moment of a delete or a reversal, that its document is not somebody else's, and that its
        address is one of this site."""
        if Place(address, document) in self.foreign:
            self.broken(FOREIGN, f"{process.name} is about to remove {document} at {address}")
        if self.knows and not self.knows(self.site, address):
            self.broken("a site is asked only about what was sent to it", f"{process.name} asks about {address}")

    def is_rid_of_ours(self, address: Address) -> bool:
        """Whether nothing of ours stands at an address of a site that can be read."""
        there = (document.key for place, document in self.erp.standing.items() if place.address == address)
        return self.readable and not any(key.endswith(f"@{OURS}") for key in there)

    def is_known_to_be_ours(self, lot: str) -> bool:
        """Whether nobody else uses a lot, as far as we can know: before that is so, what a refused request leaves there
        is not promised to be removed."""
        return self.readable or lot in self.acknowledged

    def is_shared(self, address: Address) -> bool:
        """Whether somebody else's document stands at an address of a site that cannot be read."""
        return not self.readable and any(place.address == address for place in self.foreign)

    def later(self, seconds: float, execute: Callable[[], object], *, empties: Address | None = None) -> None:
        """Has the ERP carry out a request although nobody waits for it any more; ``empties``: the address that a delete
        is of."""

        def carry_out() -> None:
            self.under_way -= 1
            self.to_be_emptied.discard(empties)
            try:
                self.world.tell("ERP", f"carries out late: {execute()}")
            except Refused as refused:
                self.world.tell("ERP", f"refuses late: {refused}")

        self.under_way += 1
        if empties:
            self.to_be_emptied.add(empties)
        self.world.after(seconds, carry_out)


class Hook:
    """cierre.ports.erp.Erp for one process. Each write is sent once, whatever happens."""

    vendor = "ERP"
    numbering = NUMBERING
    timeout_seconds = TIMEOUT

    @property
    def site(self) -> str:
        """Where it is."""
        return self.wire.site

    def read_back(self, tenant: str, entry_date: date, lot: str) -> list[BookedLine] | None:
        """All lines that stand in a lot on a date."""
        lines = self._read(f"read {lot} of {entry_date}", lambda: self.wire.erp.lines_in(tenant, entry_date, lot))
        if lines is not None:
            self.wire.seen(tenant, entry_date, lot, lines)
        return lines

    def in_lot(self, tenant: str, lot: str) -> list[StandingDocument] | None:
        """What stands in a lot on whatever date."""
        documents = self._read(f"read {lot}", lambda: self.wire.erp.documents_in(tenant, lot))
        if documents == []:
            self.wire.seen_empty.add(lot)
        return documents

    def __init__(self, wire: Wire, process: Process) -> None:
        self.wire = wire
        self.process = process
        self.rng = wire.world.rng

    def insert(self, address: Address, entry: JournalEntry, key: str) -> Acknowledgement:
        """Books the entry at the address."""
        return self._write("insert", address, key, lambda: self.wire.erp.insert(address, entry, key))

    def reverse(self, of: Address, document: str, into: Address) -> Acknowledgement:
        """Books the opposite of a document at another address."""
        self.wire.touching(self.process, of, document)
        original = self.wire.erp.standing.get(Place(of, document))
        key = f"{original.key if original else of}|R"
        return self._write("reversal", into, key, lambda: self.wire.erp.reverse(of, document, into))

    def delete(self, address: Address, document: str) -> bool:
        """Removes a document: True if it was there."""
        what = f"delete {address.sublot}/{document}"
        self._begin("delete", what)
        self.wire.touching(self.process, address, document)
        removed = self._delete(what, address, lambda: self.wire.erp.delete(address, document))
        self._say(f"{what}: {'deleted' if removed else 'not found'}")
        if document == "000001" or self.wire.is_rid_of_ours(address):
            self.wire.emptied(address)
        self.process.point("after delete")
        return removed

    def _read(self, what: str, look: Callable[[], list]) -> list | None:
        if not self.wire.readable:
            return None
        self._begin("read", what)
        fault = "" if self.process.spared else self.wire.weather.of_read()
        if fault:
            self._say(f"fault: {fault}")
            self.wire.world.pause(TIMEOUT if fault == "read: no answer" else 0.1)
            raise RetriableError(f"{what}: {fault}", vendor="ERP")
        self.wire.world.pause(self.rng.uniform(0.01, 0.5))
        found = look()
        self.process.point("after read")
        return found

    def _write(self, what: str, address: Address, key: str, execute: Callable[[], str]) -> Acknowledgement:
        self._begin(what, f"{what} {address.sublot} ({key})")
        self.wire.sending(self.process, address, key)
        self.wire.in_transit += 1
        try:
            answer = self._answer(f"{what} {address.sublot}", address, execute)
        finally:
            self.wire.in_transit -= 1
            self.wire.landed(self.process, key)
        self._say(f"answer to the {what}: {answer.document}, {answer.tenant.partition(',')[2].strip()}")
        self.process.point(f"after {what}", weight=5)
        return answer

    def _begin(self, kind: str, what: str) -> None:
        self.process.point(f"before {kind}", weight=1 if kind in ("delete", "read") else 5)
        self.wire.calls[kind] += 1
        if self.wire.world.now < self.wire.down_until:
            raise RetriableError(f"{what}: connection refused", vendor="ERP")
        self._say(f"sends {what}")

    def _answer(self, what: str, address: Address, execute: Callable[[], str]) -> Acknowledgement:
        shared = self.wire.is_shared(address)
        fault = self._fault_of_write(shared=shared)
        if fault:
            self._say(f"fault: {fault}")
        self._transit()
        match fault:
            case "":
                number = self._executed(execute, address)
            case "unreachable":
                self.wire.emptied(address)
                raise RetriableError(f"{what}: connection refused", vendor="ERP")
            case "login refused":
                self.wire.emptied(address)
                raise FatalError(f"{what}: the login is refused", vendor="ERP")
            case "refused":
                self.wire.emptied(address)
                raise DataError(f"{what} is refused: account blocked", vendor="ERP")
            case "request lost":
                self._no_answer(what)
            case "answer lost":
                self._quietly(execute)
                self._no_answer(what)
            case "error page, carried out":
                self._quietly(execute)
                raise UncertainError(f"{what}: an HTML page", vendor="ERP", status=502)
            case "error page, not carried out":
                raise UncertainError(f"{what}: an HTML page", vendor="ERP", status=503)
            case "executed late":
                self.wire.later(self._lateness(), execute)
                self._no_answer(what)
            case "broken off, executed late":
                self.wire.later(self._lateness(), execute)
                raise UncertainError(f"{what}: the connection broke", vendor="ERP")
            case "copied by a proxy":
                for _ in range(self.rng.randint(1, 2)):
                    self._quietly(execute)
                    self._transit()
                number = self._executed(execute, address)
            case "copied, one copy late":
                self._quietly(execute)
                self.wire.later(self._lateness(), execute)
                self._no_answer(what)
            case "copied, one copy after the answer":
                number = self._executed(execute, address)
                self.wire.later(self._lateness(), execute)
            case "executed after more than a day":
                self.wire.later(self.rng.uniform(25, 60) * HOUR, execute)
                self._no_answer(what)
            case "somebody else's answer, of our tenant":
                number = "000001"
            case "refused, a copy carried out":
                at_once = self.rng.random() < 0.5
                if self.wire.is_known_to_be_ours(address.lot):
                    if at_once:
                        self._quietly(execute)
                    else:
                        self.wire.later(self._lateness(), execute)
                self.wire.emptied(address)
                raise DataError(f"{what} is refused: document in use", vendor="ERP")
            case "somebody else's answer":
                if self.rng.random() < 0.5:
                    self._quietly(execute)
                return Acknowledgement("000001", "T1,D MG 09 ")
            case "answer without a number":
                if self.rng.random() < 0.5:
                    self._quietly(execute)
                number = ""
            case "answer with a wrong number":
                self._quietly(execute)
                number = self.rng.choice(("000000", "000002", "000057"))
        self._transit()
        if number == "000001":
            self.wire.acknowledged.add(address.lot)
        return Acknowledgement(number, address.tenant)

    def _fault_of_write(self, *, shared: bool) -> str:
        if self.wire.sparing():
            return self.wire.weather.copied_alone(self.wire.copies)
        return "" if self.process.spared else self.wire.weather.of_write(shared=shared)

    def _delete(self, what: str, address: Address, execute: Callable[[], bool]) -> bool:
        fault = "" if self.process.spared else self.wire.weather.of_delete().removeprefix("delete: ")
        if fault:
            self._say(f"fault: {fault}")
        self._transit()
        match fault:
            case "unreachable":
                raise RetriableError(f"{what}: connection refused", vendor="ERP")
            case "refused":
                raise DataError(f"{what} is refused: document in use", vendor="ERP")
            case "request lost":
                self._no_answer(what)
            case "answer lost":
                self._quietly(execute)
                self._no_answer(what)
            case "error page, carried out":
                self._quietly(execute)
                raise UncertainError(f"{what}: an HTML page", vendor="ERP", status=502)
            case "error page, not carried out":
                raise UncertainError(f"{what}: an HTML page", vendor="ERP", status=503)
            case "executed late":
                self.wire.later(self._lateness(), execute, empties=address)
                self._no_answer(what)
            case "copied by a proxy":
                self._quietly(execute)
        try:
            removed = self._executed(execute)
        except PeriodClosedError:
            self.wire.kept = True
            raise
        self._transit()
        return removed

    def _executed(self, execute: Callable[[], object], address: Address | None = None) -> object:
        try:
            return execute()
        except PeriodClosed as closed:
            if address:
                self.wire.emptied(address)
            raise PeriodClosedError(str(closed), vendor="ERP") from None
        except Refused as refused:
            raise DataError(str(refused), vendor="ERP") from None

    def _quietly(self, execute: Callable[[], object]) -> None:
        """Carried out, and nobody learns of it."""
        try:
            self.wire.world.tell("ERP", f"carries out: {execute()}")
        except Refused as refused:
            self.wire.world.tell("ERP", f"refuses: {refused}")

    def _transit(self) -> None:
        """Time on the way; the process can die while it waits."""
        self.wire.world.pause(self.rng.uniform(0.01, 2))
        self.process.may_die("waiting for an answer")

    def _no_answer(self, what: str) -> None:
        self.wire.world.pause(TIMEOUT)
        raise UncertainError(f"{what}: no answer within {TIMEOUT:g} seconds", vendor="ERP")

    def _lateness(self) -> float:
        return self.wire.weather.between(1, LATEST - self.process.slept)

    def _say(self, what: str) -> None:
        self.wire.world.tell(self.process.name, what)
