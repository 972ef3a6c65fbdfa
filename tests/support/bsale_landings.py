"""Rows of Bsale as it words them, and days made of them, for tests to bend."""

import json
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

DAY = date(2024, 9, 6)
MIDNIGHT = int(datetime(2024, 9, 6, tzinfo=UTC).timestamp())
NOON = MIDNIGHT + 16 * 3600

CASH, CREDIT_CARD, CLIENT_CREDIT, CHEQUE = "1", "2", "4", "5"

PAYLOADS = Path(__file__).parents[1] / "hooks" / "bsale"


def payload(name: str) -> Any:
    """An example of the contract, as it stands there."""
    return json.loads(payload_text(name))


def payload_text(name: str) -> str:
    return (PAYLOADS / f"{name}.json").read_text()


def payment(number: int, amount: object = 1190, form: str = CASH, office: str = "1", **fields: object) -> dict:
    """A payment of DAY; a field given as None is left out."""
    row = {
        "href": f"https://api.bsale.cl/v1/payments/{number}.json",
        "id": number,
        "recordDate": MIDNIGHT,
        "amount": amount,
        "operationNumber": None,
        "accountingDate": "",
        "checkDate": None,
        "checkNumber": None,
        "checkAmount": None,
        "checkTaken": 0,
        "isCreditPayment": 0,
        "createdAt": NOON,
        "state": 0,
        "payment_type": node("payment_types", form),
        "document": node("documents", f"9{number}"),
        "office": node("offices", office),
        "user": node("users", "1"),
    } | fields
    absent = {name for name, value in fields.items() if value is None}
    return {name: value for name, value in row.items() if name not in absent}


def collection(number: int, amount: object, shares: list[object], **fields: object) -> dict:
    """A payment of several debts."""
    documents = [node("documents", f"{number}{at}") | {"amount": share} for at, share in enumerate(shares)]
    return payment(number, amount, isCreditPayment=1, document=None, documents=documents, **fields)


def node(resource: str, number: str) -> dict:
    return {"href": f"https://api.bsale.cl/v1/{resource}/{number}.json", "id": number}


def group(office: str, form: str, code: str, amount: object) -> dict:
    """A total of group_payment_types."""
    return {
        "recordDate": MIDNIGHT,
        "paymentTypeTotalAmount": amount,
        "paymentTypeId": int(form),
        "paymentTypeName": "…",
        "paymentLedgerAccount": None,
        "isCheck": int(form == CHEQUE),
        "isCreditNote": 0,
        "isClientCredit": int(form == CLIENT_CREDIT),
        "isCash": int(form == CASH),
        "isCreditMemo": 0,
        "codesii": code,
        "officeId": int(office),
        "officeName": "…",
        "officeCostCenter": "",
        "details": [],
    }


def totals(payments: list[dict], code: str = "39") -> list[dict]:
    """What active payments come to, all of one kind of document."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in payments:
        if not row["state"]:
            sums[row["office"]["id"], row["payment_type"]["id"]] += Decimal(str(row["amount"]))
    return [group(office, form, code, float(amount)) for (office, form), amount in sums.items()]


def landed(payments: list[dict], *, code: str = "39", **parts: object) -> str:
    """The landed body of a day of these payments, with totals and counts that fit, unless given otherwise."""
    voided = sum(row.get("state") == 1 for row in payments)
    counts = {"active": len(payments) - voided, "voided": voided, "before": 99, "listed": 99, "after": 99}
    undated = parts.get("undated", [])
    body = {
        "timezone": "America/Santiago",
        "payments": payments,
        "undated": undated,
        "group_payment_types": parts.get("groups"),
        "document_types": {code: [str(row.get("id")) for row in [*payments, *undated]]},
        "count": counts | parts.pop("count", {}),
    }
    if body["group_payment_types"] is None:
        body["group_payment_types"] = totals(payments, code)
    parts.pop("groups", None)
    return json.dumps(body | parts)
