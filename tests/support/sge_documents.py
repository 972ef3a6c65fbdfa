"""Documents of the university's, as the SGE's hook reads them."""

from datetime import date
from decimal import Decimal

from cierre.bookkeeping.documents import Document, Kind


def sale(number: str, day: date, base: str, project: str = "123456", rate: str = "21") -> Document:
    """An invoice of the university's, as the SGE's hook reads it."""
    net = Decimal(base)
    vat = round(net * Decimal(rate) / 100, 2)
    return Document(
        source="sge", kind=Kind.SALE, source_id=f"{day.year}/{number}", business_date=day, currency="EUR", form="",
        amounts={"net": net, "vat": vat, "gross": net + vat},
        attributes={"project": project, "year": str(day.year), "vat_rate": rate}, place="0/0", reference=number,
    )  # fmt: skip


def collection(of: Document, day: date, amount: str) -> Document:
    """Money for it; below zero, money that went back."""
    net = Decimal(amount)
    attributes = {"project": of.attributes["project"], "year": of.attributes["year"]}
    return Document(
        source="sge", kind=Kind.COLLECTION, source_id=f"{of.source_id}/{day}", business_date=day, currency="EUR",
        form="returned" if net < 0 else "", amounts={"net": abs(net)},
        attributes=attributes | {"returned": "true" if net < 0 else "false"}, place="0/0/collected",
        reference=of.reference,
    )  # fmt: skip
