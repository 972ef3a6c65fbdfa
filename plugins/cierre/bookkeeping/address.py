"""Where a document stands in the ERP; no address is used twice, which makes it the idempotency key."""

from dataclasses import dataclass
from datetime import date

from cierre.bookkeeping.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Address:
    """Tenant, date, lot and sublot of a document in the ERP.

    ``tenant`` is sent verbatim, padding included; ``lot`` is the box's own, ``sublot`` the attempt's own: what each
    looks like is for the ERP's package to say. An ERP without sublots makes an idempotency key of them.
    """

    tenant: str
    entry_date: date
    lot: str
    sublot: str

    def __str__(self) -> Sentence:
        return Sentence(
            "{date} lot {lot} sublot {sublot} of {tenant}",
            date=f"{self.entry_date:%d/%m/%Y}",
            lot=self.lot,
            sublot=self.sublot,
            tenant=self.tenant.strip(),
        )

    def is_of(self, tenant: str) -> bool:
        """Whether it is in a tenant. Blanks around the parts of its name do not count: the padding does not survive
        every reader of headers."""
        return is_same_tenant(self.tenant, tenant)


def is_same_tenant(one: str, other: str) -> bool:
    """Whether two names of a tenant differ in blanks around their parts at most: they go out as written, and are
    compared stripped (field-notes.md)."""
    return _parts(one) == _parts(other)


def _parts(tenant: str) -> list[str]:
    return [part.strip() for part in tenant.split(",")]
