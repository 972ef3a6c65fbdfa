"""The ERP's table CT2, with what the sandbox remembers about each document besides."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sandbox.state import Table


class Documento(Table):
    """An accounting document: the lines that share tenant, date, lot, sublot and number.

    A deleted one stays, with the time, so that tests can tell what has been there.
    """

    __tablename__ = "protheus_documento"
    __table_args__ = (Index("protheus_portada", "group", "branch", "entry_date", "lot", "sublot"),)
    pk: Mapped[int] = mapped_column(primary_key=True)
    group: Mapped[str]
    branch: Mapped[str]
    entry_date: Mapped[date]
    lot: Mapped[str]
    sublot: Mapped[str]
    number: Mapped[int]
    inserted_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    reverses_pk: Mapped[int | None] = mapped_column(ForeignKey("protheus_documento.pk"))
    reverses: Mapped["Documento | None"] = relationship(remote_side=pk)
    lines: Mapped[list["CT2"]] = relationship(order_by="CT2.pk")


class Numeracion(Table):
    """The numbers of an address that are prepared ahead: the next one to give, and the last of those prepared."""

    __tablename__ = "protheus_numeracion"
    group: Mapped[str] = mapped_column(primary_key=True)
    branch: Mapped[str] = mapped_column(primary_key=True)
    entry_date: Mapped[date] = mapped_column(primary_key=True)
    lot: Mapped[str] = mapped_column(primary_key=True)
    sublot: Mapped[str] = mapped_column(primary_key=True)
    next_number: Mapped[int]
    prepared_to: Mapped[int]


class CT2(Table):
    """A line: its fields by their CT2 names, as text (``CT2_VALOR``: ``"1500.60"``), blanks where nothing was sent."""

    __tablename__ = "protheus_ct2"
    pk: Mapped[int] = mapped_column(primary_key=True)
    documento_pk: Mapped[int] = mapped_column(ForeignKey("protheus_documento.pk"), index=True)
    fields: Mapped[dict[str, str]] = mapped_column(JSON)
