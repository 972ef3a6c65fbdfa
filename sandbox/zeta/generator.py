"""Writes a company's day into Zeta's books: always the same one for a seed, a company and a date."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from sandbox.state import Table
from sandbox.zeta import catalogue
from sandbox.zeta.model import ZetaComprobante, ZetaDia, ZetaLinea
from sandbox.zeta.settings import Profile, Settings

SUNDAY = 6
NUMBERS_A_DAY = 1_000
UNKNOWN_CURRENCY = 9
LATER = 600
"""The first of a day's numbers that its later vouchers have."""

Row = dict[str, Any]
"""A row of a table, by column."""


@dataclass(frozen=True)
class Sold:
    """An article on a voucher: ``cantidad`` pieces of ``precio`` (VAT included), less ``dtos`` percent each."""

    articulo: str
    cantidad: Decimal
    precio: Decimal
    dtos: tuple[Decimal, ...] = ()


def write_days(
    session: Session, empresa: str, first: date, last: date, profile: Profile, settings: Settings, seed: str
) -> None:
    """Adds the days of a period that were not made yet."""
    made = set(session.scalars(select(ZetaDia.fecha).filter_by(empresa=empresa)))
    period = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    missing = [day for day in period if day >= catalogue.EPOCH and day not in made]
    decimals = tuple(settings.decimals.items())
    vouchers, lines = list[Row](), list[Row]()
    for day in missing:
        for voucher, its_lines in _day(empresa, day, profile, decimals, seed):
            vouchers.append(voucher)
            lines += its_lines
    days = [{"empresa": empresa, "fecha": day} for day in missing]
    for table, rows in ((ZetaDia, days), (ZetaComprobante, vouchers), (ZetaLinea, lines)):
        if rows:
            session.execute(insert(table), rows)


@lru_cache(maxsize=1_000)
def _day(
    empresa: str, day: date, profile: Profile, decimals: tuple[tuple[int, int], ...], seed: str
) -> list[tuple[Row, list[Row]]]:
    """A day's vouchers, each with its lines, made up once: whoever empties the books and asks again finds the same."""
    made: list[ZetaComprobante] = []
    if not (profile.traps.closed_days and day.weekday() == SUNDAY):
        Counter(made.append, empresa, day, profile, dict(decimals), seed).work()
        Counter(made.append, empresa, day, profile, dict(decimals), f"{seed}/later", LATER).work_later()
    return [(_row(voucher), [_row(line, comprobante_pk=voucher.pk) for line in voucher.lineas]) for voucher in made]


def _row(made: Table, **more: object) -> Row:
    """What was said of an object's columns."""
    columns = made.__table__.columns
    return {name: value for name, value in vars(made).items() if name in columns} | more


