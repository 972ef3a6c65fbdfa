"""Writes a day of a cash box into SGA's model: always the same one for a seed, a tenant, a box and a date."""

from collections.abc import Callable
from datetime import date
from random import Random

from sqlalchemy.orm import Session

from sandbox.sga import catalogue, people
from sandbox.sga.model import FormaDePago, Inscripcion, LugarRecaudacion, Pago, PagoTransferenciaDeposito
from sandbox.sga.profile import Profile
from sandbox.sga.till import Till

HABITS = {
    catalogue.CASH: 40,
    catalogue.TRANSFER: 15,
    catalogue.CREDIT_CARD: 12,
    catalogue.DEPOSIT: 10,
    catalogue.DEBIT_CARD: 8,
    catalogue.ONLINE: 6,
    catalogue.PICHINCHA: 4,
    catalogue.PACIFICO: 3,
    catalogue.FACILITO: 3,
    catalogue.CHEQUE: 2,
    catalogue.WESTERN_UNION: 2,
    catalogue.E_MONEY: 1,
    catalogue.REFERRAL: 1,
}
"""How often students pay in each everyday form."""

Story = Callable[[], object]


def write_day(session: Session, box: LugarRecaudacion, day: date, profile: Profile, seed: str) -> None:
    """Adds the day's sessions with all that the cashiers took. A day of rest adds nothing."""
    if profile.traps.closed_days and catalogue.is_closed(day, box.closed_on):
        return
    rng = Random(f"{seed}/{box.tenant}/{box.id}/{day.isoformat()}")
    cashier = Cashier(session, rng, box, day, profile)
    shifts: list[list[Story]] = [[] for _ in range(rng.choice([2, 2, 3]) if profile.traps.several_sessions else 1)]
    for story in cashier.stories():
        rng.choice(shifts).append(story)
    for stories in shifts:
        cashier.work(stories)


class Cashier(Till):
    """Works a box's sessions of one day. A story is something that happens at the window."""

    def stories(self) -> list[Story]:
        """What happens today because its trap is on."""
        happens = {
            "identical_rows": self.the_same_paid_twice,
            "float_noise": self.the_rest_of_a_charge,
            "accents": lambda: self.visit(self.student("MUÑOZ PEÑAFIEL JOSÉ ANDRÉS")),
            "apostrophes": lambda: self.visit(self.student(self.rng.choice(people.APOSTROPHES))),
            "long_names": self.a_very_long_name,
            "undashed_invoices": self.an_old_fashioned_invoice,
            "fraud": self.a_fraud,
            "voided_credit_notes": lambda: self.credit_note(self.student(), anulada=True),
            "used_credit_notes": lambda: self.visit(self.student(), catalogue.CREDIT_NOTE),
            "used_receipts": lambda: self.visit(self.student(), catalogue.RECEIPT),
            "receipts_without_form": self.receipts_without_form,
            "inactive_receipts": lambda: self.receipt(self.student(), catalogue.CASH, activo=False),
            "withholdings": lambda: self.visit(self.student(), catalogue.WITHHOLDING),
            "postdated_cheques": lambda: self.visit(self.student(), catalogue.POSTDATED_CHEQUE),
            "shared_cheques": self.one_cheque_for_two_charges,
            "discounts": self.discounts,
            "overlapping_forms": self.a_payment_under_two_forms,
            "payment_without_form": lambda: self.visit(self.student(), None),
            "payment_without_invoice": lambda: self.visit(self.student()).facturas.clear(),
            "form_outside_map": self.a_form_outside_the_map,
        }
        return [story for trap, story in happens.items() if getattr(self.profile.traps, trap)]

    def work(self, stories: list[Story]) -> None:
        """One session: its stories among everyday visits, and the credit notes and receipts of the shift."""
        self.open_session()
        enough = self.taken + self.rng.randint(*self.profile.payments)
        while stories or self.taken < enough:
            if stories and (self.taken >= enough or self.rng.random() < 0.4):
                stories.pop()()
            else:
                self.visit(self.student(), self.everyday_form())
        self.credit_note(self.student())
        for form in (catalogue.CASH, catalogue.TRANSFER):
            self.receipt(self.student(), form)
        self.session.flush()

    def visit(self, student: Inscripcion, form: int | None = catalogue.CASH) -> Pago:
        """A student pays a charge; where float noise is on, often the rest of one."""
        price = self.price()
        if self.profile.traps.float_noise and self.rng.random() < 0.5:
            price -= self.price(below=price)
        return self.payment(self.charge(student), price, form, self.invoice(student))

    def everyday_form(self) -> int:
        return self.rng.choices(list(HABITS), list(HABITS.values()))[0]

    def the_same_paid_twice(self) -> None:
        student = self.student()
        invoice, charge, price = self.invoice(student), self.charge(student), self.price()
        for _ in range(2):
            self.payment(charge, price, catalogue.CASH, invoice)

    def the_rest_of_a_charge(self) -> None:
        """70.40 of which 35.10 was paid before leaves 35.30, and in floats 35.300000000000004."""
        student = self.student()
        self.payment(self.charge(student), 70.40 - 35.10, catalogue.CASH, self.invoice(student))

    def a_very_long_name(self) -> None:
        student = self.student(people.LONG_NAME)
        self.visit(student).facturas[0].direccion = people.LONG_STREET
        self.receipt(student, catalogue.DEPOSIT)

    def an_old_fashioned_invoice(self) -> None:
        invoice = self.visit(self.student()).facturas[0]
        invoice.numero = invoice.numero.replace("-", "")

    def a_fraud(self) -> None:
        """A credit note for a fraud, and the charge that it brought back to life, paid again."""
        student = self.student()
        note = self.credit_note(student, motivonc_id=catalogue.FRAUD)
        self.session.flush()
        charge = self.charge(student)
        charge.nc = note.pk
        self.payment(charge, self.price(), catalogue.CASH, self.invoice(student))

    def receipts_without_form(self) -> None:
        """One that the read fills in, one for which it finds no payment, one behind which there is no cash."""
        payer, stranger, spender = self.student(), self.student(), self.student()
        self.visit(payer, catalogue.TRANSFER)
        self.visit(spender, catalogue.RECEIPT)
        for student in (payer, stranger, spender):
            self.receipt(student, None)

    def one_cheque_for_two_charges(self) -> None:
        student = self.student()
        first = self.visit(student, catalogue.CHEQUE)
        second = self.payment(self.charge(student), self.price(), None, first.facturas[0])
        second.cheques.extend(first.cheques)

    def discounts(self) -> None:
        """A promotion in two parts, a scholarship, both at once, and a scholarship that leaves nothing to pay."""
        for promotions, scholarship in (([10.10, 5.20], 0), ([], 0.5), ([3.30], 0.25), ([], 1)):
            self.discounted_payment(self.student(), promotions, scholarship)

    def a_payment_under_two_forms(self) -> None:
        payment = self.visit(self.student(), catalogue.CASH)
        payment.transferencias.append(PagoTransferenciaDeposito(deposito=False))

    def a_form_outside_the_map(self) -> None:
        """The school invents a form of payment that its API's map does not know: no day of it is answered any more."""
        self.session.merge(FormaDePago(id=19, tenant=self.box.tenant, nombre="CRIPTOMONEDA", codigoformapago="20"))
