"""What people do to the ERP's books past its API: an entry changed or deleted on the screen, a backup restored."""

from datetime import UTC, date, datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sandbox.protheus.fields import TEXTS
from sandbox.protheus.model import CT2, Documento
from sandbox.protheus.settings import TENANTS

EDITABLE = {*TEXTS, "CT2_VALOR"}


class Place(BaseModel):
    """A live document of the books."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant: str
    entry_date: date
    lot: str
    sublot: str
    document: str

    def find(self, session: Session) -> Documento:
        """The document; raises LookupError if none stands there."""
        tenant = TENANTS.get(self.tenant.rstrip())
        found = tenant and session.scalar(
            select(Documento).filter_by(
                group=tenant.group,
                branch=tenant.branch,
                entry_date=self.entry_date,
                lot=self.lot,
                sublot=self.sublot,
                number=int(self.document),
                deleted_at=None,
            )
        )
        if found is None:
            raise LookupError(f"no document {self.document} stands at {self.entry_date} {self.lot}/{self.sublot}")
        return found


class Edit(Place):
    """A line of a document (from 1), and what its fields become, as text (``{"CT2_VALOR": "9.99"}``)."""

    line: int
    fields: dict[str, str]


def edit(session: Session, change: Edit) -> None:
    """Changes a line as a person would on the screen. Raises LookupError for a line or field that is not there."""
    lines = change.find(session).lines
    if not 0 < change.line <= len(lines) or not change.fields.keys() <= EDITABLE:
        raise LookupError(f"no line {change.line} with fields {', '.join(change.fields)}")
    line = lines[change.line - 1]
    line.fields = line.fields | change.fields


def remove(session: Session, place: Place) -> None:
    """Deletes a document as a person would on the screen. Raises LookupError."""
    place.find(session).deleted_at = datetime.now(UTC)


def restore(session: Session, instant: datetime) -> int:
    """The books as a backup of that instant (aware) has them: what came later never was, its numbers are free again,
    and what was deleted since stands again. Changes of lines stay. Returns how many documents were lost."""
    at = instant.astimezone(UTC).replace(tzinfo=None)
    later = [pk for (pk,) in session.execute(select(Documento.pk).where(Documento.inserted_at > at))]
    session.execute(delete(CT2).where(CT2.documento_pk.in_(later)))
    session.execute(delete(Documento).where(Documento.pk.in_(later)))
    for document in session.scalars(select(Documento).where(Documento.deleted_at > at)):
        document.deleted_at = None
    return len(later)
