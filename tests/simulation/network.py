"""The way to the ERP and back: what a hook makes of it (hooks.errors), with every fault of a network in between."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bookkeeping.address import Address
from bookkeeping.journal import JournalEntry
from hooks.errors import DataError, FatalError, RetriableError, UncertainError
from simulation.erp import Place, Refused, TrueLedger
from simulation.process import Process
from simulation.weather import HOUR, LATEST, Weather
from simulation.world import World

TIMEOUT = 60.0
"""Seconds that a hook waits for an answer."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What comes back for a write."""

    document: str
    company_group: str
    branch: str


@dataclass
class Wire:
    """The network of one seed, and what was seen on it. ``broken`` takes an invariant's name and what broke it."""

    world: World
    weather: Weather
    erp: TrueLedger
    broken: Callable[[str, str], None]
    calls: Counter[str] = field(default_factory=Counter)
    under_way: int = 0
    """Requests that were given up and are still to be carried out."""
    down_until: float = 0.0
    awake: bool = True
    """Whether workers never sleep in this seed, so that no lease can run out while its worker sends."""
    locked: bool = True
    """Whether every run holds the day's lock, so that none can slip in between another's doom and its reap."""
    _in_flight: dict[str, tuple[Process, Address]] = field(default_factory=dict)
    _sent: dict[str, list[Address]] = field(default_factory=dict)
    _written_to: set[Address] = field(default_factory=set)
    _emptied: set[Address] = field(default_factory=set)

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

    def later(self, seconds: float, execute: Callable[[], object]) -> None:
        """Has the ERP carry out a request although nobody waits for it any more."""

        def carry_out() -> None:
            self.under_way -= 1
            try:
                self.world.tell("ERP", f"carries out late: {execute()}")
            except Refused as refused:
                self.world.tell("ERP", f"refuses late: {refused}")

        self.under_way += 1
        self.world.after(seconds, carry_out)


class Hook:
    """posting.port.Erp for one process. Each write is sent once, whatever happens."""

    timeout_seconds = TIMEOUT

    def __init__(self, wire: Wire, process: Process) -> None:
        self.wire = wire
        self.process = process
        self.rng = wire.world.rng

    def insert(self, address: Address, entry: JournalEntry, key: str) -> Acknowledgement:
        """Books the entry at the address."""
        return self._write("insert", address, key, lambda: self.wire.erp.insert(address, entry, key))

    def reverse(self, of: Address, document: str, into: Address) -> Acknowledgement:
        """Books the opposite of a document at another address."""
        original = self.wire.erp.standing.get(Place(of, document))
        key = f"{original.key if original else of}|R"
        return self._write("reversal", into, key, lambda: self.wire.erp.reverse(of, document, into))

    def delete(self, address: Address, document: str) -> bool:
        """Removes a document: True if it was there."""
        what = f"delete {address.sublot}/{document}"
        self._begin("delete", what)
        removed = self._delete(what, lambda: self.wire.erp.delete(address, document))
        self._say(f"{what}: {'deleted' if removed else 'not found'}")
        if document == "000001":
            self.wire.emptied(address)
        self.process.point("after delete")
        return removed

    def _write(self, what: str, address: Address, key: str, execute: Callable[[], str]) -> Acknowledgement:
        self._begin(what, f"{what} {address.sublot} ({key})")
        self.wire.sending(self.process, address, key)
        try:
            answer = self._answer(f"{what} {address.sublot}", address, execute)
        finally:
            self.wire.landed(self.process, key)
        self._say(f"answer to the {what}: {answer.document}, {answer.branch.strip()}")
        self.process.point(f"after {what}", weight=5)
        return answer

    def _begin(self, kind: str, what: str) -> None:
        self.process.point(f"before {kind}", weight=1 if kind == "delete" else 5)
        self.wire.calls[kind] += 1
        if self.wire.world.now < self.wire.down_until:
            raise RetriableError(f"{what}: connection refused", vendor="ERP")
        self._say(f"sends {what}")

    def _answer(self, what: str, address: Address, execute: Callable[[], str]) -> Acknowledgement:
        fault = "" if self.process.spared else self.wire.weather.of_write()
        if fault:
            self._say(f"fault: {fault}")
        self._transit()
        match fault:
            case "":
                number = self._executed(execute)
            case "unreachable":
                self.wire.emptied(address)
                raise RetriableError(f"{what}: connection refused", vendor="ERP")
            case "login refused":
                self.wire.emptied(address)
                raise FatalError(f"{what}: the login is refused", vendor="ERP")
            case "refused":
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
                number = self._executed(execute)
            case "copied, one copy late":
                self._quietly(execute)
                self.wire.later(self._lateness(), execute)
                self._no_answer(what)
            case "copied, one copy after the answer":
                number = self._executed(execute)
                self.wire.later(self._lateness(), execute)
            case "executed after more than a day":
                self.wire.later(self.rng.uniform(25, 60) * HOUR, execute)
                self._no_answer(what)
            case "somebody else's answer, of our tenant":
                number = "000001"
            case "refused, a copy carried out":
                if self.rng.random() < 0.5:
                    self._quietly(execute)
                else:
                    self.wire.later(self._lateness(), execute)
                raise DataError(f"{what} is refused: document in use", vendor="ERP")
            case "somebody else's answer":
                if self.rng.random() < 0.5:
                    self._quietly(execute)
                return Acknowledgement("000001", "T1", "D MG 09 ")
            case "answer without a number":
                if self.rng.random() < 0.5:
                    self._quietly(execute)
                number = ""
            case "answer with a wrong number":
                self._quietly(execute)
                number = self.rng.choice(("000000", "000002", "000057"))
        self._transit()
        group, _, branch = address.tenant.partition(",")
        return Acknowledgement(number, group, branch)

    def _delete(self, what: str, execute: Callable[[], bool]) -> bool:
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
                self.wire.later(self._lateness(), execute)
                self._no_answer(what)
            case "copied by a proxy":
                self._quietly(execute)
        removed = self._executed(execute)
        self._transit()
        return removed

    def _executed(self, execute: Callable[[], object]) -> object:
        try:
            return execute()
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
