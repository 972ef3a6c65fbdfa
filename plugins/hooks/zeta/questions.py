"""What QueryVentas and QuerySaldosPendientes may be asked for (zeta.seed.txt, Filtros)."""

from datetime import date
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from hooks.zeta.field_types import N2, N3, N4, N10, T6, T10, DashedDay, Day, Record


class SalesFilter(Record):
    """Sales and credit notes of a period inside one month. ``customer`` None: of all of them."""

    since: DashedDay = Field(alias="FechaDesde")
    until: DashedDay = Field(alias="FechaHasta")
    series: T6 | None = Field(None, alias="DocSerie")
    number_from: N10 | None = Field(None, alias="NumeroDesde")
    number_until: N10 | None = Field(None, alias="NumeroHasta")
    customer: T10 | None = Field(None, alias="ClienteCodigo")
    voucher: N3 | None = Field(None, alias="ComprobanteCodigo")
    currency: N2 | None = Field(None, alias="MonedaCodigo")
    local: N4 | None = Field(None, alias="LocalCodigo")

    @field_validator("until")
    @classmethod
    def _of_the_month(cls, until: date, info: ValidationInfo) -> date:
        since = info.data.get("since", until)
        if until < since or (until.year, until.month) != (since.year, since.month):
            raise ValueError("must be in the month of the first day, and not before it")
        return until

    def payload(self) -> dict[str, Any]:
        """The filters by Zeta's names, all but the month: ClienteCodigo goes empty for all customers."""
        return {"ClienteCodigo": "", **self.model_dump(by_alias=True, exclude_none=True)}

    def __str__(self) -> str:
        others = self.model_dump(exclude={"since", "until"}, exclude_none=True)
        asked = "".join(f", {name} {value}" for name, value in others.items())
        return f"{self.since} to {self.until}{asked}"


class BalancesFilter(Record):
    """Credit sales and credit notes that are not settled, of a period. ``issued``: ``S``, ``N``, or both.

    ``balance_from`` 0 means any balance, whatever ``balance_until`` says.
    """

    since: Day = Field(alias="FechaDesde")
    until: Day = Field(alias="FechaHasta")
    customer: T10 | None = Field(None, alias="ClienteCodigo")
    voucher: N3 | None = Field(None, alias="ComprobanteCodigo")
    series: T6 | None = Field(None, alias="Serie")
    number: N10 | None = Field(None, alias="Numero")
    currency: N2 | None = Field(None, alias="MonedaCodigo")
    local: N4 | None = Field(None, alias="LocalCodigo")
    balance_from: N10 = Field(0, alias="SaldoDesde")
    balance_until: N10 | None = Field(None, alias="SaldoHasta")
    issued: Literal["S", "N"] | None = Field(None, alias="Emitido")

    @field_validator("until")
    @classmethod
    def _a_period(cls, until: date, info: ValidationInfo) -> date:
        if until < info.data.get("since", until):
            raise ValueError("must not be before the first day")
        return until

    def payload(self) -> dict[str, Any]:
        """The filters by Zeta's names. Id must go empty; so do ClienteCodigo and Emitido where all are wanted."""
        filters = self.model_dump(by_alias=True, exclude_none=True)
        return {"Id": "", "ClienteCodigo": "", "Emitido": "", **filters}

    def __str__(self) -> str:
        return f"{self.since} to {self.until}"


class ReceiptsFilter(Record):
    """Receipts (Recibos de Cobranza) of a period inside one year. ``issued``: ``S`` or ``N``; both cannot be asked."""

    since: DashedDay = Field(alias="FechaDesde")
    until: DashedDay = Field(alias="FechaHasta")
    issued: Literal["S", "N"] = Field(alias="Emitido")
    local: N4 | None = Field(None, alias="LocalCodigo")

    def payload(self) -> dict[str, Any]:
        """The filters by Zeta's names, and the year."""
        return {"Anio": str(self.since.year), **self.model_dump(by_alias=True, exclude_none=True)}

    def __str__(self) -> str:
        return f"{self.since} to {self.until}, {'issued' if self.issued == 'S' else 'not issued'}"


def whole_day(day: date) -> SalesFilter:
    """All sales of a day."""
    return SalesFilter(since=day, until=day)
