"""What posting must know of the ERP's site and of the box's policy."""

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Site:
    """``alphanumeric_sublots``: the site takes letters, so a lot has more addresses a date than elsewhere (as probed).

    ``own_reversal_address``: the ERP books a reversal where it is told to, as the contract says, and, with
    ``reversals_probed``, as a probe has seen. ``atomic_insert``: a refused
    entry leaves nothing there (as probed). ``readable``: what stands in a lot can be read (as probed).
    ``correction``: how books that changed replace what was posted: by a reversal, or, in an open period, by deleting
    it. ``open_from``: the first date of the ERP's open periods; None where nobody said. ``history``: how many
    characters of a line's history the ERP holds; None for any number. ``ledger_id``: this ledger's own, which its
    documents carry; empty for one that has none.
    """

    alphanumeric_sublots: bool = False
    own_reversal_address: bool = True
    reversals_probed: bool = False
    correction: Literal["reversal", "delete"] = "reversal"
    open_from: date | None = None
    history: int | None = None
    atomic_insert: bool = False
    readable: bool = False
    ledger_id: str = ""

    def is_open(self, entry_date: date) -> bool:
        """Whether the ERP still takes entries on a date, as far as is known."""
        return self.open_from is None or entry_date >= self.open_from
