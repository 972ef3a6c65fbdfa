"""What posting asks of an ERP; hooks.protheus.hook.ProtheusHook is one."""

from datetime import date
from typing import Protocol

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import JournalEntry
from cierre.bookkeeping.read_back import BookedLine, StandingDocument


class Acknowledged(Protocol):
    """The ERP's answer to an insert or a reversal, stripped."""

    document: str
    company_group: str
    branch: str


class Erp(Protocol):
    """An ERP's hook. Each write is sent once, whatever happens; errors are of cierre.ports.errors and name the
    decision.

    ``timeout_seconds`` is how long a request may last before its outcome counts as unknown.
    """

    timeout_seconds: float

    def insert(self, address: Address, entry: JournalEntry, key: str) -> Acknowledged:
        """Books the entry at the address."""

    def reverse(self, of: Address, document: str, into: Address) -> Acknowledged:
        """Books the opposite of a document at another address."""

    def delete(self, address: Address, document: str) -> bool:
        """Removes a document: True if it was there, False on a clean "not found"."""


class ReadableErp(Erp, Protocol):
    """An ERP that may also say what it holds."""

    def read_back(self, tenant: str, entry_date: date, lot: str) -> list[BookedLine] | None:
        """All lines that stand in a lot on a date; None where the site does not offer that."""

    def in_lot(self, tenant: str, lot: str) -> list[StandingDocument] | None:
        """Documents that stand in a lot on whatever date: a page of them at most, the newest first; None where the site
        does not offer that."""


def site_of(erp: Erp) -> str | None:
    """Where an ERP is, as its hook says; None for one that is everywhere the same."""
    return getattr(erp, "site", None)
