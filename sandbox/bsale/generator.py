"""Writes a company's day into Bsale's model: always the same one for a seed, a company and a date."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy.orm import Session

from sandbox.bsale import catalogue
from sandbox.bsale.catalogue import EPOCH, HOME, IDS_A_DAY, Office
from sandbox.bsale.model import BsaleDay, BsaleDocument, BsalePayment, BsaleShare
from sandbox.bsale.settings import Profile

HABITS = {
    catalogue.CASH: 40,
    catalogue.DEBIT_CARD: 30,
    catalogue.CREDIT_CARD: 18,
    catalogue.TRANSFER: 10,
    catalogue.CREDIT_MEMO: 2,
}
"""How often customers pay in each everyday form."""

OWN_HABIT = 15
"""How often they pay in the form that is their office's own."""

Story = Callable[[], object]


def write_day(session: Session, company: str, day: date, profile: Profile, seed: str) -> None:
    """Adds all that the company's offices took on a day, unless they have it already."""
    if session.get(BsaleDay, (company, day)) is not None:
        return
    session.add(BsaleDay(company=company, day=day))
    tills = [Till(company, office, day, profile, seed) for office in catalogue.COMPANIES[company].offices]
    payments = [payment for till in tills for payment in till.work()]
    # Stable, so that the order within one second does not hang on chance.
    payments.sort(key=lambda payment: payment.created_at)
    documents = [document for till in tills for document in till.documents]
    first = (day - EPOCH).days * IDS_A_DAY + 1
    for rows in (payments, documents):
        for number, row in enumerate(rows, start=first):
            row.id = number
    session.add_all(payments)
    session.flush()


def midnight(day: date, zone: object = UTC) -> int:
    """The first instant of a day in a zone, in epoch seconds."""
    return int(datetime.combine(day, time(), zone).timestamp())


