"""A second kind of ERP, as unlike the first as an ERP may be: it numbers documents as it likes, has no sublots, and
keeps idempotency keys of its own. Nothing but this module and a line in the registry makes the product post to it.

In plugins/ each part would be a file of hooks/toy/ (docs/developers/adding-an-erp.md); ``Books`` is its stand-in.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Annotated, ClassVar, Literal

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.cash_box import ConnectionId, Erp, Matching
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.limits import EntryLimits
from cierre.bookkeeping.read_back import BookedLine, StandingDocument, differences
from cierre.bookkeeping.sentence import Sentence
from cierre.ports.erp import ANY_NUMBER, ErpDescription
from cierre.ports.errors import DataError, PeriodClosedError, RetriableError, UncertainError
from cierre.ports.named import Named
from cierre.ports.probe import Assumption, Bench, Check, Test

# The stand-in: what the toy ERP keeps ---------------------------------------------------------------------------------

Key = tuple[str, str, date, str]
"""Its idempotency key: tenant, lot, date, and the attempt's own part."""


class Refused(Exception):
    """It said no, in these words, and did nothing."""


class Closed(Refused):
    """It said no because the date's month is closed."""


@dataclass(frozen=True)
class Document:
    """A document: the key it came with (None: entered by hand), its lines, and what these carry as reference."""

    key: Key | None
    place: tuple[str, date, str]
    lines: tuple[Line, ...]
    reference: str


@dataclass
class Books:
    """Everything that it holds, by its own numbers. ``fault`` strikes the next write: "lost request", "lost answer",
    "late" (carried out when ``arrive`` is called, and nobody waits for it), "refused" or "down"."""

    closed_before: date = date.min
    accounts_refused: frozenset[str] = frozenset({"NO-EXISTE-PRUEBA"})
    standing: dict[str, Document] = field(default_factory=dict)
    fault: str = ""
    calls: list[str] = field(default_factory=list)
    _cancelled: set[Key] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: count(70_001))
    _late: list[Callable[[], object]] = field(default_factory=list)

    def post(self, document: Document) -> str:
        """Books a document and gives its number; one whose key it has already is the same one, and is told its number.
        Raises Refused."""
        if document.key in self._cancelled:
            raise Refused("this key was cancelled")
        for number, known in self.standing.items():
            if document.key and known.key == document.key:
                if known != document:
                    raise Refused(f"this key is that of {number}, which says something else")
                return number
        self._must_be_open(document.place[1])
        for line in document.lines:
            if line.account in self.accounts_refused:
                raise Refused(f"there is no account {line.account}")
        number = f"2024-V-{next(self._numbers)}"
        self.standing[number] = document
        return number

    def cancel(self, key: Key) -> bool:
        """Removes the document of a key, and takes that key no more; False if there was none. Raises Refused."""
        for number, document in self.standing.items():
            if document.key == key:
                self._must_be_open(document.place[1])
                del self.standing[number]
                self._cancelled.add(key)
                return True
        self._cancelled.add(key)
        return False

    def arrive(self) -> None:
        """What was late is carried out."""
        for execute in self._late:
            with suppress(Refused):
                execute()
        self._late.clear()

    def request(self, what: str, execute: Callable[[], object]) -> object:
        """A call as a network carries it; raises ConnectionError (nothing was sent) or TimeoutError."""
        self.calls.append(what)
        fault, self.fault = self.fault, ""
        match fault:
            case "down":
                raise ConnectionError
            case "refused":
                raise Refused("the period's budget is used up")
            case "late":
                self._late.append(execute)
            case "lost answer":
                execute()
        if fault:
            raise TimeoutError
        return execute()

    def balances(self) -> dict[str, Decimal]:
        """Debits less credits of all documents, by account; accounts that come to nothing are left out."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for document in self.standing.values():
            for line in document.lines:
                sums[line.account] += line.amount if line.side is Side.DEBIT else -line.amount
        return {account: balance for account, balance in sums.items() if balance}

    def _must_be_open(self, day: date) -> None:
        if day < self.closed_before:
            raise Closed(f"the books of {day:%B %Y} are closed")


SITES: dict[str, Books] = defaultdict(Books)
"""What stands behind each Airflow connection."""

# The package ----------------------------------------------------------------------------------------------------------


class Toy(Erp):
    """The box's books are in the toy ERP. ``tenant`` is a company's name, ``lot`` the name of the box's journal."""

    limits: ClassVar[EntryLimits] = EntryLimits(
        lines=200, history=120, account=30, dimensions=frozenset({"cost_centre"})
    )

    kind: Literal["toy"]
    connection: ConnectionId = "toy"
    tenant: Annotated[str, Matching(r"[A-Za-z ]{1,40}", "a company's name of letters, like 'Norte'")]
    lot: Annotated[
        str, Matching(r"[a-z][a-z0-9-]{2,29}", "a journal's name of small letters, digits and hyphens, like 'caja-164'")
    ]


