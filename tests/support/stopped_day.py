"""A day that stops at a form of payment that its mapping does not know, and the same day closed by the mapping."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Document, Kind, Reading, totals
from cierre.ledger import landing, problems, revisions, staging
from hooks.registry import SOURCES
from support import closed_day

BOX = cash_boxes()["itb_caja_164"]


def stop(
    ledger: psycopg.Connection,
    day: date,
    form: str = "19",
    name: str = "PAGO EN LINEA",
    net: str = "378.64",
    box: CashBox = BOX,
) -> None:
    """A payment by a form that the mapping does not know, as land, stage and derive leave its day."""
    amounts = {"net": Decimal(net), "promotion": Decimal(0), "scholarship": Decimal(0), "gross": Decimal(net)}
    attributes = {"form": form, "revenue_type": "1", "programme": "1", "fraud": "false"}
    document = Document(
        source="sga", kind=Kind.PAYMENT, source_id="0-0", business_date=day, currency="USD", form=form,
        amounts=amounts, attributes=attributes, place="0/PAGOS/0", reference="001-002-000000001",
    )  # fmt: skip
    row = {
        "pagoValor": float(net),
        "formaPagoId": int(form),
        "formaPagoNombre": name,
        "facturaNumero": "001-002-000000001",
    }
    stop_at(ledger, box, document, _body(row))


def stop_at(ledger: psycopg.Connection, box: CashBox, document: Document, body: str) -> None:
    """The same of any document, with the answer that it was landed with."""
    day, source = document.business_date, document.source
    landed = landing.land(ledger, landing.Place(source, box.connection, box.key, day), asked={},
                          received_at=datetime.now(UTC), body=body, open_fields=SOURCES[source].open_fields,
                          site=f"http://{source}.example")  # fmt: skip
    landing.take(ledger, box.id, day, landed.snapshot_id, totals([document]), [], key=box.key)
    staging.replace(ledger, box.id, day, landed.snapshot_id, Reading([document], []))
    found = derive([document], account_mapping(box.mapping), box, day).problems
    problems.replace(ledger, box.id, day, box.mapping, found)


def _body(row: dict) -> str:
    return json.dumps([{"PAGOS": [row], "NC": [], "RC": []}])


def close(ledger: psycopg.Connection, day: date, box: CashBox = BOX) -> None:
    """What a run of the day does now: derives it by the mapping as it is, and where that can book it, closes it."""
    documents = staging.documents(ledger, box.id, day)
    derivation = derive(documents, account_mapping(box.mapping), box, day)
    problems.replace(ledger, box.id, day, box.mapping, derivation.problems)
    if derivation.problems:
        return
    revision, _ = revisions.freeze(
        ledger,
        box=box.id,
        day=day,
        snapshot_id=staging.snapshot_of(ledger, box.id, day),
        mapping=box.mapping,
        mapping_digest=account_mapping(box.mapping).digest,
        tenant=box.erp.tenant,
        lot=box.erp.lot,
        entries=derivation.entries,
        documents={one.key: one for one in documents},
    )
    closed_day.post(ledger, revision)
    assert closed_day.reconcile(ledger, revision) == "reconciled"
