"""What a Zeta connection may set in its extra."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, NonNegativeInt, PositiveFloat, PositiveInt, StringConstraints

from hooks.http import hook as vendor
from hooks.zeta.limits import BusinessHours
from hooks.zeta.voucher_parts import Terms
from hooks.zeta.words import CURRENCIES, VOUCHER_TYPES, Voucher

Hours = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]
Days = Annotated[str, StringConstraints(pattern=r"^(mon|tue|wed|thu|fri|sat|sun)-(mon|tue|wed|thu|fri|sat|sun)$")]


def _switch(value: object) -> object:
    """Receipts that are simply switched on are those that are issued."""
    return {True: "issued", False: "off"}[value] if isinstance(value, bool) else value


class Settings(vendor.Settings):
    """A Zeta connection's extra; its login and password are EmpresaCodigo and EmpresaClave.

    ``developer_code``, ``developer_password``, ``role``: the rest of Zeta's Connection. ``month_padded``: whether Mes
    goes as 09 or as 9; ``year_field``: what QueryVentas calls the year. ``currencies``: ISO code by MonedaCodigo;
    ``currency_decimals``: to how many each is rounded; ``vat_rates``: percent by CodigoIVA; ``identify_above``: amount
    without VAT, in pesos, above which Agregar needs the customer's document. ``timezone``, ``business_hours`` (two
    equal times: none), ``business_days``: when Zeta asks not to be queried. ``single_details``: how many sales of a
    day may have their lines asked for one by one, ``details_at_once`` of them at a time. ``voucher_types``: what each
    ComprobanteTipo stands for at this site; ``vouchers``: what a ComprobanteCodigo is, whatever number and words say.
    ``receipts``: whether Recibos de Cobranza are read: not at all, those that are issued (others stop the day), or all;
    ``receipt_sign``: the sign of TotalSigno where money came in (blank: one below zero is booked by nobody's guess);
    ``receipt_rates``: pesos for one, by day and currency ("2024-09-06 USD"), since receipts name no rate.
    ``ledger_connection``: where calls are recorded.
    """

    read_timeout: PositiveFloat = 300
    developer_code: str = ""
    developer_password: str = Field("", repr=False)
    role: str = "1"
    month_padded: bool = True
    year_field: Literal["Año", "Anio"] = "Año"
    currencies: dict[str, str] = Field(CURRENCIES)
    currency_decimals: dict[str, int] = Field({"1": 2, "2": 2})
    vat_rates: dict[str, Decimal] = Field({"0": Decimal(0), "1": Decimal(10), "2": Decimal(22)})
    identify_above: Decimal | None = None
    timezone: str = "America/Montevideo"
    business_hours: Hours = "09:00-19:00"
    business_days: Days = "mon-sat"
    single_details: NonNegativeInt = 200
    details_at_once: PositiveInt = 4
    voucher_types: dict[str, Voucher] = Field(VOUCHER_TYPES)
    vouchers: dict[str, Voucher] = Field({})
    receipts: Annotated[Literal["off", "issued", "all"], BeforeValidator(_switch)] = "off"
    receipt_sign: Annotated[Literal["", "1", "-1"], BeforeValidator(str)] = ""
    receipt_rates: dict[str, Decimal] = Field({})
    ledger_connection: str = "ledger_db"

    @property
    def hours(self) -> BusinessHours:
        """When Zeta asks not to be queried."""
        return BusinessHours(self.business_hours, self.business_days, self.timezone)

    @property
    def terms(self) -> Terms:
        """What the company has set up, as far as a new voucher needs it."""
        return Terms(self.vat_rates, self.currency_decimals, self.identify_above)
