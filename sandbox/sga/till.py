"""A cash box's till: makes the rows that its day consists of."""

from datetime import date, timedelta
from random import Random

from sqlalchemy.orm import Session

from sandbox.sga import catalogue, people
from sandbox.sga.model import (
    DetalleDescuento,
    DetalleRubrosBeca,
    Factura,
    Inscripcion,
    LugarRecaudacion,
    NotaCreditoInstitucion,
    Pago,
    PagoCheque,
    PagoNotaCreditoInstitucion,
    PagoReciboCajaInstitucion,
    PagoRetencion,
    PagoTarjeta,
    PagoTransferenciaDeposito,
    ReciboCajaInstitucion,
    Rubro,
    SesionCaja,
)
from sandbox.sga.profile import Profile

FLAGS = {
    catalogue.CASH: "efectivo",
    catalogue.E_MONEY: "electronico",
    catalogue.WESTERN_UNION: "wester",
    catalogue.PICHINCHA: "pichincha",
    catalogue.PACIFICO: "pacifico",
    catalogue.FACILITO: "facilito",
    catalogue.REFERRAL: "referido",
    catalogue.ONLINE: "paymentez",
}
"""Form of payment -> the payment's own flag; the other forms stand in tables beside it."""

MONTHS = ["ENERO", "FEBRERO", "MARZO", "ABRIL", "MAYO", "JUNIO", "JULIO", "AGOSTO"]
MONTHS += ["SEPTIEMBRE", "OCTUBRE", "NOVIEMBRE", "DICIEMBRE"]

EPOCH = date(2010, 1, 1)
"""The first day of all boxes."""

NUMBERS_A_DAY = 100_000