class Till:
    """One office's day. A story is something that happens there."""

    def __init__(self, company: str, office: Office, day: date, profile: Profile, seed: str) -> None:
        self.company, self.office, self.day, self.profile = company, office, day, profile
        self.rng = Random(f"{seed}/bsale/{company}/{office.id}/{day.isoformat()}")
        self.documents: list[BsaleDocument] = []
        self.payments: list[BsalePayment] = []

    def work(self) -> list[BsalePayment]:
        """The day's payments, without their ids."""
        if not (self.profile.traps.closed_days and catalogue.is_closed(self.day, self.office)):
            for story in self.stories():
                story()
            for _ in range(self.rng.randint(*self.profile.payments)):
                self.sale(self.everyday_form())
        return self.payments

    def stories(self) -> list[Story]:
        """What happens today because its trap is on."""
        at_local_midnight = midnight(self.day, HOME)
        happens: dict[str, list[Story]] = {
            "amounts_as_text": [lambda: self.sale(amount_as="text"), lambda: self.sale(amount_as="float")],
            "santiago_midnights": [lambda: self.sale(self.everyday_form(), record_date=at_local_midnight)],
            "dates_with_a_time": [self.dated_to_the_second],
            "undated": [lambda: self.sale(record_date=None), lambda: self.sale(catalogue.DEBIT_CARD, record_date=None)],
            "undated_at_night": [lambda: self.sale(record_date=None, created_at=self.at(time(23, 30)))],
            "entered_next_day": [self.entered_next_day],
            "voids": [lambda: self.sale(state=1), lambda: self.sale(catalogue.CREDIT_CARD, state=1)],
            "cheques": [lambda: self.cheque(days=0), lambda: self.cheque(days=30), lambda: self.cheque(days=None)],
            "credit_sales": [lambda: self.sale(catalogue.CLIENT_CREDIT, codesii=catalogue.INVOICE)] * 2,
            "collections": [lambda: self.collection(0), lambda: self.collection(0, catalogue.CASH)],
            "uneven_collections": [lambda: self.collection(4_550), lambda: self.collection(-1_210)],
            "credit_notes": [lambda: self.sale(catalogue.CREDIT_NOTE)],
            "exempt_documents": [
                lambda: self.sale(codesii=catalogue.EXEMPT_RECEIPT),
                lambda: self.sale(catalogue.TRANSFER, codesii=catalogue.EXEMPT_INVOICE),
            ],
            "without_office": [lambda: self.sale(office=None)],
            "negative_amounts": [lambda: self.sale(amount=-5_990)],
            "paid_credit_notes": [lambda: self.sale(codesii=catalogue.RETURNED)],
            "own_kinds": [lambda: self.sale(codesii=catalogue.OWN), lambda: self.sale(codesii=catalogue.DELIVERY)],
            "hidden_from_lists": [lambda: self.sale(hidden=True)],
        }
        return [story for trap, stories in happens.items() if getattr(self.profile.traps, trap) for story in stories]

    def everyday_form(self) -> int:
        habits = HABITS | ({self.office.own_form: OWN_HABIT} if self.office.own_form else {})
        return self.rng.choices(list(habits), list(habits.values()))[0]

    def at(self, moment: time, day: date | None = None) -> int:
        """A local time of the day, in epoch seconds."""
        return int(datetime.combine(day or self.day, moment, HOME).timestamp())

    def document(self, total: int, codesii: str | None = None) -> BsaleDocument:
        document = BsaleDocument(
            company=self.company,
            number=self.rng.randint(1_000, 99_999),
            codesii=codesii
            if codesii is not None
            else self.rng.choices([catalogue.RECEIPT, catalogue.INVOICE], [85, 15])[0],
            office=self.office.id,
            total=total,
        )
        self.documents.append(document)
        return document

    def sale(self, form: int = catalogue.CASH, codesii: str | None = None, **unlike_others: object) -> BsalePayment:
        """A payment of a document of its own, dated by the day and made in opening hours unless said otherwise."""
        amount = unlike_others.pop("amount", self.rng.randint(99, 8_999) * 10)
        return self.payment(form, amount, self.document(amount, codesii), **unlike_others)

    def payment(self, form: int, amount: int, document: BsaleDocument | None, **unlike_others: object) -> BsalePayment:
        opening = self.at(time(9))
        row = {
            "company": self.company,
            "record_date": midnight(self.day),
            "created_at": opening + self.rng.randrange(int(timedelta(hours=10, minutes=30).total_seconds())),
            "created_day": self.day,
            "amount": amount,
            "type": form,
            "office": self.office.id,
            "user": self.rng.choice([1, 2, 7]),
            "operation": str(self.rng.randrange(10**6)) if form == catalogue.DEBIT_CARD else None,
            "document": document,
        }
        self.payments.append(BsalePayment(**row | unlike_others))
        return self.payments[-1]

    def dated_to_the_second(self) -> None:
        payment = self.sale(self.everyday_form())
        payment.record_date = payment.created_at

    def entered_next_day(self) -> None:
        """Paid today, typed in tomorrow before the office opens."""
        tomorrow = self.day + timedelta(days=1)
        self.sale(created_at=self.at(time(8, 30), tomorrow), created_day=tomorrow)

    def cheque(self, days: int | None) -> None:
        """A cheque dated so many days ahead, or without a date."""
        payment = self.sale(catalogue.CHEQUE)
        payment.check_number, payment.check_amount = self.rng.randrange(10**7), payment.amount
        if days is not None:
            payment.check_date = midnight(self.day + timedelta(days=days))

    def collection(self, over: int, form: int = catalogue.TRANSFER) -> None:
        """A customer pays what he owes on several documents, and ``over`` pesos more (or less) than their shares."""
        shares = [self.rng.randint(99, 2_999) * 10 for _ in range(self.rng.choice([1, 2, 3]))]
        documents = [self.document(share * 2, catalogue.INVOICE) for share in shares]
        payment = self.payment(form, sum(shares) + over, None, is_credit_payment=1)
        payment.shares = [BsaleShare(document=of, amount=share) for of, share in zip(documents, shares, strict=True)]
