"""The sandbox's own books of an office and day: what tests hold the product's figures against.

Computed from Bsale's tables in SQL and whole pesos. Neither the API's answers nor its code have a part in it.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from sandbox.bsale.catalogue import CHEQUE, CLIENT_CREDIT, RETURNED, TAXED

UNIX_EPOCH = date(1970, 1, 1)

ROWS = """
    SELECT payment.id, payment.type, payment.state, payment.amount, payment.is_credit_payment AS collects,
        coalesce(payment.check_date / 86400 > :number, 0) AS later,
        document.codesii,
        (SELECT coalesce(sum(share.amount), 0) FROM bsale_share AS share WHERE share.payment_pk = payment.pk) AS shares
    FROM bsale_payment AS payment LEFT JOIN bsale_document AS document ON document.pk = payment.document_pk
    WHERE payment.company = :company AND payment.office = :office
        AND (payment.record_date / 86400 = :number OR payment.record_date IS NULL AND payment.created_day = :day)
"""


@dataclass
class Figure:
    """How many payments, and their pesos."""

    count: int = 0
    amount: int = 0

    def add(self, amount: int) -> None:
        self.count += 1
        self.amount += amount


def by_form() -> dict[str, Figure]:
    return defaultdict(Figure)


@dataclass
class Books:
    """An office's day in whole pesos, by paymentTypeId as text. Voids are in none of the others.

    ``taxes`` is the VAT in payments and sales of taxed documents (19/119, rounded half up, payment by payment);
    ``applied`` is what collections paid off at most their own amount; ``postdated`` are cheques of a later day;
    ``refunds`` is money that went out: credit notes that were paid out, and payments below zero, whose VAT is in
    ``returned_taxes``.
    """

    payments: dict[str, Figure] = field(default_factory=by_form)
    sales: dict[str, Figure] = field(default_factory=by_form)
    collections: dict[str, Figure] = field(default_factory=by_form)
    voided: Figure = field(default_factory=Figure)
    postdated: Figure = field(default_factory=Figure)
    refunds: dict[str, Figure] = field(default_factory=by_form)
    taxes: int = 0
    returned_taxes: int = 0
    applied: int = 0


def books(session: Session, company: str, office: int, day: date) -> Books:
    """The books of an office's day as the tables hold it now; empty ones for a day that nobody has asked for yet."""
    result = Books()
    place = {"company": company, "office": office, "day": day.isoformat(), "number": (day - UNIX_EPOCH).days}
    for row in session.execute(text(ROWS), place):
        if row.state:
            result.voided.add(row.amount)
            continue
        if row.type == CHEQUE and row.later:
            result.postdated.add(row.amount)
        if row.collects:
            result.collections[str(row.type)].add(row.amount)
            result.applied += min(row.shares, row.amount)
            continue
        if row.amount < 0 or row.codesii == RETURNED:
            amount = abs(row.amount)
            result.refunds[str(row.type)].add(amount)
            if row.codesii in (*TAXED, RETURNED):
                result.returned_taxes += amount - (amount * 200 + 119) // 238
            continue
        kind = result.sales if row.type == CLIENT_CREDIT else result.payments
        kind[str(row.type)].add(row.amount)
        if row.codesii in TAXED:
            result.taxes += row.amount - (row.amount * 200 + 119) // 238
    return result