class Numbering:
    """Each attempt is a key of its own; a key has one document at most, whose number says nothing of it."""

    documents = (ANY_NUMBER,)

    def sublot(self, number: int, *, more: bool) -> str:
        """The attempt's number: there is no end to them."""
        return str(number)

    def for_probes(self, *, more: bool) -> Sequence[str]:
        """Keys that no attempt has."""
        return [f"probe-{number}" for number in range(1, 100)]

    def in_the_way(self, document: str) -> str:
        """Nothing can be: a key is that of one document."""
        return document


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What it answers to an accepted document."""

    document: str
    tenant: str


class ToyHook:
    """The toy ERP behind an Airflow connection (cierre.ports.erp.ErpHook)."""

    vendor = "Toy"
    numbering = Numbering()
    timeout_seconds = 1.0
    is_sandbox = True

    def __init__(self, connection_id: str) -> None:
        self.connection_id = connection_id
        self.books = SITES[connection_id]

    @property
    def site(self) -> str:
        """Where it is."""
        return f"toy://{self.connection_id}"

    def insert(self, address: Address, entry: JournalEntry, key: str) -> Acknowledgement:
        """Books the entry under the address's key."""
        document = Document(_key(address), _place(address), entry.lines, key)
        return self._write("insert", address, lambda: self.books.post(document))

    def reverse(self, of: Address, document: str, into: Address) -> Acknowledgement:
        """Books the opposite of a document under another key."""

        def mirrored() -> str:
            original = self.books.standing.get(document)
            if original is None:
                raise Refused(f"there is no document {document}")
            lines = tuple(replace(line, side=_OPPOSITE[line.side]) for line in original.lines)
            return self.books.post(Document(_key(into), _place(into), lines, original.reference))

        return self._write("reverse", into, mirrored)

    def delete(self, address: Address, document: str) -> bool:
        """Cancels the address's key, and with it its document."""
        return bool(self._send("delete", address, lambda: self.books.cancel(_key(address))))

    def read_back(self, tenant: str, entry_date: date, lot: str) -> list[BookedLine]:
        """All lines that stand in a journal on a date."""
        return [
            BookedLine(
                sublot=document.key[3] if document.key else "",
                document=number,
                line=str(place),
                side=line.side,
                account=line.account,
                amount=line.amount,
                currency="USD",
                history=line.history,
                key=document.reference,
            )
            for number, document in self.books.standing.items()
            if document.place == (tenant, entry_date, lot)
            for place, line in enumerate(document.lines, start=1)
        ]

    def in_lot(self, tenant: str, lot: str) -> list[StandingDocument]:
        """The documents of a journal, whatever their date."""
        return [
            StandingDocument(
                Address(tenant, document.place[1], lot, document.key[3] if document.key else ""),
                number,
                document.reference,
            )
            for number, document in self.books.standing.items()
            if (document.place[0], document.place[2]) == (tenant, lot)
        ]

    def _write(self, what: str, address: Address, execute: Callable[[], str]) -> Acknowledgement:
        return Acknowledgement(str(self._send(what, address, execute)), address.tenant)

    def _send(self, what: str, address: Address, execute: Callable[[], object]) -> object:
        about = Sentence("{what} at {address}", what=what, address=address)
        try:
            return self.books.request(f"{what} {address.sublot}", execute)
        except ConnectionError:
            raise RetriableError(Sentence("{about}: nobody answers", about=about), vendor=self.vendor) from None
        except TimeoutError:
            raise UncertainError(Sentence("{about}: no answer came", about=about), vendor=self.vendor) from None
        except Closed as closed:
            told = Sentence("{about} is refused: {words}", about=about, words=str(closed))
            raise PeriodClosedError(told, vendor=self.vendor, entry_date=address.entry_date) from None
        except Refused as refused:
            told = Sentence("{about} is refused: {words}", about=about, words=str(refused))
            raise DataError(told, vendor=self.vendor) from None


_OPPOSITE = {Side.DEBIT: Side.CREDIT, Side.CREDIT: Side.DEBIT}


def _key(address: Address) -> Key:
    return address.tenant, address.lot, address.entry_date, address.sublot


def _place(address: Address) -> tuple[str, date, str]:
    return address.tenant, address.entry_date, address.lot


class Probe:
    """What posting assumes of it, and how that is tried (cierre.ports.probe.Probe)."""

    assumptions: ClassVar[Mapping[str, Assumption]] = {
        one.name: one
        for one in (
            Assumption(
                "repeats_are_known",
                "A key that was used gives the same document",
                "sent an entry twice under one key",
                obstacle="an entry that is sent twice may be booked twice",
            ),
            Assumption("read_back", "What stands in a journal can be read", "read the entry back"),
        )
    }

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.readable = False

    def run(self, check: Callable[[str, Test], Check]) -> list[Check]:
        """A check for every assumption."""
        self.address, self.entry = self.bench.fresh(), self.bench.ground.entry()
        self.first = self.bench.insert(self.address, self.entry)
        return [check("repeats_are_known", self._repeats), check("read_back", self._read_back)]

    def _repeats(self) -> tuple[bool, str]:
        again = self.bench.insert(self.address, self.entry)
        return again.document == self.first.document, f"{self.first.document}, then {again.document}"

    def _read_back(self) -> tuple[bool, str]:
        lines = self.bench.lines_at(self.address)
        self.readable = not differences(self.entry, lines)
        return self.readable, f"{len(lines)} lines were read"


TOY = ErpDescription(
    slug="toy",
    label="Toy (ERP)",
    hook=Named(__name__, "ToyHook"),
    form={"ui-field-behaviour": {}, "conn-fields": {}},
    box_section=Named(__name__, "Toy"),
    probe=Named(__name__, "Probe"),
)
