"""How Zeta behaves at one site: the sandbox's switches, and what its companies' days look like."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Settings(BaseModel):
    """How this site behaves; the defaults are those of practice, as the field notes tell it.

    ``now``: its own clock (None: real time). ``charset``: of the answers; ``undeclared`` is ISO-8859-1 that does not
    say so. ``names``: ``document`` spells FacturaId and CodigoCaja as the document does, ``practice`` RegistroId and
    CajaCodigo. ``month``: how Mes is taken; ``year``: what QueryVentas calls the year; ``success``: the name of
    Succeed. ``decimals``: to how many each currency (MonedaCodigo) is rounded. ``details_a_day``: calls of
    VentasDetalladas a company may make a day; ``queries_in_hours``: queries it may make a day in business hours
    (``opens`` to ``closes``, hours, Monday to Saturday) before it is locked out; ``lockout``: how a locked company is
    answered. ``page_size``: rows of a page; ``pages``: what goes wrong with a query's pages from the second on.
    ``rename``: the document's fields by another name. ``identify_above``: pesos without VAT above which
    ClienteDocumento is demanded. ``lines``: whether VentasDetalladas and VentaDetallada send a row a line, the lines
    inside their sale, or header and lines as two sections. ``numbering``: what the site calls a basic type in
    ComprobanteTipo, where not as most do. ``last_receipt``: where IsLastPage stands in the receipts' pages: beside the
    rows, or in the last row alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    now: AwareDatetime | None = None
    charset: Literal["utf-8", "iso-8859-1", "undeclared"] = "utf-8"
    names: Literal["practice", "document"] = "practice"
    month: Literal["padded", "bare", "both"] = "both"
    year: Literal["Anio", "Año", "both"] = "both"
    success: Literal["Succeed", "Success"] = "Succeed"
    decimals: dict[int, int] = {1: 2, 2: 2}
    details_a_day: int = 1
    queries_in_hours: int = 20
    opens: int = 9
    closes: int = 18
    lockout: Literal["error", "403"] = "error"
    page_size: int = 500
    pages: Literal["whole", "missing", "repeated", "shifted"] = "whole"
    rename: dict[str, str] = {}
    identify_above: int = 30_000
    lines: Literal["flat", "nested", "sections"] = "flat"
    numbering: dict[int, int] = {}
    last_receipt: Literal["page", "row"] = "page"


class Traps(BaseModel):
    """Real life's traps, by name. Where one is on, every box's open day holds it at least once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    closed_days: bool = True
    credit_sales: bool = True
    credit_notes: bool = True
    returns: bool = True
    dollars: bool = True
    mixed_vat: bool = True
    on_behalf: bool = True
    discounts: bool = True
    plain_vouchers: bool = True
    receipts: bool = True

    # Many shops have them, not all: lines below zero, at the sale's rate and at another; totals in whole pesos.
    discount_lines: bool = False
    whole_pesos: bool = False

    # A day with one of these is not to be booked without a person: tests switch them on.
    unissued: bool = False
    without_box: bool = False
    unknown_currency: bool = False
    without_rate: bool = False

    @classmethod
    def none(cls) -> "Traps":
        """Plain days: cash sales in pesos."""
        return cls(**dict.fromkeys(cls.model_fields, False))


class Profile(BaseModel):
    """A box's days: everyday sales (least, most), and traps."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sales: tuple[int, int] = (6, 12)
    traps: Traps = Traps()
