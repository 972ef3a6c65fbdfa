"""An ERP in memory that also says what it holds."""

from dataclasses import dataclass, field, replace
from datetime import date

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.read_back import BookedLine
from support.memory_erp import Answer, MemoryErp

OPPOSITE = {Side.DEBIT: Side.CREDIT, Side.CREDIT: Side.DEBIT}


@dataclass
class ReadableMemoryErp(MemoryErp):
    """Keeps the lines of what it is told; ``lines`` may be changed by hand. ``offered``: it can be read."""

    offered: bool = True
    lines: dict[tuple[Address, str], list[Line]] = field(default_factory=dict)

    def insert(self, address: Address, entry: JournalEntry, key: str) -> Answer:
        answer = super().insert(address, entry, key)
        self.lines[address, answer.document] = list(entry.lines)
        return answer

    def reverse(self, of: Address, document: str, into: Address) -> Answer:
        answer = super().reverse(of, document, into)
        self.lines[into, answer.document] = [
            replace(line, side=OPPOSITE[line.side]) for line in self.lines[of, document]
        ]
        return answer

    def read_back(self, tenant: str, entry_date: date, lot: str) -> list[BookedLine] | None:
        self.calls.append(f"read {lot} of {entry_date}")
        if not self.offered:
            return None
        asked = (tenant, entry_date, lot)
        return [
            BookedLine(
                sublot=address.sublot,
                document=document,
                line=f"{number:03d}",
                side=line.side,
                account=line.account,
                amount=line.amount,
                currency="USD",
                history=line.history,
                key=key,
            )
            for (address, document), key in self.documents.items()
            if (address.tenant, address.entry_date, address.lot) == asked
            for number, line in enumerate(self.lines[address, document], start=1)
        ]
