"""Payments that come in after a day was made: created through the API, or by people at the sandbox."""

import json
import time
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.bsale.catalogue import API_USER, CASH, HOME, PAYMENT_TYPES, RECEIPT
from sandbox.bsale.generator import midnight
from sandbox.bsale.model import BsaleDocument, BsalePayment
from sandbox.bsale.refusals import Problem


def create(session: Session, company: str, body: bytes) -> BsalePayment:
    """The payment that a POST asks for; raises Problem."""
    try:
        sent = json.loads(body)
    except ValueError:
        raise Problem(400, {"message": "The body is not valid JSON", "code": 400}) from None
    if not isinstance(sent, dict):
        raise Problem(400, {"message": "The body must be an object", "code": 400})
    if wrong := _wrong(sent):
        raise Problem.invalid(wrong)
    document = session.scalar(select(BsaleDocument).filter_by(company=company, id=sent["documentId"]))
    if document is None:
        raise Problem.not_found(f"document {sent['documentId']}")
    return _add(
        session,
        company,
        record_date=sent["recordDate"],
        created_at=int(time.time()),
        amount=int(sent["amount"]),
        type=sent["paymentTypeId"],
        office=document.office,
        user=API_USER,
        document=document,
    )


def grow(
    session: Session, company: str, day: date, *, office: int = 1, form: int = CASH, amount: int = 1_990
) -> BsalePayment:
    """One more payment of a day, with a receipt of its own; it is the company's newest."""
    number = 1 + (session.scalar(select(func.max(BsaleDocument.id)).filter_by(company=company)) or 0)
    document = BsaleDocument(company=company, id=number, number=number, codesii=RECEIPT, office=office, total=amount)
    latest = session.scalar(select(func.max(BsalePayment.created_at)).filter_by(company=company)) or midnight(day)
    return _add(
        session,
        company,
        record_date=midnight(day),
        created_at=latest + 60,
        amount=amount,
        type=form,
        office=office,
        user=1,
        document=document,
    )


def _add(session: Session, company: str, **row: Any) -> BsalePayment:
    number = 1 + (session.scalar(select(func.max(BsalePayment.id)).filter_by(company=company)) or 0)
    created_day = datetime.fromtimestamp(row["created_at"], UTC).astimezone(HOME).date()
    payment = BsalePayment(company=company, id=number, created_day=created_day, **row)
    session.add(payment)
    session.flush()
    return payment


def _wrong(sent: dict[str, Any]) -> dict[str, str]:
    """What is wrong with a payment that is to be created, by field."""
    wrong = {
        field: f"{field} is required"
        for field in ("recordDate", "amount", "documentId", "paymentTypeId")
        if not isinstance(sent.get(field), (int, float)) or sent[field] != int(sent[field])
    }
    if "amount" not in wrong and sent["amount"] <= 0:
        wrong["amount"] = "amount must be greater than zero"
    if "paymentTypeId" not in wrong and sent["paymentTypeId"] not in PAYMENT_TYPES:
        wrong["paymentTypeId"] = "paymentTypeId does not exist"
    for attribute in sent.get("dynamicAttributes", []):
        if not isinstance(attribute, dict) or not {"description", "dynamicAttributeId"} <= attribute.keys():
            wrong["dynamicAttributes"] = "each needs description and dynamicAttributeId"
    return wrong
