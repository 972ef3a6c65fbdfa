"""What a cash box's file says of Protheus, under ``erp:``. Light: whoever reads a DAG file reads it."""

from typing import Annotated, ClassVar, Literal

from cierre.bookkeeping.cash_box import ConnectionId, Erp, Matching
from cierre.bookkeeping.limits import EntryLimits

LIMITS = EntryLimits(
    # CT2_LINHA has three characters.
    lines=999,
    # CT2_HIST: a longer text makes the ERP add continuation lines.
    history=40,
    # CT1_CONTA.
    account=20,
    # CT2_CCD, CT2_ITEMD, CT2_CLVLDB, CT2_EC05DB to CT2_EC09DB, and the same of the credit.
    dimensions=frozenset({"cost_centre", "item", "value_class", *(f"entities.0{number}" for number in range(5, 10))}),
)
"""How much an entry holds there (protheus.seed.txt, INSERT; field-notes.md)."""

Tenant = Annotated[
    str, Matching(r"[^,\s][^,]*,[^,\s][^,]*", "'group,branch' with no blank after the comma, like 'T1,D MG 01 '")
]
Lot = Annotated[str, Matching(r"[A-Za-z0-9]{6}", "a lot of six letters or digits, like '008964'")]


class Protheus(Erp):
    """The box's books are in Protheus.

    ``tenant`` goes there verbatim (its branch is padded: ``"T1,D MG 01 "``, protheus.seed.txt, Header). ``lot`` is
    CT2_LOTE and belongs to this box alone, since posting counts on owning its addresses.
    ``correction``: how books that changed replace what was posted. ``locks_on_day``: on which day of the next month
    the ERP closes a month.
    """

    limits: ClassVar[EntryLimits] = LIMITS

    kind: Literal["protheus"] = "protheus"
    connection: ConnectionId = "protheus"
    tenant: Tenant
    lot: Lot
