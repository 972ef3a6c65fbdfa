"""A day's bookings as the ERP may hold them: those of the current revision, and what earlier ones left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import psycopg

from cierre.ledger import revisions
from cierre.ledger.revisions import FrozenEntry, Revision


@dataclass(frozen=True, slots=True)
class DayBooks:
    """``own``: the revision's own entries. ``replaced``: earlier ones that its site may still hold. ``unsent``: earlier
    ones that were never sent, unless the ledger forgot it."""

    own: Sequence[FrozenEntry]
    replaced: Sequence[FrozenEntry]
    unsent: Sequence[FrozenEntry]

    @classmethod
    def of(cls, connection: psycopg.Connection, revision: Revision) -> Self:
        """Those of a revision's day, as the ledger has them now."""
        return cls(
            own=revisions.bookings(connection, revision),
            replaced=revisions.superseded(connection, revision),
            unsent=revisions.unsent(connection, revision),
        )

    @property
    def all(self) -> list[FrozenEntry]:
        """All of them."""
        return [*self.own, *self.replaced, *self.unsent]
