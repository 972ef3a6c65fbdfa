"""Bsale's payments and the documents that they pay, of all companies of the sandbox. Money is whole pesos.

``pk`` is ours; ``id`` is the number that the company's own Bsale gave and the API shows.
"""

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sandbox.state import Table


class BsaleDay(Table):
    """A day that has been made; kept, so that it is made once."""

    __tablename__ = "bsale_day"
    company: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)


class BsaleDocument(Table):
    """A tax document; ``number`` is its folio, ``codesii`` its kind."""

    __tablename__ = "bsale_document"
    __table_args__ = (UniqueConstraint("company", "id"),)
    pk: Mapped[int] = mapped_column(primary_key=True)
    company: Mapped[str]
    id: Mapped[int]
    number: Mapped[int]
    codesii: Mapped[str]
    office: Mapped[int]
    total: Mapped[int]


class BsaleShare(Table):
    """How much of a collection goes to one document."""

    __tablename__ = "bsale_share"
    payment_pk: Mapped[int] = mapped_column(ForeignKey("bsale_payment.pk"), primary_key=True)
    document_pk: Mapped[int] = mapped_column(ForeignKey("bsale_document.pk"), primary_key=True)
    amount: Mapped[int]
    document: Mapped[BsaleDocument] = relationship()


class BsalePayment(Table):
    """A payment. ``record_date`` is epoch seconds, or None where Bsale shows an empty text; ``created_day`` is the
    local day of ``created_at``. ``amount_as`` is how Bsale writes the amount: int, float or text. ``hidden`` payments
    count in group totals and stand in no list."""

    __tablename__ = "bsale_payment"
    __table_args__ = (UniqueConstraint("company", "id"),)
    pk: Mapped[int] = mapped_column(primary_key=True)
    company: Mapped[str]
    id: Mapped[int]
    record_date: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[int]
    created_day: Mapped[date] = mapped_column(index=True)
    amount: Mapped[int]
    amount_as: Mapped[str] = mapped_column(default="int")
    state: Mapped[int] = mapped_column(default=0)
    type: Mapped[int]
    office: Mapped[int | None]
    user: Mapped[int]
    operation: Mapped[str | None]
    is_credit_payment: Mapped[int] = mapped_column(default=0)
    check_date: Mapped[int | None]
    check_number: Mapped[int | None]
    check_amount: Mapped[int | None]
    check_taken: Mapped[int] = mapped_column(default=0)
    hidden: Mapped[bool] = mapped_column(default=False)
    document_pk: Mapped[int | None] = mapped_column(ForeignKey("bsale_document.pk"), index=True)
    document: Mapped[BsaleDocument | None] = relationship()
    shares: Mapped[list[BsaleShare]] = relationship(order_by=BsaleShare.document_pk)
