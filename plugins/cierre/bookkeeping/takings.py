"""Money taken in: what came into the tills, less what went out of them again.

What a day's journal comes to is more: it holds invoices on credit, discounts, and money that only moves between
accounts.
"""

from cierre.bookkeeping.documents import Kind

CASH = "cash"
"""The sale_type of a sale that is paid at the till."""


def sign(kind: str, sale_type: str | None = None, returned: str | None = None) -> int:
    """Whether a document's net came in (1), went out (-1), or is no money at the till (0).

    ``sale_type`` and ``returned`` are its attributes of these names, None where its source has none
    (cierre.bookkeeping.vocabulary).
    """
    match kind:
        case Kind.PAYMENT | Kind.RECEIPT:
            return 1
        case Kind.COLLECTION:
            return -1 if returned == "true" else 1
        case Kind.REFUND:
            return -1
        case Kind.SALE if sale_type == CASH:
            return 1
        case Kind.CREDIT_NOTE if sale_type == CASH:
            return -1
    return 0