class Till:
    """Makes payments, credit notes and receipts of one box and day, with numbers that no other day or box has."""

    def __init__(
        self,
        session: Session,
        rng: Random,
        box: LugarRecaudacion,
        day: date,
        profile: Profile,
        first_number: int = 1,
    ) -> None:
        self.session, self.rng, self.box, self.day, self.profile = session, rng, box, day, profile
        self.numbers = iter(range(first_number, NUMBERS_A_DAY))
        self.taken = 0
        self.sesion: SesionCaja

    def open_session(self) -> None:
        """What is made from now on belongs to a new session."""
        self.sesion = SesionCaja(caja=self.box, fecha=self.day)
        self.session.add(self.sesion)

    def payment(self, charge: Rubro, amount: float, form: int | None, invoice: Factura) -> Pago:
        """Money (or what stands for it) against a charge; ``form`` None leaves it without any."""
        payment = Pago(
            sesion=self.sesion,
            rubro=charge,
            fecha=self.day,
            valor=amount if self.profile.traps.float_noise else round(amount, 2),
            facturas=[invoice],
        )
        self.mark(payment, form)
        self.session.add(payment)
        self.taken += 1
        return payment

    def discounted_payment(self, student: Inscripcion, promotions: list[float], scholarship: float) -> Pago:
        """A cash payment less its promotions (in dollars) and a scholarship (a share of the price)."""
        price = amount = self.price()
        share = round(price * scholarship, 2)
        for discount in (*promotions, share):
            amount -= discount
        payment = self.payment(self.charge(student), amount, catalogue.CASH, self.invoice(student))
        payment.descuentos = [DetalleDescuento(valor=promotion) for promotion in promotions]
        payment.becas = [DetalleRubrosBeca(descuento=share)] if share else []
        return payment

    def mark(self, payment: Pago, form: int | None) -> None:
        """Gives a payment its form: a flag of its own, or a row beside it."""
        student = payment.rubro.inscripcion
        match form:
            case None:
                pass
            case catalogue.DEPOSIT:
                payment.transferencias = [PagoTransferenciaDeposito(deposito=True)]
            case catalogue.TRANSFER:
                payment.transferencias = [PagoTransferenciaDeposito(deposito=self.rng.choice([False, None]))]
            case catalogue.DEBIT_CARD:
                payment.tarjetas = [PagoTarjeta(tarjetadebito=True)]
            case catalogue.CREDIT_CARD:
                payment.tarjetas = [PagoTarjeta(tarjetadebito=self.rng.choice([False, None]))]
            case catalogue.CHEQUE:
                payment.cheques = [PagoCheque(numero=str(self.rng.randrange(10**6)), fechacobro=self.day)]
            case catalogue.POSTDATED_CHEQUE:
                cashed = self.day + timedelta(days=self.rng.choice([15, 30, 60]))
                payment.cheques = [PagoCheque(numero=str(self.rng.randrange(10**6)), fechacobro=cashed)]
            case catalogue.WITHHOLDING:
                payment.retenciones = [PagoRetencion(numero=str(self.rng.randrange(10**9)))]
            case catalogue.CREDIT_NOTE:
                used = self.credit_note(student, sesioncaja=None)
                payment.notas_de_credito = [PagoNotaCreditoInstitucion(notacredito=used)]
            case catalogue.RECEIPT:
                used = self.receipt(student, catalogue.CASH, sesioncaja=None)
                payment.recibos_de_caja = [PagoReciboCajaInstitucion(recibocaja=used)]
            case _:
                setattr(payment, FLAGS[form], True)

    def credit_note(self, student: Inscripcion, **particulars: object) -> NotaCreditoInstitucion:
        """A credit note on an invoice paid some weeks ago; ``sesioncaja=None``: issued elsewhere, before today."""
        price, invoiced = self.price(), self.day - timedelta(days=self.rng.randint(5, 90))
        invoice = self.invoice(student, invoiced)
        invoice.pagos = [Pago(rubro=self.charge(student), fecha=invoiced, valor=price, efectivo=True)]
        kind = self.rng.choice([catalogue.CANCELLATION, catalogue.REFUND])
        note = NotaCreditoInstitucion(
            id=self.number(),
            valor=price,
            fecha=self.day,
            inscripcion=student,
            factura=invoice,
            **{"sesioncaja": self.sesion, "tipo_id": kind} | particulars,
        )
        self.session.add(note)
        return note

    def receipt(self, student: Inscripcion, form: int | None, **particulars: object) -> ReciboCajaInstitucion:
        """Money taken in advance; ``sesioncaja=None``: taken elsewhere, before today."""
        receipt = ReciboCajaInstitucion(
            id=self.number(),
            valorinicial=self.price(),
            fecha=self.day,
            formapago_id=form,
            inscripcion=student,
            **{"sesioncaja": self.sesion} | particulars,
        )
        self.session.add(receipt)
        return receipt

    def student(self, name: str = "") -> Inscripcion:
        """A student of the school, by chance or by name."""
        return Inscripcion(
            tenant=self.box.tenant,
            carrera_id=self.rng.choice(catalogue.TAUGHT[self.box.tenant]),
            cedula=people.cedula(self.rng),
            nombre_completo=name or people.full_name(self.rng, accents=self.profile.traps.accents),
        )

    def charge(self, student: Inscripcion) -> Rubro:
        """Something the student owes."""
        kind = self.rng.choice(catalogue.CHARGED[self.box.tenant])
        number, month = self.rng.randint(1, 9), MONTHS[self.day.month - 1]
        name = f"{catalogue.REVENUE_TYPES[kind]} {number} - {month} {self.day.year}"
        return Rubro(inscripcion=student, tipo_id=kind, nombre=name)

    def invoice(self, student: Inscripcion, day: date | None = None) -> Factura:
        """An invoice of today, or of an earlier day."""
        day, serial = day or self.day, next(self.numbers)
        return Factura(
            id=self.number(),
            numero=f"001-{self.box.id % 1000:03d}-{((day - EPOCH).days * NUMBERS_A_DAY + serial) % 10**9:09d}",
            fecha=day,
            ruc=f"{student.cedula}001",
            telefono=people.telephone(self.rng),
            direccion=self.rng.choice(people.STREETS),
        )

    def price(self, below: float = 250.0) -> float:
        """An amount to the cent, of at least 20 dollars where ``below`` allows it."""
        cents = round(below * 100)
        return self.rng.randint(min(2_000, cents // 2), cents - 1) / 100

    def number(self) -> int:
        """The next number of the day; days and boxes of a school have their own thousands."""
        return ((self.day - EPOCH).days * 10_000 + self.box.id) * NUMBERS_A_DAY + next(self.numbers)
