"""Zeta's own books of a box and day: what tests hold the product's figures against.

Computed from the tables in SQL and whole cents. Neither the API's answers nor its code have a part in it.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

BOOKED = """
    FROM zeta_comprobante AS voucher WHERE empresa = :empresa AND local = :local AND caja = :caja AND fecha = :fecha
     AND tipo IN (1, 2, 3, 4)
"""

VOUCHERS = f"""
    SELECT CASE WHEN tipo IN (1, 3) THEN 'sale' ELSE 'credit_note' END AS kind,
           CASE WHEN tipo IN (1, 2) THEN 'credit' ELSE 'cash' END AS sale_type,
           moneda, count(*) AS rows, sum(total) AS total, sum(subtotal) AS subtotal, sum(iva) AS iva
    {BOOKED} GROUP BY 1, 2, 3
"""

RATES = f"""
    SELECT CASE WHEN tipo IN (1, 3) THEN 'sale' ELSE 'credit_note' END AS kind, voucher.moneda, line.tasa,
           sum(line.subtotal) AS base, sum(line.iva) AS iva
    FROM zeta_linea AS line JOIN (SELECT * {BOOKED}) AS voucher ON voucher.pk = line.comprobante_pk GROUP BY 1, 2, 3
"""

PESOS = f"""
    SELECT sum(CASE WHEN tipo IN (1, 3) THEN 1 ELSE -1 END * round(total * cotizacion / 10000.0)) AS pesos {BOOKED}
"""

RECEIPTS = """
    SELECT moneda, count(*) AS rows, sum(total) AS total FROM zeta_comprobante
     WHERE empresa = :empresa AND local = :local AND caja = :caja AND fecha = :fecha AND tipo = 5 GROUP BY 1
"""

CURRENCIES = {1: "UYU", 2: "USD"}


@dataclass
class ZetaFigure:
    """How many vouchers, and their money, in one currency."""

    count: int
    total: Decimal
    base: Decimal
    vat: Decimal


@dataclass
class ZetaBooks:
    """A box's day, each kind (sale, credit_note) apart and all amounts above zero, in the vouchers' own currencies.

    ``vouchers`` goes by ``kind/sale_type/currency`` (``sale/cash/UYU``), ``by_rate`` by ``kind/currency/rate`` of VAT
    in percent (base and tax). ``pesos`` is what sales come to less credit notes, each at its own rate. ``receipts`` are
    the day's by currency, less what was given back, and not in ``pesos``.
    """

    vouchers: dict[str, ZetaFigure] = field(default_factory=dict)
    by_rate: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    pesos: Decimal = Decimal("0.00")
    receipts: dict[str, ZetaFigure] = field(default_factory=dict)


def books(session: Session, empresa: str, local: int, caja: int, day: date) -> ZetaBooks:
    """The books of a box's day as the tables hold it now."""
    place = {"empresa": empresa, "local": local, "caja": caja, "fecha": day.isoformat()}
    found = ZetaBooks()
    for row in session.execute(text(VOUCHERS), place):
        name = f"{row.kind}/{row.sale_type}/{_currency(row.moneda)}"
        found.vouchers[name] = ZetaFigure(row.rows, _money(row.total), _money(row.subtotal), _money(row.iva))
    for row in session.execute(text(RATES), place):
        found.by_rate[f"{row.kind}/{_currency(row.moneda)}/{row.tasa}"] = _money(row.base), _money(row.iva)
    found.pesos = _money(int(session.execute(text(PESOS), place).scalar() or 0))
    for row in session.execute(text(RECEIPTS), place):
        found.receipts[_currency(row.moneda)] = ZetaFigure(row.rows, _money(row.total), _money(0), _money(0))
    return found


def _currency(moneda: int) -> str:
    return CURRENCIES.get(moneda, str(moneda))


def _money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
