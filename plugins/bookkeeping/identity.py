"""What a cash box's books belong to in the world: where documents came from, and whose books they entered. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Where documents come from: a source, the site behind a connection, and the box's key there.

    ``site`` and ``key`` are None where nobody kept them: what was landed before the ledger kept sites and keys.
    """

    source: str
    site: str | None
    connection: str
    key: str | None

    def differs_from(self, other: "Origin") -> bool:
        """Whether the two are known to be different tills. Of unknown sites the connections are compared."""
        if self.source != other.source or (None not in (self.key, other.key) and self.key != other.key):
            return True
        if self.site is None or other.site is None:
            return self.connection != other.connection
        return self.site != other.site

    def __str__(self) -> str:
        """As people read it: ``key 164 at http://sga.example (sga)``, or what of it is known."""
        where = f"{self.site or self.connection} ({self.source})"
        return f"{self.key}, {where}" if self.key else where


@dataclass(frozen=True, slots=True)
class Target:
    """Whose books they enter: the ERP's tenant (compared stripped) and the box's lot there."""

    tenant: str
    lot: str

    def differs_from(self, other: "Target") -> bool:
        """Whether documents of the two stand in different places of the ERP."""
        return (self.tenant.strip(), self.lot) != (other.tenant.strip(), other.lot)

    def __str__(self) -> str:
        """As people read it: ``008964, T1,D MG 01``."""
        return f"{self.lot}, {self.tenant.strip()}"


@dataclass(frozen=True, slots=True)
class Books:
    """What the books of a day belong to, and the unit (ISO 4217) that their money is in."""

    origin: Origin
    target: Target
    currency: str
