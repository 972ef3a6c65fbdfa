"""What posting asks of an ERP, and what an ERP declares of itself. Light: a connection's form is read by it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from cierre.ports.named import Named

if TYPE_CHECKING:
    from cierre.bookkeeping.address import Address
    from cierre.bookkeeping.journal import JournalEntry
    from cierre.bookkeeping.master_data import MasterData
    from cierre.bookkeeping.read_back import BookedLine, StandingDocument
    from cierre.bookkeeping.tie_out import HeldLine


class Acknowledged(Protocol):
    """The ERP's answer to an insert or a reversal, stripped: the document's number, and the tenant it answers for."""

    @property
    def document(self) -> str: ...

    @property
    def tenant(self) -> str: ...


class Numbering(Protocol):
    """How an ERP numbers sublots and documents.

    ``documents`` are the numbers that an unused address gives to documents, the first one first: as many as one request
    can leave there. An ERP that numbers documents as it likes has ``ANY_NUMBER`` alone: its hook proves by other means
    that an answer is about the one document of that address, and a delete finds that by the address.
    """

    @property
    def documents(self) -> tuple[str, ...]: ...

    def sublot(self, number: int, *, more: bool) -> str:
        """The sublot of a lot's n-th attempt on a date; with ``more``, also of those that only some sites take (as the
        site's capability alphanumeric_sublots has it). Raises ValueError, with a sentence, where there is none left."""

    def for_probes(self, *, more: bool) -> Sequence[str]:
        """Sublots that a probe may try; with ``more``, such as only some sites take."""

    def in_the_way(self, document: str) -> str:
        """Which document an answer with this number, at what was taken to be an unused address, tells of."""


ANY_NUMBER = ""
"""Of a document at an address that has one at most: whatever its number is."""


class Erp(Protocol):
    """An ERP's hook. Each write is sent once, whatever happens; errors are of cierre.ports.errors and name the
    decision.

    ``vendor`` is its name for people. ``timeout_seconds`` is how long a request may last before its outcome counts as
    unknown.
    """

    @property
    def vendor(self) -> str: ...

    @property
    def numbering(self) -> Numbering: ...

    @property
    def timeout_seconds(self) -> float: ...

    def insert(self, address: "Address", entry: "JournalEntry", key: str) -> Acknowledged:
        """Books the entry at the address."""

    def reverse(self, of: "Address", document: str, into: "Address") -> Acknowledged:
        """Books the opposite of a document at another address."""

    def delete(self, address: "Address", document: str) -> bool:
        """Removes a document: True if it was there, False on a clean "not found". ``document`` is ANY_NUMBER only where
        the numbering has that."""


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


class TellsBalances(Protocol):
    """An ERP that may also say what a tenant's books hold of a range of dates, both inclusive. Each gives None where
    the site does not offer that, and raises as read_back."""

    def lines_in_lots(self, tenant: str, first: date, last: date, lots: "Collection[str]") -> "list[HeldLine] | None":
        """All lines that stand in lots."""

    def lines_on_accounts(
        self, tenant: str, first: date, last: date, accounts: "Collection[str]"
    ) -> "list[HeldLine] | None":
        """All lines of documents' sides on accounts, of whatever lot; other lines of the documents may come with
        them."""


class TellsRights(Protocol):
    """An ERP that may also say what its login is allowed."""

    def may_post(self, tenant: str = "") -> bool | None:
        """Whether the login may post (in a tenant, where one is given); None where the site does not tell."""


class MasterDataErp(ErpHook, TellsRights, Protocol):
    """An ERP that may also say what may be booked in a tenant, and until when."""

    def master_data(self, tenant: str) -> "MasterData | None":
        """What it says of a tenant now; None where the site tells nothing of it. Only reads. Raises RetriableError or
        FatalError."""


def site_of(erp: Erp) -> str | None:
    """Where an ERP is, as its hook says; None for one that is everywhere the same."""
    return getattr(erp, "site", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpDescription:
    """All that others need to know of an ERP.

    ``slug`` is its kind in files and the name of its package; ``label`` the name of its connection type for people;
    ``hook`` is the class of its ReadableErp; ``form`` its connection type's form as Airflow wants it; ``box_section``
    the model (cierre.bookkeeping.cash_box.Erp) of what a box's file says under ``erp:``, with the limits of an entry;
    ``probe`` the class (cierre.ports.probe.Probe) that tries what posting assumes of a site. ``tells_balances``: its
    hook is a TellsBalances. ``tells_master_data``: its hook is a MasterDataErp.
    """

    slug: str
    label: str
    hook: Named
    form: Mapping[str, Any]
    box_section: Named
    probe: Named
    tells_balances: bool = False
    tells_master_data: bool = False

    @property
    def named(self) -> list[Named]:
        """Every part that is imported when it is first used."""
        return [self.hook, self.box_section, self.probe]
