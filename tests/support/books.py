"""Days of books for tests of posting: amounts in, a frozen revision out."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg

from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.journal import JournalEntry, Line, LineSource, Side
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.ledger import landing, revisions

BOX, DAY, TENANT, LOT = "itb_caja_164", date(2024, 9, 6), "T1,D MG 01 ", "008964"


def freezer(ledger: psycopg.Connection) -> Callable[..., revisions.Revision]:
    """Freezes a day of given amounts, one entry each, as its current revision: ``freeze("35.30", "4.00")``, for any
    site of the ERP and the box's own lot unless told otherwise."""
    place = landing.Place("sga", "sga_itb", "164", DAY)
    snapshot = landing.land(ledger, place, asked={}, received_at=datetime.now(UTC), body="[]", open_fields=NOTHING_OPEN)

    def frozen(
        *amounts: str, open_from: date | None = None, site: str | None = None, lot: str = ""
    ) -> revisions.Revision:
        documents, entries = {}, []
        for part, amount in enumerate(map(Decimal, amounts), start=1):
            document = Document(
                "sga", Kind.PAYMENT, f"0-{part}", DAY, "USD", "1", {"net": amount}, {}, f"0/PAGOS/{part}"
            )
            documents[document.key] = document
            sources = (LineSource(document.key, "net", amount),)
            lines = [
                Line(side, account, amount, "Caja", sources=sources)
                for side, account in ((Side.DEBIT, "1.1"), (Side.CREDIT, "4.1"))
            ]
            entries.append(JournalEntry(BOX, DAY, part, "USD", tuple(lines)))
        revision, _ = revisions.freeze(
            ledger, box=BOX, day=DAY, snapshot_id=snapshot.snapshot_id, mapping="m", mapping_digest="m", tenant=TENANT,
            lot=lot or LOT, entries=entries, documents=documents, open_from=open_from, site=site,
        )  # fmt: skip
        return revision

    return frozen