class Counter:
    """A company's counters on one day; ``sell`` takes each voucher, ``decimals`` says to how many a currency is
    rounded."""

    def __init__(
        self,
        sell: Callable[[ZetaComprobante], object],
        empresa: str,
        day: date,
        profile: Profile,
        decimals: Mapping[int, int],
        seed: str,
        begin: int = 1,
    ) -> None:
        self.sell, self.empresa, self.day = sell, empresa, day
        self.profile, self.decimals = profile, decimals
        self.rng = Random(f"{seed}/zeta/{empresa}/{day.isoformat()}")
        company = list(catalogue.EMPRESAS).index(empresa)
        first = ((day - catalogue.EPOCH).days * len(catalogue.EMPRESAS) + company) * NUMBERS_A_DAY
        self.numbers = iter(range(first + begin, first + NUMBERS_A_DAY))

    def work(self) -> None:
        """All that is sold on the day, box by box."""
        for local, (_, cajas) in catalogue.EMPRESAS[self.empresa].items():
            for caja in cajas:
                stories = self.stories(local, caja)
                stories += [lambda at=(local, caja): self.voucher(*at)] * self.rng.randint(*self.profile.sales)
                self.rng.shuffle(stories)
                for story in stories:
                    story()

    def work_later(self) -> None:
        """What has chances and numbers of its own, so that the sales of a day do not depend on it."""
        traps = self.profile.traps
        for local, (_, cajas) in catalogue.EMPRESAS[self.empresa].items():
            for caja in cajas:
                if traps.receipts:
                    for particulars in ({}, {"moneda": catalogue.USD, "cotizacion": catalogue.rate(self.day)}):
                        self.receipt(local, caja, **particulars)
                if traps.discount_lines:
                    for codigo in (703, 704, 701, 702):
                        for other in ("UNI-001", "ALM-001"):
                            self.discounted(local, caja, other, codigo=codigo)
                if traps.whole_pesos:
                    for codigo in (703, 704, 701):
                        self.in_whole_pesos(self.voucher(local, caja, codigo=codigo))

    def receipt(self, local: int, caja: int, **particulars: object) -> ZetaComprobante:
        """A customer pays a part of what is owed."""
        receipt = self.voucher(local, caja, codigo=705, condicion=0, cliente="C100", articles=[], **particulars)
        receipt.total = self.rng.randint(10_000, 500_000)
        return receipt

    def discounted(self, local: int, caja: int, other: str, **particulars: object) -> ZetaComprobante:
        """A voucher at 22 %, less a line of another article, whose rate of VAT may be another one."""
        sold = Sold("CUR-002", Decimal(1), self.price("CUR-002"))
        off = Sold(other, Decimal(-1), Decimal(self.rng.randint(1, 99)))
        return self.voucher(local, caja, articles=[sold, off], **particulars)

    def in_whole_pesos(self, voucher: ZetaComprobante) -> None:
        """Rounds a voucher's total, half up; its parts stay."""
        voucher.total = int(rounded(Decimal(voucher.total).scaleb(-2), Decimal(1)) * 100)
        voucher.saldo = voucher.total if voucher.saldo else 0

    def stories(self, local: int, caja: int) -> list[Callable[[], ZetaComprobante]]:
        """What happens at a box today because its trap is on."""

        def sell(**particulars: object) -> Callable[[], ZetaComprobante]:
            return lambda: self.voucher(local, caja, **particulars)

        dollars = {"moneda": catalogue.USD, "cotizacion": catalogue.rate(self.day)}
        credit = {"codigo": 701, "condicion": 2, "cliente": "C100"}
        note = {"codigo": 702, "cliente": "C101"}
        mixed = [Sold(code, Decimal(1), self.price(code)) for code in ("CUR-002", "ALM-001", "LIB-010")]
        discounts = [Sold("UNI-001", Decimal("2.5"), self.price("UNI-001"), (Decimal(10), Decimal("2.5")))]
        happens = {
            "credit_sales": [sell(**credit), sell(**credit, articles=mixed)],
            "credit_notes": [sell(**note)],
            "returns": [sell(codigo=704)],
            "dollars": [sell(**dollars), sell(**credit, **dollars), sell(**note, **dollars)],
            "mixed_vat": [sell(articles=mixed)],
            "on_behalf": [sell(notas=catalogue.ON_BEHALF, articles=[Sold("LIB-010", Decimal(3), Decimal(690))])],
            "discounts": [sell(articles=discounts)],
            "plain_vouchers": [sell(codigo=710)],
            "unissued": [sell(emitido=False, serie="", numero=0)],
            "without_box": [lambda: self.voucher(local, None)],
            "unknown_currency": [sell(moneda=UNKNOWN_CURRENCY)],
            "without_rate": [sell(moneda=catalogue.USD, cotizacion=0)],
        }
        return [story for trap, stories in happens.items() if getattr(self.profile.traps, trap) for story in stories]

    def voucher(self, local: int, caja: int | None, **particulars: object) -> ZetaComprobante:
        """A voucher of today; by default a cash sale in pesos of one to three articles, issued."""
        number = next(self.numbers)
        articles = particulars.pop("articles", None)
        fields = {
            "pk": number,
            "codigo": 703,
            "serie": "A",
            "numero": number,
            "moneda": catalogue.UYU,
            "cotizacion": 10_000,
            "cliente": self.rng.choice(["1", "1", "1", "C102", "C103"]),
            "vendedor": self.rng.choice(list(catalogue.VENDEDORES)),
            "condicion": 1,
            "local": local,
            "caja": caja,
            "centro": self.rng.choice(["", "ADM", "ENS"]),
            "registro": datetime.combine(self.day, time(9 + self.rng.randrange(9), self.rng.randrange(60))),
        } | particulars
        voucher = ZetaComprobante(empresa=self.empresa, fecha=self.day, **fields)
        voucher.tipo = catalogue.COMPROBANTES[voucher.codigo].tipo
        if voucher.tipo == catalogue.CREDIT_SALE and "condicion" not in particulars:
            voucher.condicion = 2
        for sold in self.basket(voucher.moneda) if articles is None else articles:
            voucher.lineas.append(line(sold, self.decimals.get(voucher.moneda, 2)))
        add_up(voucher)
        voucher.saldo = voucher.total if voucher.tipo in (catalogue.CREDIT_SALE, catalogue.CREDIT_NOTE) else 0
        self.sell(voucher)
        return voucher

    def basket(self, moneda: int) -> Sequence[Sold]:
        """What somebody buys."""
        codes = self.rng.sample([code for code, article in catalogue.ARTICULOS.items() if not article.lote], 3)
        return [
            Sold(code, Decimal(self.rng.randint(1, 4)), self.price(code, moneda))
            for code in codes[: self.rng.randint(1, 3)]
        ]

    def price(self, code: str, moneda: int = catalogue.UYU) -> Decimal:
        """An article's price in a currency, VAT included, with up to five decimals."""
        pesos = Decimal(catalogue.ARTICULOS[code].precio) + Decimal(self.rng.randrange(100)) / 100
        return pesos if moneda == catalogue.UYU else (pesos / 40).quantize(Decimal("0.00001"))


