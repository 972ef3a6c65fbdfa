"""How much an entry can hold in an ERP: each ERP's own package says it."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLimits:
    """``lines`` of a document, characters of a line's ``history`` and of an ``account`` code, and the ``dimensions``
    that a line may carry besides its account: cost_centre, item, value_class, entities.05 … ``amount``: the largest of
    a line."""

    lines: int
    history: int
    account: int
    dimensions: frozenset[str]
    amount: Decimal = Decimal("9999999999999.99")
