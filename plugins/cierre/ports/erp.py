"""What posting asks of an ERP, and what an ERP declares of itself. Light: a connection's form is read by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from cierre.ports.named import Named

if TYPE_CHECKING:
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

    def insert(self, address: "Address", entry: "JournalEntry", key: str) -> Acknowledged:
        """Books the entry at the address."""

    def reverse(self, of: "Address", document: str, into: "Address") -> Acknowledged:
        """Books the opposite of a document at another address."""

    def delete(self, address: "Address", document: str) -> bool:
        """Removes a document: True if it was there, False on a clean "not found"."""


class ReadableErp(Erp, Protocol):
    """An ERP that may also say what it holds."""

    def read_back(self, tenant: str, entry_date: date, lot: str) -> "list[BookedLine] | None":
        """All lines that stand in a lot on a date; None where the site does not offer that."""

    def in_lot(self, tenant: str, lot: str) -> "list[StandingDocument] | None":
        """Documents that stand in a lot on whatever date: a page of them at most, the newest first; None where the site
        does not offer that."""


class ErpHook(ReadableErp, Protocol):
    """The same behind an Airflow connection. ``site``: where it is, an address without login; what was posted is bound
    to it. ``is_sandbox``: whether that is the sandbox's stand-in, which keeps nobody's books."""

    @property
    def site(self) -> str: ...

    @property
    def is_sandbox(self) -> bool: ...


def site_of(erp: Erp) -> str | None:
    """Where an ERP is, as its hook says; None for one that is everywhere the same."""
    return getattr(erp, "site", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLimits:
    """How much an entry can hold: ``lines`` of a document, characters of a line's ``history``, the ``dimensions`` that
    a line carries besides its account, and ``sublots``: numbered addresses of a lot and date that every site takes."""

    lines: int
    history: int
    dimensions: tuple[str, ...]
    sublots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpDescription:
    """All that others need to know of an ERP.

    ``slug`` is its kind in files and the name of its package; ``label`` the name of its connection type for people;
    ``hook`` is the class of its ReadableErp; ``form`` its connection type's form as Airflow wants it.
    """

    slug: str
    label: str
    hook: Named
    form: Mapping[str, Any]
    limits: EntryLimits

    @property
    def preloaded(self) -> tuple[str, ...]:
        """The modules that a scheduler imports once, before it forks its tasks."""
        return (self.hook.module,)

    @property
    def named(self) -> list[Named]:
        """Every part that is imported when it is first used."""
        return [self.hook]
