"""Where a probe may write, as a person names it."""

from typing import Annotated

from pydantic import AfterValidator, ValidationError

from cierre.bookkeeping.cash_box import ConnectionId, Lot, Tenant
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.money import quantum
from cierre.bookkeeping.validation import IsoDate, Model, Text


class ProbeRefused(RuntimeError):
    """The probe cannot be done here; its sentence says why and what to choose instead."""


def _known_currency(code: str) -> str:
    quantum(code)
    return code


class Ground(Model):
    """An ERP's connection, a tenant (verbatim), a lot that nobody uses, a date in an open period, and two accounts for
    entries of a few cents."""

    connection: ConnectionId
    tenant: Tenant
    lot: Lot
    day: IsoDate
    debit_account: Text
    credit_account: Text
    debit_cost_centre: str = ""
    credit_cost_centre: str = ""
    currency: Annotated[str, AfterValidator(_known_currency)] = "USD"

    @classmethod
    def named(cls, **fields: object) -> "Ground":
        """The ground that a person named. Raises ProbeRefused with everything that is wrong with it."""
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            wrong = (
                f"{'.'.join(map(str, e['loc']))}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()
            )
            raise ProbeRefused(f"The probe needs other values: {'; '.join(wrong)}.") from None

    def entry(self, lines: int = 2, history: str = "Prueba", credit_account: str = "") -> JournalEntry:
        """A balanced entry of so many lines: debits of the smallest unit, and one credit."""
        unit = quantum(self.currency)
        debit = Line(Side.DEBIT, self.debit_account, unit, history, self.debit_cost_centre)
        credit = Line(
            Side.CREDIT, credit_account or self.credit_account, unit * (lines - 1), history, self.credit_cost_centre
        )
        return JournalEntry("probe", self.day, 1, self.currency, (*(debit for _ in range(lines - 1)), credit))
