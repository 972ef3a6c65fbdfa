"""An ERP in memory behind the posting port, with a script of what goes wrong with the coming writes."""

from dataclasses import dataclass, field
from typing import ClassVar

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import JournalEntry
from cierre.ports.errors import DataError, RetriableError, UncertainError
from hooks.protheus.numbering import NUMBERING, Numbering


@dataclass
class Answer:
    document: str
    tenant: str


@dataclass
class MemoryErp:
    """Numbers documents from 000001 at each address and never gives a number twice, like protheus.seed.txt says."""

    vendor: ClassVar[str] = "ERP"
    numbering: ClassVar[Numbering] = NUMBERING
    timeout_seconds: float = 0.0
    faults: list[str] = field(default_factory=list)
    """For each coming write: "", lost_request, lost_answer, refused, unreachable, second_number or wrong_tenant."""
    unreachable_deletes: int = 0
    documents: dict[tuple[Address, str], str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    numbers: dict[Address, int] = field(default_factory=dict)
    site: str | None = None
    own_reversal_address: bool = True
    """Whether a reversal goes to the address asked for, or beside its original."""

    def insert(self, address: Address, entry: JournalEntry, key: str) -> Answer:
        self.calls.append(f"insert {address.sublot}")
        return self._write(address, key)

    def reverse(self, of: Address, document: str, into: Address) -> Answer:
        self.calls.append(f"reverse {of.sublot} into {into.sublot}")
        if (of, document) not in self.documents:
            raise DataError("no such document", vendor="protheus")
        into = into if self.own_reversal_address else of
        return self._write(into, f"reversal of {self.documents[of, document]}")

    def delete(self, address: Address, document: str) -> bool:
        self.calls.append(f"delete {address.sublot}/{document}")
        if self.unreachable_deletes:
            self.unreachable_deletes -= 1
            raise UncertainError("no answer to the delete", vendor="protheus")
        return self.documents.pop((address, document), None) is not None

    def live(self) -> list[str]:
        """The keys of all documents that stand, in the order they came."""
        return list(self.documents.values())

    def _write(self, address: Address, key: str) -> Answer:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "lost_request":
            raise UncertainError("no answer", vendor="protheus")
        if fault == "refused":
            raise DataError("CTB account 1.1.01.001 is blocked", vendor="protheus")
        if fault == "unreachable":
            raise RetriableError("connection refused", vendor="protheus")
        if fault == "second_number":
            self._book(address, key)
        number = self._book(address, key)
        if fault == "lost_answer":
            raise UncertainError("no answer", vendor="protheus")
        return Answer(number, "T1,D MG 99" if fault == "wrong_tenant" else address.tenant)

    def _book(self, address: Address, key: str) -> str:
        self.numbers[address] = self.numbers.get(address, 0) + 1
        number = f"{self.numbers[address]:06d}"
        self.documents[address, number] = key
        return number