def line(sold: Sold, decimals: int, iva: int | None = None, concepto: str = "") -> ZetaLinea:
    """A line with its amounts, each rounded as the currency says; prices hold the VAT."""
    article = catalogue.ARTICULOS.get(sold.articulo)
    code = iva if iva is not None else article.iva
    tasa = catalogue.TASAS[code][0]
    unit = Decimal(1).scaleb(-decimals)
    full, share = sold.cantidad * sold.precio, Decimal(1)
    for dto in sold.dtos:
        share *= 1 - dto / 100
    total = rounded(full * share, unit)
    tax = rounded(total * tasa / (100 + tasa), unit)
    dto1, dto2, dto3 = ([int(dto * 100) for dto in sold.dtos] + [0, 0, 0])[:3]
    return ZetaLinea(
        articulo=sold.articulo,
        concepto=concepto or (article.nombre if article else ""),
        cantidad=int(sold.cantidad * 100_000),
        digitado=int(sold.precio * 100_000),
        precio=int(sold.precio * 100_000 * 100 / (100 + tasa)),
        dto1=dto1,
        dto2=dto2,
        dto3=dto3,
        iva_codigo=code,
        tasa=tasa,
        descuentos=int(rounded(full * (1 - share), unit) * 100),
        subtotal=int((total - tax) * 100),
        iva=int(tax * 100),
        total=int(total * 100),
    )


def add_up(voucher: ZetaComprobante) -> None:
    """The voucher's amounts out of its lines."""
    for field in ("descuentos", "subtotal", "iva", "total"):
        setattr(voucher, field, sum(getattr(line, field) for line in voucher.lineas))


def rounded(amount: Decimal, unit: Decimal) -> Decimal:
    """Half up, to a currency's smallest unit."""
    return amount.quantize(unit, rounding=ROUND_HALF_UP)
