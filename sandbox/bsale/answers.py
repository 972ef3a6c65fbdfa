"""Bsale's answers: payments, lists of them, and totals by form of payment, as ``bsale.seed.txt`` shows them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from sandbox.bsale import catalogue
from sandbox.bsale.catalogue import Company, PaymentType
from sandbox.bsale.generator import midnight
from sandbox.bsale.model import BsaleDocument, BsalePayment

API = "https://api.bsale.cl/v1"


def payment(
    row: BsalePayment, company: Company, fields: list[str] = (), expand: list[str] = (), *, codes: bool = True
) -> dict[str, Any]:
    """One payment; ``fields`` keeps only those, ``expand`` writes the named nodes out, documents with ``codes`` or only
    with the id of their kind."""
    shown = {
        "href": f"{API}/payments/{row.id}.json",
        "id": row.id,
        "recordDate": "" if row.record_date is None else row.record_date,
        "amount": {"int": row.amount, "float": float(row.amount), "text": f"{row.amount}.0"}[row.amount_as],
        "operationNumber": row.operation,
        "accountingDate": "",
        "checkDate": row.check_date,
        "checkNumber": row.check_number,
        "checkAmount": row.check_amount,
        "checkTaken": row.check_taken,
        "isCreditPayment": row.is_credit_payment,
        "createdAt": row.created_at,
        "state": row.state,
        "payment_type": _node("payment_types", row.type, _payment_type(row.type), "payment_type" in expand),
    }
    if row.document is not None:
        shown["document"] = _node("documents", row.document.id, _document(row.document, codes), "document" in expand)
    if row.is_credit_payment:
        shown["documents"] = [
            {
                **_node("documents", share.document.id, _document(share.document, codes), "documents" in expand),
                "amount": share.amount,
            }
            for share in row.shares
        ]
    if row.office is not None:
        shown["office"] = _node("offices", row.office, _office(company, row.office), "office" in expand)
    shown["user"] = _node("users", row.user, {"firstName": catalogue.USERS[row.user], "state": 0}, "user" in expand)
    return _only(shown, fields)


def created(row: BsalePayment, company: Company) -> dict[str, Any]:
    """The answer to a payment's creation: fewer fields than the list gives."""
    absent = {"operationNumber", "accountingDate", "isCreditPayment", "createdAt"}
    return {name: value for name, value in payment(row, company).items() if name not in absent}


def listing(
    rows: list[dict[str, Any]], *, count: int, limit: int, offset: int, parameters: dict[str, str]
) -> dict[str, Any]:
    """A page of payments. ``next`` goes on by the limit, however few came."""
    href = f"{API}/payments.json"
    answer = {"href": href, "count": count, "limit": limit, "offset": offset, "items": rows}
    if offset + limit < count:
        further = {**parameters, "limit": limit, "offset": offset + limit}
        answer["next"] = f"{href}?{urlencode(further)}"
    return answer


def totals(rows: Iterable[BsalePayment], company: Company, fields: list[str]) -> list[dict[str, Any]]:
    """What payments come to by day, form, office and kind of document; a collection goes by its first document."""
    sums: dict[tuple, int] = defaultdict(int)
    for row in rows:
        document = row.document or (row.shares[0].document if row.shares else None)
        day = row.record_date // 86_400 * 86_400 if row.record_date is not None else midnight(row.created_day)
        sums[row.type, row.office or 0, document.codesii if document else "", day] += row.amount
    offices = {office.id: office.name for office in company.offices}
    groups = []
    for (form, office, codesii, day), amount in sorted(sums.items()):
        kind = catalogue.PAYMENT_TYPES[form]
        group = {
            "recordDate": day,
            "paymentTypeTotalAmount": float(amount),
            "paymentTypeId": form,
            "paymentTypeName": kind.name,
            "paymentLedgerAccount": "",
            **_flags(kind),
            "codesii": codesii,
            "officeId": office,
            "officeName": offices.get(office, ""),
            "officeCostCenter": "",
            "details": [{"name": name, "value": ""} for name in kind.details],
        }
        groups.append(_only(group, fields))
    return groups


def _node(resource: str, id: int, whole: dict[str, Any], expanded: bool) -> dict[str, Any]:
    """A reference to another thing (its id a text), or, expanded, the thing itself (its id a number)."""
    href = f"{API}/{resource}/{id}.json"
    return {"href": href, "id": id, **whole} if expanded else {"href": href, "id": str(id)}


def _payment_type(id: int) -> dict[str, Any]:
    kind = catalogue.PAYMENT_TYPES[id]
    return {"name": kind.name, "isVirtual": 0, **_flags(kind), "state": 0}


def _flags(kind: PaymentType) -> dict[str, int]:
    return {flag: int(flag == kind.flag) for flag in catalogue.FLAGS}


def _document(row: BsaleDocument, codes: bool) -> dict[str, Any]:
    kind = _node("document_types", catalogue.DOCUMENT_TYPES[row.codesii].id, {}, expanded=False)
    code = {"codeSii": row.codesii} if codes else {}
    return {"number": row.number, "totalAmount": row.total, **code, "document_type": kind, "state": 0}


def document_types(limit: int, offset: int) -> dict[str, Any]:
    """A page of the kinds of documents that a company has."""
    kinds = sorted(catalogue.DOCUMENT_TYPES.values(), key=lambda kind: kind.id)
    rows = [
        {
            "href": f"{API}/document_types/{kind.id}.json",
            "id": kind.id,
            "name": kind.name,
            "codeSii": kind.code,
            "isElectronicDocument": int(bool(kind.code)),
            "isSalesNote": int(kind.code == catalogue.OWN),
            "isExempt": int(kind.is_exempt),
            "isCreditNote": int(kind.is_credit_note),
            "use": int(kind.is_credit_note),
            "state": 0,
        }
        for kind in kinds[offset : offset + limit]
    ]
    return {"href": f"{API}/document_types.json", "count": len(kinds), "limit": limit, "offset": offset, "items": rows}


def instance(company: Company) -> dict[str, Any]:
    """What Bsale's own service tells of a token: whose it is."""
    return {"id": 1, "code": company.rut, "name": company.name, "state": 0, "country": "Chile"}


def _office(company: Company, id: int) -> dict[str, Any]:
    names = {office.id: office.name for office in company.offices}
    return {"name": names.get(id, ""), "isVirtual": 0, "country": "Chile", "costCenter": "", "state": 0}


def _only(answer: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if not fields or name in fields}
